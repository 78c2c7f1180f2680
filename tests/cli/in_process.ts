/** Commands of `nomos` that run in the process of a test. */
import { assertEquals } from "@std/assert";
import { type Command, COMMANDS, loadCommand } from "../../src/cli/commands.ts";
import type { AgentCall, CommandName, LauncherCall } from "../../src/cli/flags.ts";
import { Output, type OutputOptions } from "../../src/cli/terminal/output.ts";
import { findProject } from "../../src/cli/project.ts";
import { runCommand } from "../../src/cli/run_command.ts";

/** Result of a command. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line, and collects what it prints. */
export function nomos(...args: string[]): Promise<Ended> {
  return nomosWith((line) => Promise.reject(new Error(`not run here: ${line}`)), ...args);
}

/** Does the same; `runLine` is called with the command lines that it runs. */
export async function nomosWith(
  runLine: (args: readonly string[]) => Promise<number>,
  ...args: string[]
): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  class Collected extends Output {
    override readonly isTerminal = false;
    override write(text: string): void {
      printed.stdout += text;
    }
    override error(text: string): void {
      printed.stderr += `${text}\n`;
    }
  }
  const code = await runCommand(args, async (name, call) => {
    if (name === "schema" || name === "sessions") {
      const code = await loadCommand<LauncherCall<CommandName>>(name);
      return await code.run({ ...call, runLine });
    }
    const code = await loadCommand<AgentCall<CommandName>>(name);
    const { findProjects }: Command = COMMANDS[name];
    const [project] = findProjects?.(call.positionals) ?? [findProject(call.positionals[0])];
    return await code.run({ ...call, project: project! });
  }, (options: OutputOptions) => new Collected(options));
  return { code, ...printed };
}

/** Runs a command line with `--json`, and returns the only document that it prints. */
export async function nomosJson(
  expectedCode: number,
  ...args: string[]
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const { code, stdout } = await nomos(...args, "--json");
  const document = JSON.parse(stdout);
  assertEquals([code, document.ok], [expectedCode, expectedCode === 0], stdout);
  return document;
}

/** Runs a test in a new folder with these files. */
export async function withFiles(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
