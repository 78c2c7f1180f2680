/** Checks that the core runs anywhere: without permissions, and bundled on Node. @module */

import { fileURLToPath } from "node:url";
import { type Ended, inTemporaryFolder, runChild, tryDeno } from "../child.ts";

/** Output of the example agent if all went well. */
export const EXAMPLE_OUTPUT = "One tea it is";

/** The example agent. */
const FIRST_TURN = new URL("../../bench/process/first_turn.ts", import.meta.url).href;

/**
 * Runs an example agent outside the repository: with no permission and none to ask for, and, if
 * there is Node, bundled on Node.
 *
 * @param root The folder of the repository.
 * @returns One line for each problem.
 */
export function checkExample(root: URL): Promise<string[]> {
  return inTemporaryFolder(async (folder) => {
    const [program, bundle] = ["example.js", "bundle.mjs"].map((name) => new URL(name, folder));
    await Deno.writeTextFile(program!, exampleOf(new URL("mod.ts", root).href));
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
      ...judgeExample("without permissions", run),
      ...bundled.success
        ? await runOnNode(bundle!)
        : [`mod.ts: cannot be bundled: ${toOneLine(bundled)}`],
    ];
  });
}

async function runOnNode(bundle: URL): Promise<string[]> {
  try {
    return judgeExample("on Node", await runChild("node", [fileURLToPath(bundle)]));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("There is no Node here, so nothing was run on it");
    return [];
  }
}

/**
 * Judges a run of the example.
 *
 * @param way How it was run, for the message.
 * @param ended How it ended.
 * @returns A line that says what went wrong, if anything did.
 */
export function judgeExample(way: string, ended: Ended): string[] {
  if (ended.success && ended.stdout.trim() === EXAMPLE_OUTPUT) return [];
  return [`mod.ts: the example agent must run ${way}: ${toOneLine(ended)}`];
}

/** Joins the first lines that say something. */
function toOneLine({ stdout, stderr }: Ended): string {
  const lines = (stdout + stderr).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(0, 3).join(" | ") || "it printed nothing";
}

/** A program that plays a turn of the example agent, and keeps all of the core in its bundle. */
function exampleOf(core: string): string {
  return `export * from ${JSON.stringify(core)};
import { turn } from ${JSON.stringify(FIRST_TURN)};
console.log(turn.decision.response);
`;
}
