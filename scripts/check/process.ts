/** Runs other programs. @module */

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
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
