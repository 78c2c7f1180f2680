/** Checks that the core, bundled, runs on Node, and says how large it is. @module */

import { fileURLToPath } from "node:url";
import { judgeExample, toOneLine, writeExample } from "./example.ts";
import { runProcess } from "./process.ts";
import type { Report } from "./report.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

/**
 * Bundles `mod.ts` and runs the example agent with it on Node.
 *
 * @param root The folder of the repository.
 */
export async function checkNodeBundle(root: URL): Promise<Report> {
  if (!await isNodePresent(root)) {
    return {
      problems: [],
      notes: ["node_bundle: there is no Node here, so nothing was run on it"],
    };
  }
  return await inTemporaryFolder(async (folder) => {
    // The example needs valibot too: from a bundle of its own, so that the core's holds only the core.
    const valibot = new URL("valibot.ts", folder);
    await Deno.writeTextFile(valibot, 'export * from "valibot";');
    const core = new URL("core.mjs", folder);
    const problems = [
      ...await bundle(root, new URL("mod.ts", root), core),
      ...await bundle(root, valibot, new URL("valibot.mjs", folder)),
    ];
    if (problems.length > 0) return { problems };

    const program = new URL("example.mjs", folder);
    const modules = { core: "./core.mjs", valibot: "./valibot.mjs" };
    await Deno.writeTextFile(program, writeExample(modules));
    const result = await runProcess("node", [fileURLToPath(program)], folder);
    const bytes = await Deno.readFile(core);
    return {
      problems: judgeExample("on Node", result),
      notes: [describeSize(bytes.length, await countGzipBytes(bytes))],
    };
  });
}

/**
 * Counts the bytes that are left after compression with gzip.
 *
 * @param bytes What to compress.
 */
export async function countGzipBytes(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).arrayBuffer()).byteLength;
}

/** Says how large the bundle is, in thousands of bytes. */
export function describeSize(minified: number, gzip: number): string {
  const [whole, compressed] = [minified, gzip].map((bytes) => (bytes / 1000).toFixed(1));
  return `node_bundle: mod.ts is ${whole} kB bundled and minified, ${compressed} kB with gzip`;
}

async function bundle(root: URL, entry: URL, output: URL): Promise<string[]> {
  const options = ["--quiet", "--minify", "--platform=browser"];
  const result = await runProcess(Deno.execPath(), [
    "bundle",
    ...options,
    `--config=${fileURLToPath(new URL("deno.json", root))}`,
    `--output=${fileURLToPath(output)}`,
    fileURLToPath(entry),
  ], root);
  return result.success ? [] : [`mod.ts: cannot be bundled: ${toOneLine(result.output)}`];
}

async function isNodePresent(root: URL): Promise<boolean> {
  try {
    return (await runProcess("node", ["--version"], root)).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
