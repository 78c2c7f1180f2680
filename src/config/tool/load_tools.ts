/**
 * Tools of an agent file.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { isTool, type StepTool } from "../../tool/tool_internals.ts";
import type { Inspection } from "../check/inspection.ts";
import type { ToolDefConfig } from "../format/agent_config.ts";
import { nameTool, parseTag } from "../format/tool_tag.ts";
import type { SourcePath } from "../text/source.ts";
import {
  type AnyToolOptions,
  applyDef,
  convertLangChain,
  createTool,
  describeFunction,
  isLangChainTool,
  readToolOptions,
} from "./adopt_tool.ts";
import { checkLoadedNames, reportMissing } from "./check_loaded_tools.ts";
import { loadExport, loadModules, type ModuleExport } from "./tool_modules.ts";

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
 * @param given Tools of the program. They take precedence.
 */
export async function loadTools(
  inspection: Inspection,
  given: readonly StepTool[],
): Promise<LoadedTools> {
  const { exports, isComplete, missing } = await loadModules(inspection);
  const loader = new ToolLoader(inspection, exports);
  for (const tool of given) loader.addGiven(tool);
  for (const one of exports) loader.addExport(one);
  await loader.addPackages();
  const { known, functions } = loader;
  reportMissing(inspection, missing, known);
  if (isComplete) checkLoadedNames(inspection, known, functions);
  return loader;
}

class ToolLoader implements LoadedTools {
  readonly functions = new Map<string, ExportedFunction>();
  readonly #inspection: Inspection;
  readonly #tools = new Map<string, StepTool>();
  /** Names of tools whose module or description has a problem, which are not missing. */
  readonly #broken = new Set<string>();

  constructor(inspection: Inspection, exports: readonly ModuleExport[]) {
    this.#inspection = inspection;
    // All functions before the first tool, because its definition may name any of them.
    for (const { name, value } of exports) {
      if (typeof value === "function" && !this.functions.has(name)) {
        this.functions.set(name, value as ExportedFunction);
      }
    }
  }

  get tools(): readonly StepTool[] {
    return [...this.#tools.values()];
  }

  /** Names of all tools, those with problems included. */
  get known(): ReadonlySet<string> {
    return new Set([...this.#tools.keys(), ...this.#broken]);
  }

  /** Adds a tool of the program, with what a definition overrides. */
  addGiven(tool: StepTool): void {
    this.#add(tool.name, ["tools"], tool, () => this.#readTool(tool));
  }

  /** Adds an exported value if it is a tool. */
  addExport({ name, value, path }: ModuleExport): void {
    this.#add(name, path, value, () => this.#readExport(value, name));
  }

  async addPackages(): Promise<void> {
    const { external_tools } = this.#inspection.config.tools;
    for (const [index, { tag, name, map = {} }] of external_tools.entries()) {
      const parsed = parseTag(tag);
      if ("problem" in parsed) {
        for (const own of [name ?? [], Object.keys(map)].flat()) this.#broken.add(own);
        continue;
      }
      const path = ["tools", "external_tools", index, "tag"];
      const toolName = name ?? nameTool(parsed);
      const value = await loadExport(this.#inspection, path, parsed);
      if (value === undefined) this.#broken.add(toolName);
      else {
        this.#add(
          toolName,
          path,
          value,
          () => this.#readPackage(value, path, toolName, name !== undefined),
        );
      }
    }
  }

  /** Adds a tool with these options; does nothing without options. */
  #add(
    name: string,
    path: SourcePath,
    value: unknown,
    readOptions: () => AnyToolOptions | undefined,
  ): void {
    try {
      const options = readOptions();
      if (options !== undefined) this.#create(options, value, path);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#inspection.report(path, { message: error.message });
      this.#broken.add(name);
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
      ? { message: "the export is neither a function nor a tool", expected: "a function or a tool" }
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
