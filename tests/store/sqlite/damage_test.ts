import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@nomos/agent/sqlite";
import { StoreError } from "@nomos/agent/store";
import { appended, entriesOf, leased, withFolder } from "./sqlite_fixture.ts";

async function makeStore(file: string): Promise<void> {
  const store = await sqliteStore(file);
  for (const id of ["a", "b"]) {
    const lease = await leased(store, id);
    await store.append(lease, { ...appended(0, 20, `text of ${id}`), snapshot: '"snapshot"' });
  }
  await store.close();
}

/** Reads the whole content of a store. */
async function readContent(file: string): Promise<unknown> {
  const store = await sqliteStore(file);
  try {
    const { sessions } = await store.list();
    const read = sessions.map(async ({ id }) => [await store.read(id), await entriesOf(store, id)]);
    return await Promise.all(read);
  } finally {
    await store.close();
  }
}

Deno.test("a changed byte at any offset yields changed content or a StoreError, never a crash", async () => {
  await withFolder(async (folder) => {
    await makeStore(`${folder}/good.db`);
    const good = await Deno.readFile(`${folder}/good.db`);
    const content = await readContent(`${folder}/good.db`);
    const file = `${folder}/bad.db`;
    const outcomes = { same: 0, other: 0, refused: 0 };
    // An odd step, so that every kind of byte is changed, each in another bit.
    for (let at = 0; at < good.length; at += 149) {
      const bad = good.slice();
      bad[at]! ^= 1 << at % 8;
      await Deno.writeFile(file, bad);
      try {
        const found = await readContent(file);
        outcomes[JSON.stringify(found) === JSON.stringify(content) ? "same" : "other"]++;
      } catch (error) {
        assert(error instanceof StoreError, `byte ${at}: ${error}`);
        assert(error.message.includes(`"${file}"`), error.message);
        outcomes.refused++;
      }
    }
    // A change has no effect in free space.
    assert(
      outcomes.same > 0 && outcomes.other > 0 && outcomes.refused > 0,
      JSON.stringify(outcomes),
    );
  });
});

Deno.test("a truncated file rejects with a StoreError that names it", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await makeStore(file);
    const { size } = await Deno.stat(file);
    await Deno.truncate(file, size - 3 * 4_096);
    const error = await assertRejects(() => readContent(file), StoreError);
    assertEquals(
      error.message.replace(/^Cannot .* in /, ""),
      `"${file}": the file is damaged: expected it as it was written; restore a backup`,
    );
  });
});

Deno.test("an invalid number is damage of that session only", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await makeStore(file);
    {
      using other = new DatabaseSync(file);
      other.exec("UPDATE session SET head = 9223372036854775807 WHERE number = 1");
    }
    const store = await sqliteStore(file);
    await assertRejects(() => store.read("a"), StoreError, "the file is damaged");
    assertEquals((await store.read("b"))?.head, 20);
    await store.close();
  });
});
