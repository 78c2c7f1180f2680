/**
 * `nomos init`: makes a new agent that runs at once, without a key.
 *
 * @module
 */
import { join } from "node:path";
import { EXIT, UsageError } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { takeAgent } from "../init/from_file.ts";
import { listNextSteps } from "../init/next_steps.ts";
import { listProjectFiles } from "../init/project_files.ts";
import { takeTemplate } from "../init/take_template.ts";
import { writeFiles } from "../init/write_files.ts";
import { askLine } from "../terminal/ask_line.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { shownInLine } from "../terminal/shown.ts";

/** Runs the command. */
export async function run(
  { options, positionals: [named], output }: CommandCall<"init">,
): Promise<number> {
  if (options.generate) {
    throw new UsageError(
      "Cannot generate an agent from a description. Begin with a template, such as " +
        "`nomos init --template support`, and change its agent.yaml",
    );
  }
  const isAsked = !options.yes && !output.json && isTerminal(0) && isTerminal(2);
  const folder = named ?? (isAsked ? await askFolder() : ".");
  if (folder === "") {
    throw new UsageError('Cannot make an agent in "": expected the path of a folder');
  }
  const agent = options.from === undefined
    ? takeTemplate(options)
    : await takeAgent(options.from, folder, options);
  const steps = listNextSteps(folder, agent);
  const files = listProjectFiles(agent, steps);
  writeFiles(folder, files);
  const names = [...files.keys()];
  if (output.json) {
    const next = steps.map(({ command }) => command);
    output.document({ ok: true, folder, files: names, notes: agent.notes, next });
    return EXIT.yes;
  }
  const place = folder === "." ? "" : ` ${shownInLine(join(folder, "/"))}:`;
  output.line(`Made${place} ${names.map(shownInLine).join(", ")}`);
  for (const note of agent.notes) output.line(shownInLine(note));
  if (options.quiet) return EXIT.yes;
  output.line();
  const width = Math.max(
    ...steps.map(({ task, command }) => task === undefined ? 0 : command.length),
  );
  for (const { command, meaning } of steps) {
    output.line(`  ${command.padEnd(width)}   ${meaning}`.trimEnd());
  }
  return EXIT.yes;
}

/** Asks for the folder of the new agent, the only choice without a default. */
async function askFolder(): Promise<string> {
  return (await askLine("Folder of the new agent (this one): ")).trim() || ".";
}
