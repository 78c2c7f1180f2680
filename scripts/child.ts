/**
 * Starting other processes.
 *
 * @module
 */

/** How a process ended. */
export interface Ended {
  /** Whether its code was 0. */
  readonly success: boolean;
  /** What it printed. */
  readonly stdout: string;
  /** What it said. */
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
 * Runs Deno to its end and gives what it printed.
 *
 * @param args Its arguments.
 * @param cwd The folder to run it in. Default: this one.
 * @throws {Error} with what the process said, if it failed.
 */
export async function runDeno(args: readonly string[], cwd?: string | URL): Promise<string> {
  const { success, stdout, stderr } = await tryDeno(args, cwd);
  if (success) return stdout;
  throw new Error(`Could not run deno ${args[0]}: the process said\n${stderr}`);
}

/**
 * Runs a program that prints JSON.
 *
 * @throws {Error} as {@linkcode runDeno} does.
 */
export async function runJson<Found>(args: readonly string[]): Promise<Found> {
  return JSON.parse(await runDeno(["run", "--no-prompt", "--quiet", ...args]));
}
