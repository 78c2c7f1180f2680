/**
 * Tools of an agent file.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { findNearest } from "../../schema/option_shape.ts";
import { isTool, type StepTool } from "../../tool/tool_internals.ts";
import {
  type AnyToolOptions,
  applyDef,
  convertLangChain,
  createTool,
  describeFunction,
  isLangChainTool,
  readToolOptions,
} from "./adopt_tool.ts";
import type { RouteConfig, StepConfig, ToolDefConfig } from "../format/agent_config.ts";
import { checkName, listNames, records } from "../check/check_graph.ts";
import type { Inspection } from "../text/inspection.ts";
import type { SourcePath } from "../text/source.ts";
import { loadExport, loadModules, type MissingModule } from "./tool_modules.ts";
import { writeStubs } from "./tool_stubs.ts";
import { nameTool, parseTag } from "./tool_tag.ts";
import { TypeExpressionError } from "../format/type_expression.ts";

/** Function that a module exports. */
export type ExportedFunction = (...args: never[]) => unknown;

/** Tools of a file, and the functions that it may name. */
export interface LoadedTools {
  readonly tools: readonly StepTool[];
  /** Functions that modules export, for guards. */
  readonly functions: ReadonlyMap<string, ExportedFunction>;
}

/**
 * Loads the tools of a file, and reports all problems.
 *
 * @param given Tools of the program.
 */
export async function loadTools(
  inspection: Inspection,
  folder: URL,
  given: readonly StepTool[],
): Promise<LoadedTools> {
  const loader = new ToolLoader(inspection, folder);
  for (const tool of given) loader.addGiven(tool);
  await loader.loadFiles();
  await loader.loadPackages();
  loader.reportMissing();
  loader.checkNames();
  return loader;
}

class ToolLoader implements LoadedTools {
  readonly functions = new Map<string, ExportedFunction>();
  readonly #inspection: Inspection;
  readonly #folder: URL;
  readonly #tools = new Map<string, StepTool>();
  /** Names of tools whose module or description has a problem, which are not missing. */
  readonly #broken = new Set<string>();
  #isComplete = true;
  #missing: readonly MissingModule[] = [];

  constructor(inspection: Inspection, folder: URL) {
    this.#inspection = inspection;
    this.#folder = folder;
  }

