/**
 * Running the commands of this repository.
 *
 * @module
 */
import type { Command } from "../src/cli/command_line.ts";

/** Result of a command: its output, and whether its checks passed. */
export interface CommandResult {
  /** Text for the standard output. */
  readonly output: string;
  /** True if the exit code is 0. */
  readonly success: boolean;
}

/**
 * Runs a command, and prints its output or the message of its error.
 *
 * @param usage Text that `--help` prints.
 * @returns The exit code: 0, 1 if the command failed, 2 for a mistake in the command line.
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

/** Formats a value as indented JSON. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes a text without a newline at the end, which `console.log()` would add. */
function write(text: string): void {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(Deno.stdout.writeSync(rest));
  }
}
