/**
 * The launcher: runs a command in its own process, or in that of the agent.
 *
 * @module
 */
import type { CommandCode } from "./commands.ts";
import type { CommandName, LauncherCall } from "./flags.ts";
import { runCommand } from "./run_command.ts";

/** Code of the commands that run in the user's process, with all of the user's permissions. */
const OWN: { readonly [Name in CommandName]?: () => Promise<CommandCode<LauncherCall<Name>>> } = {
  init: () => import("./commands/init.ts"),
  schema: () => import("./commands/schema.ts"),
  sessions: () => import("./commands/sessions.ts"),
};

/**
 * Runs a command line.
 *
 * @returns The exit code.
 */
export function runLauncher(args: readonly string[]): Promise<number> {
  return runCommand(args, async (name, call) => {
    const load = OWN[name] as (() => Promise<CommandCode<LauncherCall<CommandName>>>) | undefined;
    if (load !== undefined) return await (await load()).run({ ...call, runLine: runLauncher });
    const { launch } = await import("./launch.ts");
    return await launch(name, call, args);
  });
}
