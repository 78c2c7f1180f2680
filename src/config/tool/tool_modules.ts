/**
 * Modules of agent files: finding, importing and reading them.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { describeImportError } from "../author_error.ts";
import { listNames } from "../check/check_names.ts";
import type { Inspection } from "../check/inspection.ts";
import type { ToolExport } from "../format/tool_tag.ts";
import { fs, locateFile } from "../text/files.ts";
import type { ProblemText, SourcePath } from "../text/source.ts";
import { importInTime } from "./import_in_time.ts";

/** Value that a module exports. */
export interface ModuleExport {
  /** Name of the export; of an item of a list, its position. */
  readonly name: string;
  readonly value: unknown;
  /** Path of the entry of the agent file that names the module. */
  readonly path: SourcePath;
}

/** Module that does not exist in JavaScript. */
export interface MissingModule {
  /** Path of the entry of the agent file that names it. */
  readonly path: SourcePath;
  readonly problem: ProblemText;
}

/** Exports of the modules of a file. */
export interface ModuleExports {
  /** Exports, those of lists one by one. */
  readonly exports: readonly ModuleExport[];
  /** False if a module could not be loaded, so that exports may be missing. */
  readonly isComplete: boolean;
  /** Python modules that no module replaces. They are not reported yet. */
  readonly missing: readonly MissingModule[];
}

const SPECIFIER_REGEXP = /^(?:npm|jsr|https?|file|data|node):/;
const PYTHON_REGEXP = /^(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*$/;
const ENDINGS = [".ts", ".js", ".mts", ".mjs"];

/** Imports the modules of `tool_files`, and reports those that cannot be loaded. */
export async function loadModules(inspection: Inspection): Promise<ModuleExports> {
  const exports: ModuleExport[] = [];
  const missing: MissingModule[] = [];
  let isComplete = true;
  for (const [index, file] of inspection.config.tools.tool_files.entries()) {
    const path = ["tools", "tool_files", index];
    const specifier = findModule(file, inspection.source.file);
    if (typeof specifier !== "string") missing.push({ path, problem: specifier });
    const module = typeof specifier === "string"
      ? await importModule(inspection, path, specifier)
      : undefined;
    if (module === undefined) isComplete = false;
    for (const [name, value] of Object.entries(module ?? {})) {
      if (!Array.isArray(value)) exports.push({ name, value, path });
      else value.forEach((item, at) => exports.push({ name: `${name}[${at}]`, value: item, path }));
    }
  }
  return { exports, isComplete, missing };
}

/** Imports the export that a tag names, and reports it if that is not possible. */
export async function loadExport(
  inspection: Inspection,
  path: SourcePath,
  { specifier, name }: ToolExport,
): Promise<unknown> {
  const resolved = specifier.startsWith(".")
    ? locateFile(specifier, inspection.source.file).href
    : specifier;
  const module = await importModule(inspection, path, resolved);
  if (module === undefined || Object.hasOwn(module, name)) return module?.[name];
  inspection.report(path, {
    message: `the module ${quote(specifier)} has no export ${quote(name)}`,
    expected: listNames("export", Object.keys(module)),
  });
  return undefined;
}

async function importModule(
  inspection: Inspection,
  path: SourcePath,
  specifier: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await importInTime(specifier);
  } catch (error) {
    const { file } = inspection.source;
    const reason = describeImportError(error, file).replace(/\s*\n\s*/g, " ");
    const message = `the module cannot be loaded: ${reason}`;
    // Any other reason says what is wrong in the module.
    const isMissing = reason.startsWith("Module not found");
    const expected =
      "a path from the folder of the agent file, or a specifier such as npm:date-fns";
    inspection.report(path, { message, ...isMissing && { expected } });
    return undefined;
  }
}

/** Returns the specifier of a module; a Python module stands for the one of the same name beside it. */
function findModule(file: string, agentFile: string): string | ProblemText {
  if (SPECIFIER_REGEXP.test(file)) return file;
  const isPython = file.endsWith(".py");
  const isName = !isPython && !file.includes("/") && PYTHON_REGEXP.test(file) &&
    !ENDINGS.some((ending) => file.endsWith(ending));
  if (!isPython && !isName) return locateFile(file, agentFile).href;
  const stem = isPython ? file.slice(0, -3) : file.replaceAll(".", "/");
  for (const ending of ENDINGS) {
    const module = locateFile(stem + ending, agentFile);
    if (fs.existsSync(module)) return module.href;
  }
  return {
    message: `${quote(file)} is a Python module, which JavaScript cannot load`,
    expected: `a module with the same tools, in ${quote(`${stem}.ts`)}`,
  };
}
