/**
 * Core in the form in which it is published: JavaScript with type declarations.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runChild, runDeno } from "../../scripts/child.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Packs the core into an empty folder. Returns the URL of its entry point.
 */
export async function packCore(folder: URL): Promise<string> {
  const archive = fileURLToPath(new URL("core.tgz", folder));
  await runDeno(["pack", "--quiet", "--allow-dirty", `--output=${archive}`], ROOT);
  const { success, stderr } = await runChild("tar", ["-xzf", archive, "-C", fileURLToPath(folder)]);
  if (!success) throw new Error(`Cannot unpack ${archive}: tar failed: ${stderr}`);
  const core = new URL("package/", folder);
  // A module that is imported by URL must name its declarations, which package.json does otherwise.
  for await (const path of findDeclarations(core)) {
    const module = new URL(path.href.replace(/\.d\.ts$/, ".js"));
    const name = path.pathname.split("/").at(-1);
    const source = await Deno.readTextFile(module);
    await Deno.writeTextFile(module, `/* @ts-self-types="./${name}" */\n${source}`);
  }
  return new URL("mod.js", core).href;
}

async function* findDeclarations(folder: URL): AsyncGenerator<URL, void, void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* findDeclarations(new URL(`${name}/`, folder));
    else if (name.endsWith(".d.ts")) yield new URL(name, folder);
  }
}
