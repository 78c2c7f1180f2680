import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../src/random.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/tables.ts";
import { sqliteStore } from "@nomos/agent/sqlite";
import { ChildProgram } from "./child_program.ts";
import { appended, entriesOf, leased, withFolder } from "./sqlite_fixture.ts";

/** Number of killed processes; `deno task chaos` kills hundreds. */
const KILLS = 4;

async function readBodies(file: string): Promise<string[]> {
  const store = await sqliteStore(file);
  try {
    const entries = await entriesOf(store);
    assertEquals(entries.map(({ seq }) => seq), entries.map((_, index) => index));
    const { head, hash, snapshot } = (await store.read("a"))!;
    const last = entries.at(-1);
    assertEquals([head, hash], [entries.length, last?.hash ?? "00"]);
    assertEquals(snapshot && [snapshot.head, snapshot.body], last && [head, last.body]);
    return entries.map(({ body }) => body);
  } finally {
    await store.close();
  }
}

Deno.test("two processes that take over a session from each other lose and duplicate no entry", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await using one = new ChildProgram("appending_process.ts", file, "one", "60");
    await using two = new ChildProgram("appending_process.ts", file, "two", "60");
    assertEquals([await one.readLine(), await two.readLine()], ["ready", "ready"]);
    const acknowledged = (await Promise.all([one.end(), two.end()])).flat();
    assertEquals(acknowledged.length, 120);
    assertEquals((await readBodies(file)).sort(), acknowledged.sort());
  });
});

Deno.test("no acknowledged append is lost if the process is killed", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const random = seededRandom(7);
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await using child = new ChildProgram("appending_process.ts", file, `${kill}`, "1000000");
      assertEquals(await child.readLine(), "ready");
      const count = 1 + Math.floor(random() * 30);
      for (let line = 0; line < count; line++) acknowledged.push(await child.readLine());
      child.kill();
      acknowledged.push(...await child.end());
      const bodies = await readBodies(file);
      // Each killed process may have committed one more entry without acknowledging it.
      assert(bodies.length - acknowledged.length <= kill + 1);
      const kept = new Set(bodies);
      assertEquals(kept.size, bodies.length);
      assertEquals(acknowledged.filter((body) => !kept.has(body)), []);
    }
  });
});

Deno.test("processes that open a new store concurrently create its tables once", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await using one = new ChildProgram("opening_process.ts", file);
    await using two = new ChildProgram("opening_process.ts", file);
    await using three = new ChildProgram("opening_process.ts", file);
    const children = [one, two, three];
    for (const child of children) assertEquals(await child.readLine(), "ready");
    await Promise.all(children.map((child) => child.notify()));
    for (const child of children) assertEquals(await child.end(), [`${MIGRATIONS.length}`]);
    const store = await sqliteStore(file);
    assertEquals((await store.list()).sessions.length, 3);
    await store.close();
  });
});

Deno.test("while another process writes, writes wait, and neither reads nor the event loop block", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const store = await sqliteStore(file, { busyTimeout: 600_000 });
    const lease = await leased(store);
    await using holder = new ChildProgram("holding_process.ts", file);
    assertEquals(await holder.readLine(), "holding");
    let isAppended = false;
    const appending = store.append(lease, appended(0)).then(() => void (isAppended = true));
    for (let ticks = 0; ticks < 20; ticks++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, 1);
      await promise;
      assertEquals((await store.read("a"))?.head, 0);
    }
    assert(!isAppended);
    await holder.notify();
    await appending;
    assertEquals((await store.read("a"))?.head, 1);
    await store.close();
    assertEquals(await holder.end(), []);
  });
});

Deno.test("a store can be opened while another process writes it", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await (await sqliteStore(file)).close();
    await using holder = new ChildProgram("holding_process.ts", file);
    assertEquals(await holder.readLine(), "holding");
    const store = await sqliteStore(file, { busyTimeout: 0 });
    assertEquals(await store.list(), { sessions: [] });
    await holder.notify();
    await holder.end();
    await store.close();
  });
});
