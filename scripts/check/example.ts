/**
 * Check that the core runs without permissions, and bundled on Node.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Ended, inTemporaryFolder, runChild, tryDeno } from "../child.ts";

/** Expected output of the example agent. */
export const EXAMPLE_OUTPUT = "One tea it is";

/** Module of the example agent. */
const FIRST_TURN = new URL("../../bench/process/first_turn.ts", import.meta.url).href;

/**
 * Runs the example agent outside the repository: without permissions, and bundled on Node if it
 * is installed.
 *
 * @param root Folder of the repository.
 * @returns One line for each problem.
 */
export function checkExample(root: URL): Promise<string[]> {
  return inTemporaryFolder(async (folder) => {
    const [program, bundle] = ["example.js", "bundle.mjs"].map((name) => new URL(name, folder));
    await Deno.writeTextFile(program!, writeExample(new URL("mod.ts", root).href));
    const config = `--config=${fileURLToPath(new URL("deno.json", root))}`;
    const run = await tryDeno(["run", "--quiet", "--no-prompt", config, program!.href], folder);
    const bundled = await tryDeno([
      "bundle",
      "--quiet",
      "--minify",
      "--platform=browser",
      config,
      `--output=${fileURLToPath(bundle!)}`,
      fileURLToPath(program!),
    ], folder);
    return [
      ...checkRun("without permissions", run),
      ...bundled.success
        ? await runOnNode(bundle!)
        : [`mod.ts: the core cannot be bundled: ${toOneLine(bundled)}`],
    ];
  });
}

async function runOnNode(bundle: URL): Promise<string[]> {
  try {
    return checkRun("on Node", await runChild("node", [fileURLToPath(bundle)]));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("Skipped: Node, because it is not installed");
    return [];
  }
}

/**
 * Checks the result of a run.
 *
 * @param way Kind of the run, for the message.
 * @returns A line that describes the problem, if there is one.
 */
export function checkRun(way: string, ended: Ended): string[] {
  if (ended.success && ended.stdout.trim() === EXAMPLE_OUTPUT) return [];
  return [`mod.ts: the example agent must run ${way}: ${toOneLine(ended)}`];
}

/** Joins the first lines of the output that are not empty. */
function toOneLine({ stdout, stderr }: Ended): string {
  const lines = (stdout + stderr).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(0, 3).join(" | ") || "it printed nothing";
}

/** Writes a program that plays the example, and exports all of the core, so that it is bundled. */
function writeExample(core: string): string {
  return `export * from ${JSON.stringify(core)};
import { turn } from ${JSON.stringify(FIRST_TURN)};
console.log(turn.decision.response);
`;
}
