/**
 * Content of a file with its places, and the problems that were found.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { AgentConfig } from "../format/agent_config.ts";
import { type FieldIssue, IGNORED, run, type Schema, spell } from "../format/fields.ts";
import type { ConfigProblem } from "../text/problem.ts";
import { type ProblemText, Source, type SourcePath } from "../text/source.ts";

/** Agent file, or other file, that is being checked. */
export class Inspection<Config = AgentConfig> {
  /** Parsed text. */
  readonly source: Source;
  /** Content. What is not well-formed may be missing or of another type. */
  readonly config: Config;
  /** Problems that prevent the use of the file. */
  readonly problems: ConfigProblem[];
  /** Parts of the file that are ignored. */
  readonly warnings: ConfigProblem[] = [];
  /** Paths of values that do not have the expected type, in the spelling of the file. */
  readonly #malformed: SourcePath[] = [];

  /** Parses a text and checks the types of its values by the schema of the whole file. */
  constructor(file: string, text: string, schema: Schema<Config>) {
    this.source = new Source(file, text);
    this.problems = [...this.source.problems];
    const isReadable = this.problems.length === 0;
    const { value, issues } = isReadable
      ? run(schema, this.source.value)
      : { value: undefined, issues: [] };
    this.config = value as Config;
    if (!isReadable) this.#malformed.push([]);
    for (const issue of issues) this.#addIssue(issue);
  }

  /** Returns true if the value at a path of the content, and every value in it, has the expected type. */
  isWellFormed(...path: SourcePath): boolean {
    const spelled = this.#spell(path);
    return !this.#malformed.some((other) => {
      const shared = Math.min(spelled.length, other.length);
      return spelled.slice(0, shared).every((key, index) => key === other[index]);
    });
  }

  /** Reports a problem at a path of the content, which has the long spellings. */
  report(path: SourcePath, problem: ProblemText, part?: "key" | "value"): void {
    this.problems.push(this.source.locate(this.#spell(path), problem, part));
  }

  /** Returns a function that reports problems below a path of the content. */
  reportBelow(path: SourcePath): (below: SourcePath, problem: ProblemText) => void {
    return (below, problem) => this.report([...path, ...below], problem);
  }

  /** Warns of something that is ignored. */
  warn(path: SourcePath, problem: ProblemText, part?: "key" | "value"): void {
    this.warnings.push(this.source.locate(this.#spell(path), problem, part));
  }

  #addIssue({ type, input, message: expected, problem, nearest, path }: FieldIssue): void {
    const keys = path?.map(({ key }) => key as string | number) ?? [];
    const part = (path?.at(-1) as { readonly origin?: "key" | "value" } | undefined)?.origin;
    const message = problem ?? `it is ${quote(input)}`;
    const text = { message, expected, ...nearest !== undefined && { nearest } };
    const isError = type !== IGNORED;
    if (isError) this.#malformed.push(keys);
    const list = isError ? this.problems : this.warnings;
    const found = this.source.locate(keys, text, part);
    const last = list.at(-1);
    // One value may fail several checks with the same expectation.
    if (last?.path === found.path && last.message === message && last.expected === expected) return;
    list.push(found);
  }

  /** Converts a path of the content to the spelling of the file. */
  #spell(path: SourcePath): SourcePath {
    let value: unknown = this.config;
    return path.map((key) => {
      const spelled = spell(value, key);
      value = (value as Record<string, unknown> | undefined)?.[key];
      return spelled;
    });
  }
}
