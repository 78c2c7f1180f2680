/** Commands of `nomos` as processes, as a user starts them. */
import { assertEquals } from "@std/assert";

/** Folder of the repository. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** Result of a process. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a process. */
export interface StartOptions {
  /** Working directory. */
  readonly cwd: string;
  /** Text on stdin. Default: none. */
  readonly stdin?: string;
  /** Environment variables besides those that Deno needs, so that no key is among them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs Deno. */
export async function deno(
  args: readonly string[],
  { cwd, stdin = "", env = {} }: StartOptions,
): Promise<Ended> {
  const needed = ["PATH", "HOME", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...Object.fromEntries(needed), NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs `nomos` from this repository. */
export function nomos(args: readonly string[], options: StartOptions): Promise<Ended> {
  return deno([
    "run",
    "--allow-all",
    "--config",
    `${ROOT}deno.json`,
    `${ROOT}src/cli/mod.ts`,
    ...args,
  ], options);
}

/** Runs a process, asserts its exit code, and returns what it printed. */
export async function expectCode(code: number, ended: Promise<Ended>): Promise<Ended> {
  const result = await ended;
  assertEquals(result.code, code, `${result.stdout}\n${result.stderr}`);
  return result;
}
