/**
 * Failures of turns and tools, in words.
 *
 * @module
 */
import { describeDenied, findPlace } from "../../config/author_error.ts";
import { reasonOf } from "../../errors.ts";
import type { Turn } from "../../turn/turn.ts";
import { codeOf, CommandError, exitCodeOf } from "../exit_code.ts";
import type { Project } from "../project.ts";
import type { Output } from "../terminal/output.ts";
import { shown } from "../terminal/shown.ts";

/** Reports failures of an agent's code, each with its place. */
export class Failures {
  readonly #output: Output;
  readonly #agent: string;

  constructor(output: Output, { path }: Project) {
    this.#output = output;
    this.#agent = path;
  }

  /** Reports the error of a turn. */
  report(error: unknown): void {
    this.#print(this.#describe(error));
  }

  /** Reports what tools threw in a turn, which the model may keep to itself. */
  reportTools({ toolResults }: Turn): void {
    for (const { tool, cause } of toolResults) {
      if (cause === undefined) continue;
      const place = findPlace(cause);
      const where = place === undefined ? "" : ` at ${place}`;
      this.#print(
        describeDenied(cause, this.#agent) ?? `Tool ${tool} failed${where}: ${reasonOf(cause)}`,
      );
    }
  }

  /** Returns the error of a turn as that of the command. */
  toCommandError(cause: unknown): CommandError {
    const exitCode = exitCodeOf(cause);
    const code = codeOf(cause);
    return new CommandError(this.#describe(cause), {
      exitCode,
      cause,
      ...code !== undefined && { code },
    });
  }

  #describe(error: unknown): string {
    const denied = describeDenied(error, this.#agent);
    if (denied !== undefined) return denied;
    const place = findPlace((error as { readonly cause?: unknown } | undefined)?.cause);
    // The end is for programs.
    const reason = reasonOf(error).replace(/; pass whenBusy: .*$/s, "");
    return `${reason}${place === undefined ? "" : ` (${place})`}`;
  }

  #print(message: string): void {
    this.#output.error(this.#output.paint("red", shown(message), 2));
  }
}
