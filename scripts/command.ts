/**
 * Running the commands of this repository.
 *
 * @module
 */
import type { Command } from "../src/profile/command_line.ts";

/** Result of a command: its output, and whether its checks passed. */
export interface CommandResult {
  /** The text for the standard output. */
  readonly output: string;
  /** True if the exit code is 0. */
  readonly success: boolean;
}

/**
 * Does what the command line asks for, and prints what comes of it.
 *
 * @param command What was asked for.
 * @param usage What `--help` prints.
 * @param run Runs the command; what it throws is told in its own words.
 * @returns The exit code: 0, 1 if it failed, 2 for a command line that cannot be used.
 */
export async function runCommand<Options>(
  command: Command<Options>,
  usage: string,
  run: (options: Options) => Promise<string | CommandResult>,
): Promise<number> {
  switch (command.kind) {
    case "help":
      write(usage);
      return 0;
    case "mistake":
      console.error(command.message);
      return 2;
    case "run":
      try {
        const result = await run(command.options);
        if (typeof result === "string") {
          write(result);
          return 0;
        }
        write(result.output);
        return result.success ? 0 : 1;
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        return 1;
      }
  }
}

/** A value as JSON that people can read, for standard output or a file. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes all of a text; `console.log` would end it with one more line. */
function write(text: string): void {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(Deno.stdout.writeSync(rest));
  }
}
