/**
 * Finding the agent and its project.
 *
 * @module
 */
import { statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { quote } from "../errors.ts";
import { CONFIGS, exists, findAbove, findWorkspace } from "./deno_config.ts";
import { CommandError } from "./exit_code.ts";

/** Agent of a command, and the project that it belongs to. */
export interface Project {
  /** Path of the agent's file or module, relative to the working directory. */
  readonly path: string;
  /** True for a module (TypeScript or JavaScript), false for an agent file. */
  readonly isModule: boolean;
  /** Name of the module's export. Absent: the default export, or the only agent. */
  readonly export?: string;
  /** Absolute path of the project's folder: that of the workspace, of `deno.json`, or of the agent. */
  readonly root: string;
  /** Absolute path of `deno.json`. Absent if the project has none. */
  readonly config?: string;
}

/** Names of agents that are found without being named. */
const AGENTS = ["agent.yaml", "config.agent.yaml", "agent.ts"];

/** Files and folders that mark the top of a project. */
const TOPS = [...CONFIGS, "package.json", ".git"];

const MODULE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/**
 * Finds an agent.
 *
 * @param name `agent.yaml`, `agent.ts`, `agent.ts#name` or a folder. Absent: the agent of `folder`. A
 *   folder without an agent has that of one above it within the project.
 * @param folder Folder in which an agent is looked for. Default: the working directory.
 * @throws {CommandError} if there is none.
 */
export function findProject(name: string | undefined, folder: string = ""): Project {
  const { path, exportName } = name === undefined || isFolder(name)
    ? { path: searchAgent(resolve(name ?? folder)), exportName: undefined }
    : divideName(name);
  if (!exists(path) || !statSync(path).isFile()) {
    throw new CommandError(
      `Cannot find the agent ${quote(path)}: expected a file such as agent.yaml or agent.ts`,
      { code: "AGENT_NOT_FOUND" },
    );
  }
  const isModule = MODULE.test(path);
  if (exportName !== undefined && !isModule) {
    throw new CommandError(
      `Cannot take the export ${quote(exportName)} of ${quote(path)}: ` +
        "expected a module such as agent.ts",
    );
  }
  const config = findAbove(dirname(resolve(path)), CONFIGS, isTop);
  const top = config === undefined ? undefined : findWorkspace(config) ?? config;
  return {
    path,
    isModule,
    ...exportName !== undefined && { export: exportName },
    root: dirname(top ?? resolve(path)),
    ...config !== undefined && { config },
  };
}

/**
 * Finds the folder of an agent's project; the working directory if no agent is named or found.
 *
 * @throws {CommandError} if there is no agent of that name.
 */
export function findFolder(agent: string | undefined): Pick<Project, "root"> {
  try {
    return findProject(agent);
  } catch (error) {
    if (agent !== undefined || !(error instanceof CommandError)) throw error;
    return { root: process.cwd() };
  }
}

/** Finds an agent in a folder or above it. */
function searchAgent(start: string): string {
  const found = findAbove(start, AGENTS, isTop);
  if (found !== undefined) return relative(process.cwd(), found);
  throw new CommandError(
    `Cannot find an agent in ${quote(start)}: expected one of ${AGENTS.join(", ")}. ` +
      "Name a file, or make an agent with: nomos init",
    { code: "AGENT_NOT_FOUND" },
  );
}

function isFolder(path: string): boolean {
  return exists(path) && statSync(path).isDirectory();
}

/** Returns true for a folder that is the top of a project. */
function isTop(folder: string): boolean {
  return TOPS.some((name) => exists(join(folder, name)));
}

/** Divides `agent.ts#name`. A file whose own name has `#` is taken as it is. */
function divideName(name: string): { readonly path: string; readonly exportName?: string } {
  const at = name.lastIndexOf("#");
  if (at <= 0 || exists(name)) return { path: name };
  return { path: name.slice(0, at), exportName: name.slice(at + 1) };
}
