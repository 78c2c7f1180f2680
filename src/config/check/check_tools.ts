/**
 * Checks of the tools of an agent file that need no module: tags, Python modules and types of
 * arguments.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { isRecord } from "../../schema/option_shape.ts";
import type { ArgDefConfig, ExternalToolConfig } from "../format/agent_config.ts";
import { checkDefault, readType, type Report } from "../format/answer_schema.ts";
import { records } from "./check_graph.ts";
import type { Inspection } from "../text/inspection.ts";
import type { SourcePath } from "../text/source.ts";
import { parseTag } from "../tool/tool_tag.ts";

/** Checks the tools of a file. */
export function checkTools(inspection: Inspection): void {
  const { config } = inspection;
  for (const [index, { available_tools }] of records<{ available_tools: unknown }>(config.steps)) {
    if (!Array.isArray(available_tools)) continue;
    for (const [at, name] of available_tools.entries()) {
      if (typeof name !== "string" || !name.startsWith("@mcp/")) continue;
      inspection.report(["steps", index, "available_tools", at], {
        message: `tools of MCP servers such as ${quote(name)} are not supported yet`,
        expected: "a tool of a file or a package",
      });
    }
  }
  if (!isRecord(config.tools)) return;
  const { external_tools, tool_defs } = config.tools;
  for (const [index, { tag }] of records<ExternalToolConfig>(external_tools)) {
    if (typeof tag === "string") {
      checkTag(inspection, ["tools", "external_tools", index, "tag"], tag);
    }
  }
  for (const [name, def] of Object.entries(isRecord(tool_defs) ? tool_defs : {})) {
    if (isRecord(def)) checkArgs(inspection, ["tools", "tool_defs", name, "args"], def.args);
  }
}

function checkArgs(inspection: Inspection, path: SourcePath, args: unknown): void {
  const keys = new Set<string>();
  const report: Report = (at, problem) => inspection.report(at, problem);
  for (const [index, { key, type, default: fallback }] of records<ArgDefConfig>(args)) {
    if (typeof key !== "string") continue;
    if (keys.has(key)) {
      const message = `another argument is named ${quote(key)}`;
      inspection.report([...path, index, "key"], { message, expected: "a name of its own" });
    }
    keys.add(key);
    if (typeof type !== "string") continue;
    const schema = readType(type, [...path, index, "type"], report);
    checkDefault(schema, fallback, [...path, index, "default"], report);
  }
}

/** Reports a tag that names no export of a package or a module that JavaScript can load. */
function checkTag(inspection: Inspection, path: SourcePath, tag: string): void {
  const parsed = parseTag(tag);
  if ("problem" in parsed) inspection.report(path, parsed.problem);
}