  get tools(): readonly StepTool[] {
    return [...this.#tools.values()];
  }

  /** Adds a tool of the program, with what a definition overrides. */
  addGiven(tool: unknown): void {
    this.#adopt(tool, ["tools"], { exported: "" });
  }

  async loadFiles(): Promise<void> {
    const { exports, isComplete, missing } = await loadModules(this.#inspection, this.#folder);
    this.#isComplete = isComplete;
    this.#missing = missing;
    // All functions first, because a definition may name one of another module.
    for (const { name, value } of exports) {
      if (typeof value === "function" && !this.functions.has(name)) {
        this.functions.set(name, value as ExportedFunction);
      }
    }
    for (const { name, value, path } of exports) this.#adopt(value, path, { exported: name });
  }

  async loadPackages(): Promise<void> {
    const { external_tools } = this.#inspection.config.tools;
    for (const [index, { tag, name, map = {} }] of external_tools.entries()) {
      const parsed = parseTag(tag);
      const path = ["tools", "external_tools", index, "tag"];
      const toolName = name ?? ("name" in parsed ? nameTool(parsed) : undefined);
      const value = "problem" in parsed
        ? undefined
        : await loadExport(this.#inspection, path, parsed, this.#folder);
      if (value === undefined) {
        for (const own of [...toolName === undefined ? [] : [toolName], ...Object.keys(map)]) {
          this.#broken.add(own);
        }
      } else this.#adopt(value, path, { name: toolName!, isRenamed: name !== undefined });
    }
  }

  /** Reports missing modules, the first one with a stub of all tools that no module has. */
  reportMissing(): void {
    const { steps, tools } = this.#inspection.config;
    const known = new Set([...this.#tools.keys(), ...this.#broken]);
    const names = new Set(
      records<StepConfig>(steps).flatMap(([, { available_tools }]) =>
        Array.isArray(available_tools) ? available_tools as readonly unknown[] : []
      ).filter((name) => typeof name === "string" && !name.includes("/") && !known.has(name)),
    ) as ReadonlySet<string>;
    const stub = names.size === 0 ? undefined : tryWriteStubs([...names], tools.tool_defs);
    for (const [index, { path, problem }] of this.#missing.entries()) {
      const isStubbed = index === 0 && stub !== undefined;
      this.#inspection.report(path, isStubbed ? { ...problem, stub } : problem);
    }
  }

  /** Reports names of tools, functions and definitions that nothing has, if all modules are loaded. */
  checkNames(): void {
    const { steps, tools } = this.#inspection.config;
    if (!this.#isComplete) return;
    const known = [...this.#tools.keys(), ...this.#broken];
    for (const [index, { available_tools, routes }] of records<StepConfig>(steps)) {
      const names = Array.isArray(available_tools) ? available_tools as readonly unknown[] : [];
      for (const [at, name] of names.entries()) {
        if (typeof name !== "string" || name.startsWith("@mcp/") || known.includes(name)) continue;
        const path = ["steps", index, "available_tools", at];
        if (!this.functions.has(name)) {
          checkName(this.#inspection, path, name, "tool", known);
          continue;
        }
        this.#inspection.report(path, {
          message: `${quote(name)} is a function, which no definition describes`,
          expected: `tools.defs.${name} with desc and args`,
        });
      }
      for (const [at, { guard }] of records<RouteConfig>(routes)) {
        this.#checkFunction(["steps", index, "routes", at, "guard"], guard);
      }
    }
    for (const [name, { approval }] of Object.entries(tools.tool_defs)) {
      this.#checkFunction(["tools", "tool_defs", name, "approval"], approval);
      if (known.includes(name)) continue;
      const nearest = findNearest(name, known);
      this.#inspection.warn(["tools", "tool_defs", name], {
        message: "no tool has this name",
        expected: listNames("tool", known),
        ...nearest !== undefined && { nearest },
      }, "key");
    }
  }

  /** Reports the name of a function that no module exports. */
  #checkFunction(path: SourcePath, name: unknown): void {
    checkName(this.#inspection, path, name, "exported function", this.functions.keys());
  }

  /** Adds the tool that an exported value is, if it is one. */
  #adopt(
    value: unknown,
    path: SourcePath,
    as: { readonly exported: string } | { readonly name: string; readonly isRenamed: boolean },
  ): void {
    const isPackage = "name" in as;
    try {
      const options = isPackage
        ? this.#readPackage(value, path, as.name, as.isRenamed)
        : this.#readExport(value, as.exported);
      if (options !== undefined) this.#create(options, value, path);
    } catch (error) {
      // Types of arguments were checked, and reported, with the text of the file.
      if (error instanceof ConfigError) {
        this.#inspection.report(path, { message: error.message });
      } else if (!(error instanceof TypeExpressionError)) throw error;
      this.#broken.add(isPackage ? as.name : as.exported);
    }
  }

  #readExport(value: unknown, name: string): AnyToolOptions | undefined {
    if (typeof value !== "function") return this.#readTool(value);
    const own = name === "default" || name.endsWith("]") ? value.name : name;
    const def = this.#findDef(own);
    return def && this.#describe(own, value as ExportedFunction, def, false);
  }

  #readPackage(
    value: unknown,
    path: SourcePath,
    name: string,
    isRenamed: boolean,
  ): AnyToolOptions | undefined {
    const options = this.#readTool(value);
    if (options !== undefined) return isRenamed ? { ...options, name } : options;
    const def = this.#findDef(name);
    const problem = typeof value !== "function"
      ? { message: "the export is no function and no tool", expected: "a function" }
      : def === undefined
      ? { message: "no definition describes it", expected: `tools.defs.${name} with desc and args` }
      : undefined;
    if (problem === undefined) {
      return this.#describe(name, value as ExportedFunction, def!, true);
    }
    this.#inspection.report(path, problem);
    this.#broken.add(name);
    return undefined;
  }

  #readTool(value: unknown): AnyToolOptions | undefined {
    return readToolOptions(value) ?? (isLangChainTool(value) ? convertLangChain(value) : undefined);
  }

  #describe(
    name: string,
    run: ExportedFunction,
    def: ToolDefConfig,
    isPositional: boolean,
  ): AnyToolOptions | undefined {
    if (def.desc === undefined) {
      const at = ["tools", "tool_defs", name];
      const message = "the model sees no description of this function";
      this.#inspection.warn(at, { message, expected: "desc" }, "key");
    }
    const untyped = def.args.findIndex(({ type }) => type === undefined);
    if (untyped < 0) return describeFunction(name, run, def, isPositional);
    this.#inspection.report(["tools", "tool_defs", name, "args", untyped], {
      message: `the argument ${quote(def.args[untyped]!.key)} of a function has no type`,
      expected: "type, for example str",
    });
    this.#broken.add(name);
    return undefined;
  }

  #create(options: AnyToolOptions, value: unknown, path: SourcePath): void {
    const { name } = options;
    const def = this.#findDef(name);
    const tool = def === undefined && isTool(value)
      ? value
      : createTool(def ? applyDef(options, def, this.#readApproval(def)) : options, value);
    const known = this.#tools.get(name);
    if (known === undefined) this.#tools.set(name, tool);
    if (known === undefined || known === tool) return;
    const message = `another tool is named ${quote(name)}, and is used instead`;
    this.#inspection.warn(path, { message, expected: "one tool of each name" });
  }

  #readApproval({ approval }: ToolDefConfig): AnyToolOptions["needsApproval"] {
    if (typeof approval !== "string") return approval;
    return this.functions.get(approval) as AnyToolOptions["needsApproval"];
  }

  #findDef(name: string): ToolDefConfig | undefined {
    const { tool_defs } = this.#inspection.config.tools;
    return Object.hasOwn(tool_defs, name) ? tool_defs[name] : undefined;
  }
}

/** Writes stubs; undefined if a definition has a type that is none, which is reported already. */
function tryWriteStubs(...args: Parameters<typeof writeStubs>): string | undefined {
  try {
    return writeStubs(...args);
  } catch (error) {
    if (error instanceof TypeExpressionError) return undefined;
    throw error;
  }
}
