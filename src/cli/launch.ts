/**
 * Starting the agent's process, with the permissions that the agent needs.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
import { type Command, COMMANDS } from "./commands.ts";
import type { CommandCall, CommandName } from "./flags.ts";
import { CommandError } from "./exit_code.ts";
import { divide, readGrants, subtract, toFlags, unite } from "./permissions.ts";
import { findProject, type Project } from "./project.ts";
import { type HostCall, PROTOCOL } from "./protocol.ts";
import { shownInLine } from "./shown.ts";

/** Name by which a project's `deno.json` imports the code of the agent's process. */
const HOST = "@nomos/agent/cli/host";

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
  { options, positionals }: CommandCall<CommandName>,
  args: readonly string[],
): Promise<number> {
  const project = findProject(positionals[0]);
  const envFiles = findEnvFiles(options["env-file"], project);
  const call: HostCall = { protocol: PROTOCOL, version: VERSION, args, project };
  if (!("Deno" in globalThis)) return await runHere(call, envFiles);
  const grants = readGrants(options);
  let flags = ["--allow-all"];
  if (grants !== true) {
    const { harmless, wishes } = divide(await listNeeds(project, envFiles), project.root);
    const open = subtract(wishes, grants);
    // Commands that do not run the agent have no such flag, and do without what it may not grant itself.
    const asks = "allow-all" in options;
    if (asks && Object.keys(open).length > 0) await askFor(open, project);
    const own = (COMMANDS[name] as Command).needs?.(options, project) ?? {};
    flags = toFlags([asks ? open : {}, grants, own, OWN].reduce(unite, harmless));
  }
  const isOwn = project.config !== undefined && importsPackage(project.config);
  const url = import.meta.resolve("./host.ts");
  const config = isOwn || !url.startsWith("file:") ? project.config : undefined;
  return await runChild([
    "run",
    "--quiet",
    // Questions of Deno would stand in the conversation. A module's needs are known by no other way.
    ...project.isModule && isatty(0) && isatty(2) ? [] : ["--no-prompt"],
    ...config === undefined ? [] : ["--config", config],
    ...envFiles.map((file) => `--env-file=${file}`),
    ...flags,
    isOwn ? HOST : url,
    JSON.stringify(call),
  ]);
}

/**
 * Returns the files of variables that exist. Later ones take precedence, and the shell over all.
 *
 * @throws {CommandError} if a file that the user named is missing.
 */
function findEnvFiles(named: readonly string[], { root }: Project): readonly string[] {
  const missing = named.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new CommandError(`Cannot read ${quote(missing)} (--env-file): expected a file`);
  }
  if (named.length > 0) return named;
  return [".env", ".env.local"].map((name) => join(root, name)).filter((file) => existsSync(file));
}

/** Returns the permissions that an agent needs, as far as they can be known before it is loaded. */
async function listNeeds(project: Project, envFiles: readonly string[]): Promise<Permissions> {
  const base: Permissions = { read: [project.root] };
  if (project.isModule) return base;
  try {
    const variables: Record<string, string | undefined> = Object.assign(
      {},
      ...envFiles.map((file) => parseEnv(readFileSync(file, "utf8"))),
      process.env,
    );
    // Flows, if there are any, need no permission: the agent's process says what is wrong with them.
    const file = await readConfig(project.path, { ignoreFlows: true });
    return unite(base, requiredPermissions(file, (name) => variables[name]));
  } catch (error) {
    // The agent's process reports the problems, those of tools included.
    if (error instanceof ConfigFileError) return base;
    throw error;
  }
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

/** Returns true if a project's `deno.json` imports this package, or is its own. */
function importsPackage(config: string): boolean {
  return readFileSync(config, "utf8").includes('"@nomos/agent"');
}

/** Runs Deno with the streams of this process. Returns its exit code. */
async function runChild(args: string[]): Promise<number> {
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  const program = state === "granted" ? Deno.execPath() : "deno";
  // The terminal sends Ctrl-C to both processes. This one waits until the other has stored its turn.
  const wait = () => {};
  Deno.addSignalListener("SIGINT", wait);
  const child = new Deno.Command(program, {
    args,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const stop = () => child.kill("SIGTERM");
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGINT", wait);
  if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", stop);
  return code;
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
