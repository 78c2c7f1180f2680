/** Runs other programs. @module */

import { runChild } from "../child.ts";

/** How a program ended. */
export interface ProcessResult {
  /** Whether it ended with code 0. */
  readonly success: boolean;
  /** What it wrote, to both of its outputs, without colours. */
  readonly output: string;
}

/**
 * Runs a program to its end.
 *
 * @param command The program.
 * @param args Its arguments.
 * @param folder The folder to run it in.
 */
export async function runProcess(
  command: string | URL,
  args: readonly string[],
  folder: URL,
): Promise<ProcessResult> {
  const { success, stdout, stderr } = await runChild(command, args, folder);
  return { success, output: stdout + stderr };
}
