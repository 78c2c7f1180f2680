/**
 * Agent of a new project.
 *
 * @module
 */
import type { Files } from "./write_files.ts";

/** Agent of a new project: from a template, or from an agent file. */
export interface NewAgent {
  /** Its files. */
  readonly files: Files;
  /** Files that exist in the folder of the project already. */
  readonly kept: ReadonlySet<string>;
  /** Environment variables that it reads, the key of its model first. */
  readonly variables: readonly string[];
  /** Flags of `nomos` with which its code may call its model; empty for an agent file, which has them. */
  readonly flags: readonly string[];
  /** Specifiers of the packages that it imports besides this one, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Sentences that the user must know. */
  readonly notes: readonly string[];
}
