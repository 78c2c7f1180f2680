/**
 * The launcher: runs commands here, or in the agent's process.
 *
 * @module
 */
import { type Command, COMMANDS } from "./commands.ts";
import { runCommand } from "./run_command.ts";

/**
 * Runs a command line.
 *
 * @returns The exit code.
 */
export function main(args: readonly string[]): Promise<number> {
  return runCommand(args, async (name, call) => {
    const command: Command = COMMANDS[name];
    if (command.process === "launcher") return await (await command.load()).run(call);
    const { launch } = await import("./launch.ts");
    return await launch(command, call, args);
  });
}
