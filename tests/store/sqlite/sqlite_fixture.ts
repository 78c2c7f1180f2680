import { assert } from "@std/assert";
import type { Append, Lease, Store } from "@nomos/agent/store";

/** Runs a test with a temporary folder. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Creates a session and claims it. */
export async function leased(store: Store, id = "a"): Promise<Lease> {
  await store.create(id, { meta: "{}", hash: "00" });
  const lease = await store.claim(id, { owner: `owner of ${id}`, ttl: 3_600_000 });
  assert(lease !== undefined);
  return lease;
}

/** Makes entries with a text. */
export function appended(head: number, count = 1, text = "x"): Append {
  const entries = Array.from({ length: count }, (_, index) => {
    return { seq: head + index, body: JSON.stringify(text), hash: `${head + index}` };
  });
  return { head, entries };
}

/** Reads all entries of a session. */
export function entriesOf(store: Store, id = "a"): ReturnType<Store["entries"]> {
  return store.entries(id, { from: 0, limit: 1_000_000 });
}

/** Returns the arguments of Deno that run a program of this folder. */
export function programArgs(program: string, permissions: readonly string[]): string[] {
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const url = new URL(program, import.meta.url).href;
  return ["run", "--quiet", "--no-prompt", `--config=${config}`, ...permissions, url];
}
