/**
 * Other processes, and folders for them.
 *
 * @module
 */
import { pathToFileURL } from "node:url";

/** Result of a process. */
export interface Ended {
  /** True if its code was 0. */
  readonly success: boolean;
  /** Its standard output. */
  readonly stdout: string;
  /** Its error output. */
  readonly stderr: string;
}

/**
 * Runs a program to its end, well or not, without colours.
 *
 * @param command The program.
 * @param args Its arguments.
 * @param cwd The folder to run it in. Default: this one.
 */
export async function runChild(
  command: string | URL,
  args: readonly string[],
  cwd?: string | URL,
): Promise<Ended> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs Deno to its end, well or not, as {@linkcode runChild} does. */
export function tryDeno(args: readonly string[], cwd?: string | URL): Promise<Ended> {
  return runChild(Deno.execPath(), args, cwd);
}

/**
 * Runs Deno to its end and returns its standard output.
 *
 * @param args Its arguments.
 * @param cwd The folder to run it in. Default: this one.
 * @throws {Error} with the error output, if it failed.
 */
export async function runDeno(args: readonly string[], cwd?: string | URL): Promise<string> {
  const { success, stdout, stderr } = await tryDeno(args, cwd);
  if (success) return stdout;
  throw new Error(`Cannot run deno ${args[0]}: the process said\n${stderr}`);
}

/**
 * Runs a program that prints JSON.
 *
 * @throws {Error} as {@linkcode runDeno} does.
 */
export async function runJson<Found>(args: readonly string[]): Promise<Found> {
  return JSON.parse(await runDeno(["run", "--no-prompt", "--quiet", ...args]));
}

/**
 * Calls a function with a folder of its own outside the repository, and removes the folder.
 *
 * @param use Works in the folder.
 */
export async function inTemporaryFolder<T>(use: (folder: URL) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempDir();
  try {
    return await use(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
