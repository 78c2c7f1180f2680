/**
 * Running a command in the agent's process.
 *
 * @module
 */
import { findPlace } from "../../config/author_error.ts";
import { reasonOf } from "../../errors.ts";
import type { CountCalls } from "../../profile/functions/call_counts.ts";
import { VERSION } from "../../version.ts";
import { loadCommand } from "../commands.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { AgentCall, CommandName } from "../flags.ts";
import { type Accident, guardProcess } from "../guard_process.ts";
import { type HostCall, PROTOCOL } from "../protocol.ts";
import { runCommand } from "../run_command.ts";
import { Output } from "../terminal/output.ts";
import { redirectConsole } from "./redirect_console.ts";

/**
 * Runs a call of the launcher.
 *
 * @param countCalls Counter of calls, in the process that counts them.
 * @returns The exit code.
 */
export async function runHost(
  { protocol, version, args, project, counted }: HostCall,
  countCalls?: CountCalls,
): Promise<number> {
  if (protocol !== PROTOCOL) {
    const message = `Cannot run the agent: the command nomos has version ${version}, and the ` +
      `project's @nomos/agent has version ${VERSION}. Update the older one, with ` +
      (protocol < PROTOCOL
        ? "deno install --global --force --allow-all --name nomos jsr:@nomos/agent/cli"
        : "deno update --latest @nomos/agent");
    const output = new Output({ json: args.includes("--json"), quiet: false, color: false });
    output.fail(Object.assign(new Error(message), { code: "VERSION_MISMATCH" }));
    return EXIT.usage;
  }
  redirectConsole();
  // The launcher reads the document of a counting process.
  const read = countCalls === undefined ? args : [...args.slice(0, 1), "--json", ...args.slice(1)];
  return await runCommand(read, async (name, call) => {
    const endGuard = guardProcess((accident) => call.output.fail(describeAccident(accident)));
    try {
      const code = await loadCommand<AgentCall<CommandName>>(name);
      return await code.run({ ...call, project, counted, countCalls });
    } finally {
      endGuard();
    }
  });
}

/** Describes what the agent's code did beside the calls that wait for it. */
function describeAccident(accident: Accident): CommandError {
  if (accident.kind === "never settles") {
    return new CommandError(
      "Cannot go on: the code of the agent returned a promise that never settles: expected a tool, " +
        "guard or module that ends, or a tool with a timeout",
      { code: "NEVER_SETTLES" },
    );
  }
  const { error: cause } = accident;
  const place = findPlace(cause);
  return new CommandError(
    `Cannot go on: the code of the agent failed${place === undefined ? "" : ` at ${place}`}, and ` +
      `nothing waited for it: ${reasonOf(cause)}`,
    { code: "UNCAUGHT_ERROR", cause },
  );
}
