/**
 * The core as its users get it: JavaScript, with declarations for its types.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runChild, runDeno } from "../../scripts/child.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Packs the core into a folder.
 *
 * @param folder The folder, empty.
 * @returns The address of its entry.
 */
export async function packCore(folder: URL): Promise<string> {
  const archive = fileURLToPath(new URL("core.tgz", folder));
  await runDeno(["pack", "--quiet", "--allow-dirty", `--output=${archive}`], ROOT);
  const { success, stderr } = await runChild("tar", ["-xzf", archive, "-C", fileURLToPath(folder)]);
  if (!success) throw new Error(`Cannot unpack ${archive}: tar said\n${stderr}`);
  const core = new URL("package/", folder);
  // An npm package.json names the declarations; a file imported by its address must do so itself.
  for await (const path of declarations(core)) {
    const module = new URL(path.href.replace(/\.d\.ts$/, ".js"));
    const name = path.pathname.split("/").at(-1);
    const source = await Deno.readTextFile(module);
    await Deno.writeTextFile(module, `/* @ts-self-types="./${name}" */\n${source}`);
  }
  return new URL("mod.js", core).href;
}

async function* declarations(folder: URL): AsyncGenerator<URL, void, void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* declarations(new URL(`${name}/`, folder));
    else if (name.endsWith(".d.ts")) yield new URL(name, folder);
  }
}
