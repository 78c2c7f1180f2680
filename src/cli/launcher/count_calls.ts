/**
 * Starting the process that counts the calls of an agent's functions.
 *
 * @module
 */
import process from "node:process";
import { EXIT } from "../exit_code.ts";
import type { CountedCalls } from "../protocol.ts";
import { runDeno } from "./child.ts";

/** Maximum length of the counts, because operating systems limit that of an argument. */
const MAX_LENGTH = process.platform === "win32" ? 20_000 : 100_000;

/**
 * Runs a process that counts calls. Only its result is read, so that the user sees nothing of an
 * agent that plays twice.
 *
 * @param args Arguments of Deno.
 * @returns The counts, or the exit code if the user stopped the process.
 */
export async function runCounting(args: string[]): Promise<CountedCalls | number> {
  const child = await runDeno(args, "stdout only");
  const [code, stdout] = await Promise.all([child.code, child.stdout]);
  if (code === EXIT.interrupted || code === EXIT.terminated) return code;
  const { ok, counts, error } = readDocument(stdout);
  if (!ok || counts === undefined) {
    return { missing: error?.message ?? `the process that counts them ended with code ${code}` };
  }
  if (counts.length <= MAX_LENGTH) return { counts };
  return { missing: "more functions were called than one process can pass to another" };
}

/** Document of a command with `--json`. */
interface CountsDocument {
  readonly ok?: boolean;
  readonly counts?: string;
  readonly error?: { readonly message: string };
}

/** Reads the last line, because libraries may print before it. */
function readDocument(stdout: string): CountsDocument {
  try {
    return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
  } catch {
    return {};
  }
}
