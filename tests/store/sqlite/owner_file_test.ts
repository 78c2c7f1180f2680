import { sqliteStore } from "@nomos/agent/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChildProgram } from "./child_program.ts";
import { programArgs, withFolder } from "./sqlite_fixture.ts";

async function ownerFiles(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name.includes("-owner-"));
}

const next = { owner: "next", ttl: 60_000 };

Deno.test("the leases of a killed process can be claimed at once, those of a live one not", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await using holder = new ChildProgram("holding_lease.ts", file);
    await holder.readLine();
    const store = await sqliteStore(file);
    assertEquals((await ownerFiles(folder)).length, 2);
    assertEquals(await store.claim("a", next), undefined);
    holder.signal("SIGSTOP");
    assertEquals(await store.claim("a", next), undefined);
    assert((await store.read("a"))!.lease!.until > Date.now());
    holder.kill();
    await holder.end();
    assertEquals((await store.read("a"))?.lease?.until, 0);
    assertEquals((await store.list()).sessions.map(({ lease }) => lease?.until), [0, 0]);
    const lease = await store.claim("a", next);
    assertEquals(lease?.owner, "next");
    // Its file is gone; its other leases can be claimed nevertheless.
    assertEquals((await ownerFiles(folder)).length, 1);
    assertEquals((await store.claim("b", next))?.owner, "next");
    assertEquals(await store.claim("b", { ...next, owner: "another" }), undefined);
    await store.close();
    assertEquals(await ownerFiles(folder), []);
  });
});

Deno.test("processes that look at once see that a process was killed, and that none of them was", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const holder = new ChildProgram("holding_lease.ts", file);
    await holder.readLine();
    holder.kill();
    await holder.end();
    const looking = [1, 2, 3].map(() => new ChildProgram("looking_process.ts", file));
    for (const process of looking) await process.readLine();
    await Promise.all(looking.map((process) => process.notify()));
    const seen = await Promise.all(looking.map((process) => process.end()));
    assertEquals(seen, [["0 0"], ["0 0"], ["0 0"]]);
    assertEquals(await ownerFiles(folder), []);
  });
});

Deno.test("opening a store deletes the owner files of dead processes only", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const store = await sqliteStore(file);
    await using dead = new ChildProgram("holding_lease.ts", file);
    await dead.readLine();
    dead.kill();
    await dead.end();
    assertEquals((await ownerFiles(folder)).length, 2);
    const another = await sqliteStore(file);
    const files = await ownerFiles(folder);
    assertEquals(files.length, 2);
    for (const { ownerPrefix } of [store, another]) {
      assert(files.includes(`a.db-owner-${ownerPrefix!.slice(0, -1)}`));
    }
    await store.close();
    await another.close();
  });
});

Deno.test("a store that is opened by a symbolic link uses the owner files beside its file", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/links`);
    await (await sqliteStore(`${folder}/a.db`)).close();
    await Deno.symlink(`${folder}/a.db`, `${folder}/links/b.db`);
    await using holder = new ChildProgram("holding_lease.ts", `${folder}/links/b.db`);
    await holder.readLine();
    const store = await sqliteStore(`${folder}/a.db`);
    assertEquals(await store.claim("a", next), undefined);
    assertEquals((await ownerFiles(folder)).length, 2);
    await store.close();
  });
});

Deno.test("without permission for the folder, a store works, and leases last until they expire", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const permissions = [`--allow-read=${file},${file}-wal`, `--allow-write=${file}`];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...programArgs("holding_lease.ts", permissions), file],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    assertStringIncludes(new TextDecoder().decode((await reader.read()).value), "holder");
    reader.releaseLock();
    child.kill("SIGKILL");
    await child.output();
    assertEquals(await ownerFiles(folder), []);
    const store = await sqliteStore(file);
    assertEquals(await store.claim("a", next), undefined);
    await store.close();
  });
});

Deno.test("a database in memory has no owner file", async () => {
  const store = await sqliteStore(":memory:");
  assertEquals(store.ownerPrefix, undefined);
  await store.close();
});
