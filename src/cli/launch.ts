/**
 * Starting the agent's process, with the permissions that the agent needs.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { type Permissions, requiredPermissions } from "../config/permissions.ts";
import { ConfigFileError } from "../config/problem.ts";
import { readConfig } from "../config/read_config.ts";
import { quote } from "../errors.ts";
import { VERSION } from "../version.ts";
import { runDeno } from "./child.ts";
import { type Command, COMMANDS } from "./commands.ts";
import { CommandError, EXIT } from "./exit_code.ts";
import type { CommandCall, CommandName, OptionsOf } from "./flags.ts";
import { exists } from "./deno_config.ts";
import { findHostModule } from "./host_module.ts";
import { divide, isInside, readGrants, subtract, toFlags, unite } from "./permissions.ts";
import { findProject, type Project } from "./project.ts";
import { type HostCall, PROTOCOL } from "./protocol.ts";
import { shownInLine } from "./shown.ts";
import { runWatched } from "./watch.ts";

/** Permission to read this package, if it is on this machine, because an agent's modules import it. */
const OWN: Permissions = import.meta.url.startsWith("file:")
  ? { read: [fileURLToPath(new URL("../../", import.meta.url))] }
  : {};

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
  const project = findProject(positionals[0]);
  const envFiles = findEnvFiles(options["env-file"], project);
  const call: HostCall = { protocol: PROTOCOL, version: VERSION, args, project };
  if (!("Deno" in globalThis)) return await runHere(call, envFiles);
  const grants = readGrants(options);
  let flags = ["--allow-all"];
  if (grants !== true) {
    const { harmless, wishes } = divide(
      await listNeeds(project, envFiles),
      isShared(project.root) ? undefined : project.root,
    );
    const open = subtract(wishes, grants);
    // Commands that do not run the agent have no such flag, and do without what it may not grant itself.
    const asks = "allow-all" in options;
    if (asks && Object.keys(open).length > 0) await askFor(open, project);
    const own = (COMMANDS[name] as Command).needs?.(options, project) ?? {};
    flags = toFlags([asks ? open : {}, grants, own, OWN].reduce(unite, harmless));
  }
  const { specifier, flags: resolving } = findHostModule(project);
  const start = (args: readonly string[]) =>
    runDeno([
      "run",
      "--quiet",
      // Questions of Deno would stand in the conversation. A module's needs are known by no other way.
      ...project.isModule && isatty(0) && isatty(2) ? [] : ["--no-prompt"],
      ...resolving,
      ...envFiles.map((file) => `--env-file=${file}`),
      ...flags,
      specifier,
      JSON.stringify({ ...call, args } satisfies HostCall),
    ]);
  if (!isWatched(options)) return await (await start(args)).code;
  const isTalk = name === "run";
  // The session goes on in the next process.
  const session = isTalk && (options as OptionsOf<"run">).session === undefined
    ? [`--session=${crypto.randomUUID().slice(0, 8)}`]
    : [];
  return await runWatched(project.root, {
    start: () => start([...args, ...session]),
    goesOn: (code) => !isTalk || code === EXIT.no,
    onChange: (file) => output.note(shownInLine(`${file} changed`)),
  });
}

function isWatched(options: object): boolean {
  return "watch" in options && options.watch === true;
}

/**
 * Returns the files of variables that exist. Later ones take precedence, and the shell over all.
 *
 * @throws {CommandError} if a file that the user named is missing.
 */
function findEnvFiles(named: readonly string[], { root }: Project): readonly string[] {
  const missing = named.find((file) => !exists(file));
  if (missing !== undefined) {
    throw new CommandError(`Cannot read ${quote(missing)} (--env-file): expected a file`);
  }
  if (named.length > 0) return named;
  return [".env", ".env.local"].map((name) => join(root, name)).filter(exists);
}

/** Returns the permissions that an agent needs, as far as they can be known before it is loaded. */
async function listNeeds(project: Project, envFiles: readonly string[]): Promise<Permissions> {
  const base: Permissions = { read: [project.root] };
  if (project.isModule) return base;
  try {
    const variables: Record<string, string | undefined> = Object.assign(
      {},
      ...envFiles.map((file) => parseEnv(readFileSync(file, "utf8"))),
    );
    // Flows, if there are any, need no permission: the agent's process says what is wrong with them.
    const file = await readConfig(project.path, { ignoreFlows: true });
    return unite(base, requiredPermissions(file, (name) => readVariable(name) ?? variables[name]));
  } catch (error) {
    // The agent's process reports the problems, those of tools included.
    if (error instanceof ConfigFileError) return base;
    throw error;
  }
}

/** Returns a variable of the shell; undefined if it may not be read, as in a task with few permissions. */
function readVariable(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

/** Returns true for a folder with more than a project in it: the user's home, or one above it. */
function isShared(folder: string): boolean {
  const home = readVariable("HOME") ?? readVariable("USERPROFILE");
  return dirname(folder) === folder || home !== undefined && isInside(folder, home);
}

/**
 * Asks the user for permissions that an agent file may not grant itself.
 *
 * @throws {CommandError} if they are refused, or nobody can be asked.
 */
async function askFor(wishes: Permissions, { path }: Project): Promise<void> {
  const flags = toFlags(wishes).map(shownInLine).join(" ");
  const refused = `Cannot run ${quote(path)}: it asks for ${flags}`;
  if (!isatty(0) || !isatty(2)) {
    throw new CommandError(`${refused}. If you trust it, pass these flags`, {
      code: "PERMISSION_REFUSED",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `${shownInLine(path)} asks for more than an agent needs: ${flags}\nAllow it? y, n: `,
    );
    if (/^y(?:es)?$/i.test(answer.trim())) return;
    throw new CommandError(`${refused}, which you refused`, { code: "PERMISSION_REFUSED" });
  } finally {
    terminal.close();
  }
}

/** Runs the agent in this process, where there are no permissions: on Node. */
async function runHere(call: HostCall, envFiles: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    throw new CommandError(
      `Cannot run an agent with Node ${process.versions.node}: expected 22.18 or newer, or Deno`,
    );
  }
  // The first value of a variable stays.
  for (const file of envFiles.toReversed()) process.loadEnvFile(file);
  // Deno would load the code of agents for the launcher too if it found this module here.
  const host = new URL("./run_host.ts", import.meta.url).href;
  const { runHost } = await import(host) as typeof import("./run_host.ts");
  return await runHost(call);
}
