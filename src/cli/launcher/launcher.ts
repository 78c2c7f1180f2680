/**
 * The launcher: runs a command in its own process, or in that of the agent.
 *
 * @module
 */
import { loadCommand } from "../commands.ts";
import type { CommandName, LauncherCall } from "../flags.ts";
import { runCommand } from "../run_command.ts";

/** Commands that run in the user's process, with all of the user's permissions. */
const OWN: ReadonlySet<CommandName> = new Set(["init", "schema", "sessions"]);

/**
 * Runs a command line.
 *
 * @returns The exit code.
 */
export function runLauncher(args: readonly string[]): Promise<number> {
  return runCommand(args, async (name, call) => {
    const isDiff = name === "profile" && call.positionals[0] === "diff";
    if (OWN.has(name) || isDiff) {
      const code = await loadCommand<LauncherCall<CommandName>>(isDiff ? "profile_diff" : name);
      return await code.run({ ...call, runLine: runLauncher });
    }
    const { launch } = await import("./launch.ts");
    return await launch(name, call, args);
  });
}
