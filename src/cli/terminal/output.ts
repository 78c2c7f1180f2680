/**
 * Output of a command: its result on stdout, everything else on stderr.
 *
 * @module
 */
import process from "node:process";
import { ConfigFileError, formatProblem } from "../../config/text/problem.ts";
import { reasonOf } from "../../errors.ts";
import { codeOf, CommandError } from "../exit_code.ts";
import { isTerminal } from "./is_terminal.ts";
import { escapeJson, shown } from "./shown.ts";
import { writeAll } from "./write_all.ts";

/** Options of all commands that decide what is printed. */
export interface OutputOptions {
  /** True if stdout has one JSON document, or one per line, and nothing else. */
  readonly json: boolean;
  /** True if notes are left out. */
  readonly quiet: boolean;
  /** False for plain text. */
  readonly color: boolean;
}

/** Output of a command. */
export class Output {
  /** True if stdout has JSON and nothing else. */
  readonly json: boolean;
  /** True if stdout is a terminal. */
  readonly isTerminal: boolean;
  readonly #quiet: boolean;
  readonly #color: boolean;

  /** Creates the output. */
  constructor({ json, quiet, color }: OutputOptions) {
    this.json = json;
    this.isTerminal = isTerminal(1);
    this.#quiet = quiet;
    this.#color = color && !isWithoutColor();
  }

  /** Writes to stdout. Text of models, tools and files must have passed {@linkcode shown}. */
  write(text: string): void {
    writeAll(1, text);
  }

  /** Writes a line to stdout. */
  line(text: string = ""): void {
    this.write(`${text}\n`);
  }

  /** Writes a JSON document to stdout. No character of it can harm a terminal. */
  document(value: unknown): void {
    this.line(escapeJson(JSON.stringify(value)));
  }

  /** Writes the beginning of a line to stderr, for a person. */
  prompt(text: string): void {
    writeAll(2, text);
  }

  /** Writes a line to stderr, unless the user wants results only. */
  note(text: string): void {
    if (!this.#quiet) this.error(text);
  }

  /** Shows a line on a terminal in place of the one before; an empty one is erased. */
  progress(text: string): void {
    if (!this.#quiet && isTerminal(2)) writeAll(2, `\r\x1b[2K${text}`);
  }

  /** Writes a line to stderr. */
  error(text: string): void {
    writeAll(2, `${text}\n`);
  }

  /** Returns a text in grey, red, green or bold, if a stream shows colours. */
  paint(colour: "bold" | "green" | "grey" | "red", text: string, stream: 1 | 2 = 1): string {
    if (!this.#color || !isTerminal(stream)) return text;
    const [on, off] = { bold: [1, 22], green: [32, 39], grey: [90, 39], red: [31, 39] }[colour];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }

  /** Reports the failure of a command: on stderr, and as a document on stdout for `--json`. */
  fail(thrown: unknown): void {
    const { message, code, details } = describeFailure(thrown);
    if (this.json) this.document({ ok: false, error: { code, message }, ...details });
    this.error(shown(message));
  }
}

/** Returns the message of a thrown value, and what the JSON document says about it. */
function describeFailure(
  thrown: unknown,
): { readonly message: string; readonly code: string; readonly details: object } {
  if (thrown instanceof ConfigFileError) {
    const { code, problems, warnings } = thrown;
    return {
      message: [...problems, ...warnings].map(formatProblem).join("\n"),
      code,
      details: { errors: problems, warnings },
    };
  }
  return {
    message: reasonOf(thrown),
    code: codeOf(thrown) ?? "COMMAND_FAILED",
    details: thrown instanceof CommandError ? thrown.details : {},
  };
}

/** Returns true if the environment asks for plain text. Deno says so without a permission. */
function isWithoutColor(): boolean {
  const { Deno } = globalThis as { readonly Deno?: { readonly noColor: boolean } };
  return Deno?.noColor ?? (process.env.NO_COLOR ?? "") !== "";
}
