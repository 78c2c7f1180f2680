/**
 * Permissions of an agent's process: those that its file needs, and those that the user grants.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { Inspection } from "../../config/check/inspection.ts";
import { format } from "../../config/format/format.ts";
import { type Permissions, requiredPermissions } from "../../config/permissions.ts";
import { readText } from "../../config/text/files.ts";
import { ConfigFileError } from "../../config/text/problem.ts";
import { quote } from "../../errors.ts";
import { CommandError } from "../exit_code.ts";
import { avoidCommas, divide, isInside, subtract, toFlags, unite } from "../permissions.ts";
import type { Project } from "../project.ts";
import { askLine } from "../terminal/ask_line.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { shownInLine } from "../terminal/shown.ts";
import { denyWays, findAskedWays, listWaysOut } from "./ways_out.ts";

/** Permission to read this package, if it is on this machine, because an agent's modules import it. */
const OWN: Permissions = import.meta.url.startsWith("file:")
  ? { read: [fileURLToPath(new URL("../../../", import.meta.url))] }
  : {};

/** Circumstances of the permissions of a command. */
interface CommandNeeds {
  /** Permissions that the command itself needs. */
  readonly own: Permissions;
  /**
   * True if it runs the agent. Other commands run without permissions that a file may not grant
   * itself, because they have no flags that allow them.
   */
  readonly runsAgent: boolean;
}

/** Permissions of an agent's process. */
export class AgentPermissions {
  readonly #projects: readonly Project[];
  readonly #envFiles: readonly string[];
  readonly #needs: CommandNeeds;
  /** Permissions that the user granted, by flags and by answers. True for all. */
  #granted: true | Permissions;

  /**
   * Creates the permissions.
   *
   * @param projects Agents that it runs, all of one project.
   * @param granted Permissions that the user granted by flags.
   */
  constructor(
    projects: readonly Project[],
    envFiles: readonly string[],
    granted: true | Permissions,
    needs: CommandNeeds,
  ) {
    this.#projects = projects;
    this.#envFiles = envFiles;
    this.#granted = granted;
    this.#needs = needs;
  }

  /**
   * Returns the flags of `deno run`. The agent file is read again, and the user is asked about what
   * it may not grant itself.
   *
   * @throws {CommandError} if the user refuses, or cannot be asked.
   */
  async toFlags(): Promise<readonly string[]> {
    if (this.#granted === true) return ["--allow-all"];
    const [project] = this.#projects as [Project];
    const { root } = project;
    const isOwn = !isShared(root);
    const ways = isOwn ? listWaysOut(root) : [];
    const needs = await Promise.all(
      this.#projects.map((project) => listNeeds(project, this.#envFiles, ways)),
    );
    const { harmless, wishes } = divide(needs.reduce(unite), isOwn ? root : undefined, ways);
    const open = subtract(wishes, this.#granted);
    if (this.#needs.runsAgent && Object.keys(open).length > 0) {
      await askFor(open, project);
      this.#granted = unite(this.#granted, open);
    }
    const allowed = [this.#granted, this.#needs.own, OWN].reduce(unite, harmless);
    return [...toFlags(avoidCommas(allowed)), ...denyWays(ways, this.#granted)];
  }
}

/** Returns the permissions that an agent needs, as far as they can be known before it is loaded. */
async function listNeeds(
  project: Project,
  envFiles: readonly string[],
  ways: readonly string[],
): Promise<Permissions> {
  const base: Permissions = { read: [project.root] };
  if (project.isModule) return base;
  try {
    const variables: Record<string, string | undefined> = Object.assign(
      {},
      ...envFiles.map((file) => parseEnv(readFileSync(file, "utf8"))),
    );
    // The agent's process reports all other problems of the file.
    const { path, text } = await readText(project.path);
    const { config, problems } = new Inspection(path, text, format);
    if (problems.length > 0) return base;
    const file = { path, config };
    const required = requiredPermissions(file, (name) => readVariable(name) ?? variables[name]);
    return [required, findAskedWays(file, ways)].reduce(unite, base);
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
  if (!isTerminal(0) || !isTerminal(2)) {
    throw new CommandError(`${refused}. If you trust it, pass these flags`, {
      code: "PERMISSION_REFUSED",
    });
  }
  const answer = await askLine(
    `${shownInLine(path)} asks for more than an agent needs: ${flags}\nAllow it? y, n: `,
  );
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new CommandError(`${refused}, which you refused`, { code: "PERMISSION_REFUSED" });
}
