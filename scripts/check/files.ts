/** Reads the files that the checks look at. @module */

import type { Sources } from "./module_graph.ts";
import { runProcess } from "./process.ts";

const SOURCE_REGEXP = /\.(?:ts|tsx|js|mjs|css|html|py|sql)$/;

/**
 * Reads `mod.ts` and everything under `src/`.
 *
 * @param root The folder of the repository.
 */
export async function readCore(root: URL): Promise<Sources> {
  return new Map([...await readIfPresent(root, "mod.ts"), ...await readFolder(root, "src")]);
}

/**
 * Reads the source files of some folders; one that is not there is empty.
 *
 * @param root The folder of the repository.
 * @param folders Names of folders in it.
 */
export async function readFolders(root: URL, folders: readonly string[]): Promise<Sources> {
  const files: [string, string][] = [];
  for (const folder of folders) files.push(...await readFolder(root, folder));
  return new Map(files);
}

/**
 * Reads the text files git knows. Files that hold a zero byte are not text.
 *
 * @param root The folder of the repository.
 */
export async function readTracked(root: URL): Promise<Sources> {
  const { success, output } = await runProcess("git", ["ls-files", "-z"], root);
  if (!success) throw new Error(`Cannot list the files git knows: ${output}`);
  const files: [string, string][] = [];
  for (const path of output.split("\0").filter((path) => path !== "")) {
    files.push(...await readIfPresent(root, path));
  }
  return new Map(files.filter(([, text]) => !text.includes("\0")));
}

async function readFolder(root: URL, folder: string): Promise<[string, string][]> {
  const entries = await listFolder(new URL(`${folder}/`, root));
  const files: [string, string][] = [];
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules") files.push(...await readFolder(root, path));
    if (!isDirectory && SOURCE_REGEXP.test(name)) files.push(...await readIfPresent(root, path));
  }
  return files;
}

async function listFolder(folder: URL): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function readIfPresent(root: URL, path: string): Promise<[string, string][]> {
  try {
    return [[path, await Deno.readTextFile(new URL(path, root))]];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
