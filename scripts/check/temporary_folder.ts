/** A folder outside the repository. @module */

import { pathToFileURL } from "node:url";

/**
 * Calls a function with a folder of its own outside the repository, and removes the folder.
 *
 * @param use What to do in the folder.
 */
export async function inTemporaryFolder<T>(use: (folder: URL) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempDir();
  try {
    return await use(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
