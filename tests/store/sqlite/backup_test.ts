import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { sqliteStore } from "@nomos/agent/sqlite";
import { StoreError } from "@nomos/agent/store";
import { appended, entriesOf, leased, withFolder } from "./sqlite_fixture.ts";

Deno.test("backup(), copies all commits, including those only in the write-ahead log", async () => {
  await withFolder(async (folder) => {
    const store = await sqliteStore(`${folder}/a.db`);
    const lease = await leased(store);
    await store.append(lease, { ...appended(0, 100), snapshot: '"s"' });
    await store.backup(`${folder}/b.db`);
    await store.append(lease, appended(100, 5));
    const restored = await sqliteStore(`${folder}/b.db`);
    const { head, snapshot } = (await restored.read("a"))!;
    assertEquals([head, snapshot?.head], [100, 100]);
    assertEquals(await entriesOf(restored), (await entriesOf(store)).slice(0, 100));
    await restored.append(lease, appended(100));
    await restored.close();
    assertEquals((await store.read("a"))!.head, 105);
    await store.close();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a.db", "b.db"]);
  });
});

Deno.test("backup(), copies an in-memory database", async () => {
  await withFolder(async (folder) => {
    const store = await sqliteStore(":memory:");
    await leased(store);
    await store.backup(`${folder}/b.db`);
    await store.close();
    const restored = await sqliteStore(`${folder}/b.db`);
    assertEquals((await restored.read("a"))?.head, 0);
    await restored.close();
  });
});

Deno.test("backup(), rejects an existing file, and does not change it", async () => {
  await withFolder(async (folder) => {
    const store = await sqliteStore(`${folder}/a.db`);
    await leased(store);
    await Deno.writeTextFile(`${folder}/b.db`, "precious");
    for (const name of ["b.db", "a.db"]) {
      const error = await assertRejects(() => store.backup(`${folder}/${name}`), StoreError);
      assertEquals(
        error.message,
        `Cannot make a backup in "${folder}/${name}": the file exists: expected a new path`,
      );
    }
    assertEquals(await Deno.readTextFile(`${folder}/b.db`), "precious");
    const error = await assertRejects(() => store.backup(`${folder}/none/b.db`), StoreError);
    assertStringIncludes(error.message, `Cannot make a backup in "${folder}/none/b.db"`);
    assertEquals((await store.read("a"))?.head, 0);
    await store.close();
    await assertRejects(() => store.backup(`${folder}/c.db`), StoreError, "it was closed");
  });
});
