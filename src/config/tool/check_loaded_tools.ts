/**
 * Checks of the names in an agent file that only its loaded modules can answer.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { findNearest } from "../../schema/option_shape.ts";
import { checkName, listNames, records } from "../check/check_names.ts";
import type { Inspection } from "../check/inspection.ts";
import type { RouteConfig, StepConfig } from "../format/agent_config.ts";
import { TypeExpressionError } from "../format/type_expression.ts";
import type { SourcePath } from "../text/source.ts";
import type { MissingModule } from "./tool_modules.ts";
import { writeStubs } from "./tool_stubs.ts";

/** Reports missing modules, the first one with a stub of all tools that no module has. */
export function reportMissing(
  inspection: Inspection,
  missing: readonly MissingModule[],
  known: ReadonlySet<string>,
): void {
  const names = listStepTools(inspection).map(({ name }) => name)
    .filter((name) => !name.includes("/") && !known.has(name));
  for (const [index, { path, problem }] of missing.entries()) {
    const stub = index === 0 ? tryWriteStubs(inspection, new Set(names)) : undefined;
    inspection.report(path, { ...problem, ...stub !== undefined && { stub } });
  }
}

/** Writes stubs; undefined without tools, or if a type is invalid, which is reported already. */
function tryWriteStubs(
  { config: { tools } }: Inspection,
  names: ReadonlySet<string>,
): string | undefined {
  if (names.size === 0) return undefined;
  try {
    return writeStubs([...names], tools.tool_defs);
  } catch (error) {
    if (error instanceof TypeExpressionError) return undefined;
    throw error;
  }
}

/**
 * Reports names of tools, functions and definitions that nothing has.
 *
 * @param known Names of tools.
 * @param functions Functions that modules export.
 */
export function checkLoadedNames(
  inspection: Inspection,
  known: ReadonlySet<string>,
  functions: ReadonlyMap<string, unknown>,
): void {
  const checkFunction = (path: SourcePath, name: unknown) =>
    checkName(inspection, path, name, "exported function", functions.keys());
  for (const { name, path } of listStepTools(inspection)) {
    if (name.startsWith("@mcp/") || known.has(name)) continue;
    if (!functions.has(name)) checkName(inspection, path, name, "tool", known);
    else {
      inspection.report(path, {
        message: `${quote(name)} is a function, which no definition describes`,
        expected: `tools.defs.${name} with desc and args`,
      });
    }
  }
  for (const [index, { routes }] of records<StepConfig>(inspection.config.steps)) {
    for (const [at, { guard }] of records<RouteConfig>(routes)) {
      checkFunction(["steps", index, "routes", at, "guard"], guard);
    }
  }
  for (const [name, { approval }] of Object.entries(inspection.config.tools.tool_defs)) {
    checkFunction(["tools", "tool_defs", name, "approval"], approval);
    if (known.has(name)) continue;
    const nearest = findNearest(name, known);
    inspection.warn(["tools", "tool_defs", name], {
      message: "no tool has this name",
      expected: listNames("tool", [...known]),
      ...nearest !== undefined && { nearest },
    }, "key");
  }
}

/** Lists the names of tools in steps, which may be malformed, with their places. */
function listStepTools(
  { config }: Inspection,
): readonly { readonly name: string; readonly path: SourcePath }[] {
  return records<StepConfig>(config.steps).flatMap(([index, { available_tools }]) => {
    const names: readonly unknown[] = Array.isArray(available_tools) ? available_tools : [];
    return names.flatMap((name, at) =>
      typeof name === "string" ? [{ name, path: ["steps", index, "available_tools", at] }] : []
    );
  });
}
