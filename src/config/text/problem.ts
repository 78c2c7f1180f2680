/**
 * Problems of agent files.
 *
 * @module
 */
import { MisuseError, quote } from "../../errors.ts";

/** Problem of an agent file, with its place. */
export interface ConfigProblem {
  /** Path of the file, as it was passed. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Path of the value, in the spelling of the file: `steps.order.paths[1].to`; empty for the whole file. */
  readonly path: string;
  /** Description of the problem. */
  readonly message: string;
  /** Expected value. */
  readonly expected?: string;
  /** Known name that is nearest to the one in the file. */
  readonly nearest?: string;
  /** TypeScript that would solve the problem once it is filled in. */
  readonly stub?: string;
}

/**
 * Formats a problem as one line: place, path, message, expected value and nearest known name. The
 * stub, if there is one, follows below it.
 */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, path, message, expected, nearest, stub } = problem;
  return `${file}:${line}:${column}  ${path === "" ? "" : `${path}: `}${message}` +
    (expected === undefined ? "" : `: expected ${expected}`) +
    (nearest === undefined ? "" : `; did you mean ${quote(nearest)}?`) +
    (stub === undefined ? "" : `\n\n${stub}`);
}

/** Formats a problem that does not fail as one line. */
export function formatWarning(warning: ConfigProblem): string {
  const { path } = warning;
  const message = `warning: ${path === "" ? "" : `${path}: `}${warning.message}`;
  return formatProblem({ ...warning, path: "", message });
}

/** Prints a warning on the console. */
export function warnOnConsole(warning: ConfigProblem): void {
  console.warn(formatWarning(warning));
}

/**
 * Thrown if an agent file, or a file of tests, cannot be used. Lists every problem at once.
 *
 * @example
 * ```ts
 * import { ConfigFileError, parseConfig } from "@nomos/agent/config";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const text = "name: barista\nstart: gret\nsteps:\n  - { id: greet, desc: Greet them }\n";
 * const error = assertThrows(() => parseConfig("agent.yaml", text), ConfigFileError);
 * const [{ line, column, path, nearest }] = error.problems;
 * assertEquals([line, column, path, nearest], [2, 8, "start", "greet"]);
 * ```
 */
export class ConfigFileError extends MisuseError {
  /** `"CONFIG_FILE_INVALID"` */
  readonly code = "CONFIG_FILE_INVALID";
  /** All problems that prevent the use of the file, in the order of the file. At least one. */
  readonly problems: readonly [ConfigProblem, ...ConfigProblem[]];
  /** Parts of the file that are ignored. */
  readonly warnings: readonly ConfigProblem[];

  /** Creates the error. */
  constructor(
    problems: readonly ConfigProblem[],
    warnings: readonly ConfigProblem[] = [],
    options?: ErrorOptions,
  ) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const lines = sorted.map((problem) => `\n- ${formatProblem(problem)}`);
    super(`Cannot use file ${quote(sorted[0]!.file)}:${lines.join("")}`, options);
    this.problems = sorted as [ConfigProblem, ...ConfigProblem[]];
    this.warnings = warnings;
  }
}
