/**
 * Terminals among the standard streams.
 *
 * @module
 */
import process from "node:process";

/** Stream of Deno. */
interface Stream {
  isTerminal(): boolean;
}

const { Deno } = globalThis as {
  readonly Deno?: { readonly [Name in "stdin" | "stdout" | "stderr"]: Stream };
};

// Taken now, because the agent's process sends stdout elsewhere later.
const streams = Deno && [Deno.stdin, Deno.stdout, Deno.stderr];

/**
 * Returns true if a standard stream is a terminal.
 *
 * @param stream Number of the stream: stdin, stdout, stderr.
 */
export function isTerminal(stream: 0 | 1 | 2): boolean {
  // In Deno, `node:tty` would load the code of all streams of Node.
  return streams?.[stream]?.isTerminal() ?? process.getBuiltinModule("node:tty").isatty(stream);
}
