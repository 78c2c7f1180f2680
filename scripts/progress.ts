/**
 * Progress of long commands.
 *
 * @module
 */

/** Runs some work, after printing its label if someone watches the terminal. */
export function announce<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
  if (Deno.stdout.isTerminal() && Deno.stderr.isTerminal()) console.error(`${label} …`);
  return work();
}
