/**
 * Child processes and temporary folders.
 *
 * @module
 */
import { pathToFileURL } from "node:url";

/** Result of a process. */
export interface Ended {
  /** True if the exit code is 0. */
  readonly success: boolean;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/** Runs a program without colours, in the folder `cwd`. Does not throw if it fails. */
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

/** Runs Deno, as {@linkcode runChild} does. */
export function tryDeno(args: readonly string[], cwd?: string | URL): Promise<Ended> {
  return runChild(Deno.execPath(), args, cwd);
}

/**
 * Runs Deno in the folder `cwd`, and returns its standard output.
 *
 * @throws {Error} with the standard error, if it fails.
 */
export async function runDeno(args: readonly string[], cwd?: string | URL): Promise<string> {
  const { success, stdout, stderr } = await tryDeno(args, cwd);
  if (success) return stdout;
  throw new Error(`Cannot run deno ${args[0]}: the process failed: ${stderr}`);
}

/**
 * Runs a Deno program, and parses the JSON that it prints.
 *
 * @throws {Error} if it fails.
 */
export async function runJson<Found>(args: readonly string[]): Promise<Found> {
  return JSON.parse(await runDeno(["run", "--no-prompt", "--quiet", ...args]));
}

/** Calls a function with a temporary folder, which is removed afterwards. */
export async function inTemporaryFolder<T>(use: (folder: URL) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempDir();
  try {
    return await use(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
