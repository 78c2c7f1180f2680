/**
 * Starting the agent's process, with the permissions that the agent needs.
 *
 * @module
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { quote } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { type Command, COMMANDS } from "../commands.ts";
import { exists } from "../deno_config.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { CommandCall, CommandName, OptionsOf } from "../flags.ts";
import { readGrants } from "../permissions.ts";
import { findProject, type Project } from "../project.ts";
import { type HostCall, PROTOCOL } from "../protocol.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { shownInLine } from "../terminal/shown.ts";
import { AgentPermissions } from "./agent_permissions.ts";
import { runDeno } from "./child.ts";
import { runCounting } from "./count_calls.ts";
import { findHostModule } from "./host_module.ts";
import { runWatched } from "./watch.ts";

/**
 * Runs a command in a process of its own, or in this one where there is no Deno.
 *
 * @param args Command line of the launcher.
 * @returns The exit code.
 */
export async function launch(
  name: CommandName,
  { options, positionals, output }: CommandCall<CommandName>,
  args: readonly string[],
): Promise<number> {
  const command: Command = COMMANDS[name];
  const projects = command.findProjects?.(positionals) ?? [findProject(positionals[0])];
  const project = takeOne(projects);
  const envFiles = findEnvFiles(options["env-file"], project);
  const call: HostCall = { protocol: PROTOCOL, version: VERSION, args, project };
  if (!("Deno" in globalThis)) {
    if (!isWatched(options)) {
      const counted = { missing: "that needs a second process, which only Deno can start" };
      return await runHere({ ...call, counted }, envFiles);
    }
    throw new CommandError(
      "Cannot watch files in this runtime: expected Deno, which restarts the process",
    );
  }
  const permissions = new AgentPermissions(projects, envFiles, readGrants(options), {
    own: command.needs?.(options, project) ?? {},
    runsAgent: command.runsAgent ?? false,
  });
  const { specifier, flags } = findHostModule(project);
  const listFlags = async () => [
    "run",
    "--quiet",
    // Questions of Deno would interrupt the conversation. Only they reveal what a module needs.
    ...project.isModule && isTerminal(0) && isTerminal(2) ? [] : ["--no-prompt"],
    ...flags,
    ...envFiles.map((file) => `--env-file=${file}`),
    ...await permissions.toFlags(),
  ];
  const program = (changes: Partial<HostCall>) => [
    specifier,
    JSON.stringify({ ...call, ...changes } satisfies HostCall),
  ];
  if (!isWatched(options)) {
    const flags = await listFlags();
    if (!countsCalls(options)) return await (await runDeno([...flags, ...program({})])).code;
    output.progress("counting calls");
    // Compiled code skips some counters.
    const counting = [...flags, "--v8-flags=--jitless", ...program({ countsCalls: true })];
    const counted = await runCounting(counting);
    output.progress("");
    if (typeof counted === "number") return counted;
    return await (await runDeno([...flags, ...program({ counted })])).code;
  }
  const isTalk = name === "run";
  // The session continues in the next process.
  const session = isTalk && (options as OptionsOf<"run">).session === undefined
    ? [`--session=${crypto.randomUUID().slice(0, 8)}`]
    : [];
  return await runWatched(project.root, {
    start: async () => runDeno([...await listFlags(), ...program({ args: [...args, ...session] })]),
    keepsWatching: (code) => isTalk ? code === EXIT.no : code !== EXIT.usage,
    onChange: (file) => output.note(shownInLine(`${file} changed`)),
  });
}

function isWatched(options: object): boolean {
  return "watch" in options && options.watch === true;
}

function countsCalls(options: object): boolean {
  return "functions" in options && options.functions === true;
}

/**
 * Returns the project of all agents of a call.
 *
 * @throws {CommandError} if they have several, because each has its own packages and variables.
 */
function takeOne(projects: readonly Project[]): Project {
  const [first, ...others] = projects as [Project, ...Project[]];
  const other = others.find(({ root, config }) => root !== first.root || config !== first.config);
  if (other === undefined) return first;
  throw new CommandError(
    `Cannot run ${quote(first.path)} and ${quote(other.path)} at once: expected agents of one ` +
      "project. Run the command in each",
  );
}

/**
 * Returns the files of variables that exist. Later ones take precedence, and the shell over all.
 *
 * @throws {CommandError} if a file that the user named is missing.
 */
function findEnvFiles(named: readonly string[], { root, config }: Project): readonly string[] {
  const missing = named.find((file) => !isFile(file));
  if (missing !== undefined) {
    throw new CommandError(`Cannot read ${quote(missing)} (--env-file): expected a file`);
  }
  if (named.length > 0) return named;
  const folders = new Set([root, config === undefined ? root : dirname(config)]);
  // A virtual environment of Python is often a folder of this name.
  return [".env", ".env.local"].flatMap((name) => [...folders].map((folder) => join(folder, name)))
    .filter(isFile);
}

function isFile(path: string): boolean {
  return exists(path) && statSync(path).isFile();
}

/** Runs the agent in this process, where there are no permissions: on Node. */
async function runHere(call: HostCall, envFiles: readonly string[]): Promise<number> {
  // The first value of a variable stays.
  for (const file of envFiles.toReversed()) process.loadEnvFile(file);
  // Deno would load the code of agents for the launcher too if it found the name of the module here.
  // In an npm package it ends with .js.
  const host = import.meta.url.replace(/launcher\/launch(\.[jt]s)$/, "host/run_host$1");
  const { runHost } = await import(host) as typeof import("../host/run_host.ts");
  return await runHost(call);
}
