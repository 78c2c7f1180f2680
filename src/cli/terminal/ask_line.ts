/**
 * Question of a command that is not a conversation.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "../exit_code.ts";

/**
 * Asks a question in the terminal, and returns the line.
 *
 * @throws {CommandError} if the user presses Ctrl-C or Ctrl-D instead, for which readline never
 *   settles.
 */
export async function askLine(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise: closed, reject } = Promise.withResolvers<never>();
  const onClose = () => {
    process.stderr.write("\n");
    reject(new CommandError("Stopped", { code: "STOPPED", exitCode: EXIT.interrupted }));
  };
  terminal.once("close", onClose);
  try {
    return await Promise.race([terminal.question(question), closed]);
  } finally {
    terminal.off("close", onClose);
    terminal.close();
  }
}
