/**
 * Checks of the tools of an agent file that need no module: tags, Python modules and types of
 * arguments.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { isRecord } from "../../schema/option_shape.ts";
import type { ArgDefConfig, ExternalToolConfig } from "../format/agent_config.ts";
import { checkDefault, readType } from "../format/field_schema.ts";
import { parseTag } from "../format/tool_tag.ts";
import type { SourcePath } from "../text/source.ts";
import { checkUnique, records } from "./check_names.ts";
import type { Inspection } from "./inspection.ts";

/** Checks the tools of a file, also the tags of external ones unless they are ignored. */
export function checkTools(inspection: Inspection, ignoreTags: boolean): void {
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
    if (ignoreTags || typeof tag !== "string") continue;
    const parsed = parseTag(tag);
    if (!("problem" in parsed)) continue;
    inspection.report(["tools", "external_tools", index, "tag"], parsed.problem);
  }
  for (const [name, def] of Object.entries(isRecord(tool_defs) ? tool_defs : {})) {
    if (isRecord(def)) checkArgs(inspection, ["tools", "tool_defs", name, "args"], def.args);
  }
}

function checkArgs(inspection: Inspection, path: SourcePath, args: unknown): void {
  const listed = records<ArgDefConfig>(args);
  checkUnique(inspection, path, listed, "key", "argument is named");
  for (const [index, { type, default: fallback }] of listed) {
    if (typeof type !== "string") continue;
    const report = inspection.reportBelow([...path, index]);
    checkDefault(readType(type, report, ["type"]), fallback, report, ["default"]);
  }
}
