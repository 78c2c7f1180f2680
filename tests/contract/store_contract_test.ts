import { sqliteStore } from "@nomos/agent/sqlite";
import { memoryStore, type Store } from "@nomos/agent/store";
import { storeContract } from "@nomos/agent/testing";

let now = 1_700_000_000_000;
const clock = () => now;
const advance = (ms: number) => void (now += ms);

for (const { name, run } of storeContract(() => memoryStore({ clock }), { advance })) {
  Deno.test(`memoryStore(), ${name}`, run);
}

for (const { name, run } of storeContract(memoryStore)) {
  Deno.test(`memoryStore() with the system clock, ${name}`, run);
}

const files = new Map<Store, string>();

async function open(file: string): Promise<Store> {
  const store = await sqliteStore(file, { clock });
  files.set(store, file);
  return store;
}

const sqlite = {
  open: async () => await open(await Deno.makeTempFile({ suffix: ".db" })),
  reopen: (closed: Store) => open(files.get(closed)!),
};

for (const { name, run } of storeContract(sqlite.open, { advance, reopen: sqlite.reopen })) {
  Deno.test(`sqliteStore(), ${name}`, async () => {
    try {
      await run();
    } finally {
      for (const file of files.values()) await Deno.remove(file).catch(() => {});
      files.clear();
    }
  });
}

for (const { name, run } of storeContract(() => sqliteStore(":memory:"))) {
  Deno.test(`sqliteStore() without a file, ${name}`, run);
}
