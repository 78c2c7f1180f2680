/**
 * Restarting when a file of the project changes.
 *
 * @module
 */
import { fstatSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../exit_code.ts";
import type { Child } from "./child.ts";

/** Files that are not part of an agent: what it stores, and packages. */
const IGNORED_REGEXP =
  /(?:^|[/\\])(?:\.[^/\\]*|node_modules|[^/\\]*\.(?:db|db-wal|db-shm|lock))(?:[/\\]|$)/;

/** Time in which several changes count as one, in milliseconds. */
const DEBOUNCE = 200;

/**
 * Starts a child process, and again after each change, until the user ends it.
 *
 * @param root Folder whose files are watched.
 * @param keepsWatching Returns true if a child that ended by itself is followed by another one.
 * @param onChange Called before the process restarts.
 * @returns The exit code of the last one.
 */
export async function runWatched(
  root: string,
  { start, keepsWatching, onChange }: {
    readonly start: () => Promise<Child>;
    readonly keepsWatching: (code: number) => boolean;
    readonly onChange: (file: string) => void;
  },
): Promise<number> {
  let changed: PromiseWithResolvers<string> = Promise.withResolvers();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watcher = watch(root, { recursive: true }, (_, file) => {
    const name = String(file ?? "");
    if (IGNORED_REGEXP.test(name) || isOwnOutput(join(root, name))) return;
    clearTimeout(timer);
    timer = setTimeout(() => changed.resolve(name), DEBOUNCE);
  });
  try {
    for (;;) {
      changed = Promise.withResolvers();
      const child = await start();
      const ended = await Promise.race([child.code, changed.promise.then(() => undefined)]);
      if (ended === undefined) child.stop();
      const code = await child.code;
      const isStopped = code === EXIT.interrupted || ended === EXIT.terminated;
      if (ended !== undefined && (isStopped || !keepsWatching(code))) return code;
      onChange(await changed.promise);
    }
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}

/** Returns true for a file to which a standard stream writes: each run would begin the next one. */
function isOwnOutput(path: string): boolean {
  try {
    const { ino, dev } = statSync(path);
    return [1, 2].some((stream) => {
      const own = fstatSync(stream);
      return own.ino === ino && own.dev === dev;
    });
  } catch {
    // It was deleted meanwhile.
    return false;
  }
}
