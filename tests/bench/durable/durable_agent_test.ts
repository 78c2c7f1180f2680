import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { measureColdTurns } from "../../../bench/durable/cold_turns.ts";
import { countTurnCommits, examineFrames } from "../../../bench/durable/commits.ts";
import {
  EVENTS_PER_TURN,
  makeDurableAgent,
  makeEvents,
} from "../../../bench/durable/durable_agent.ts";
import { measureTurns } from "../../../bench/durable/durable_turns.ts";
import { measureOpenings } from "../../../bench/durable/opening.ts";
import { INPUT } from "../../../bench/durable/scenario.ts";
import { withPostgres, withSqlite } from "../../../scripts/chaos/environment.ts";
import { PROGRAMS } from "../../postgres/server.ts";

Deno.test("makeEvents() makes the eight events that a measured turn has", async () => {
  const session = makeDurableAgent().createSession({ id: "s" });
  const { events } = await session.next(INPUT);
  const { incarnation } = session.state;
  const made = [...makeEvents({ id: "s", incarnation }, 8)];
  const untimed = (all: readonly object[]) => all.map((event) => ({ ...event, time: 0 }));
  assertEquals(untimed(made), untimed(events));
  assertEquals(
    [...makeEvents({ id: "s", incarnation }, 19)].map(({ seq }) => seq),
    Array.from({ length: 19 }, (_, i) => i),
  );
});

Deno.test("measureTurns() times turns, and commits if there is a store", async () => {
  const { store, sessions, perSecond, commit } = await measureTurns(memoryStore(), 2, 20);
  assertEquals([store, sessions, perSecond > 0, commit !== undefined], ["memory", 2, true, true]);
  assertEquals((await measureTurns(undefined, 1, 20)).commit, undefined);
});

Deno.test("measureColdTurns() plays a turn of a reopened session and another one after each history", async () => {
  const store = memoryStore();
  const found = await measureColdTurns(store, [1, 3], 2);
  assertEquals(found.map(({ store, history }) => [store, history]), [["memory", 1], ["memory", 3]]);
  assert(found.every(({ cold, warm }) => cold.minimum > 0 && warm.minimum > 0));
  const { sessions } = await store.list();
  const heads = sessions.map(({ head }) => head / EVENTS_PER_TURN);
  assertEquals(heads, [3, 3, 3, 5, 5, 5]);
});

Deno.test("examineFrames() counts the transactions of a write-ahead log that belong to it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const database = new DatabaseSync(`${folder}/a.db`);
    const count = async () => examineFrames(await Deno.readFile(`${folder}/a.db-wal`));
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b)");
    const before = await count();
    database.exec("INSERT INTO a VALUES (zeroblob(10000)); BEGIN; INSERT INTO a VALUES (1)");
    database.exec("INSERT INTO a VALUES (2); COMMIT; BEGIN; INSERT INTO a VALUES (3); ROLLBACK");
    database.prepare("SELECT b FROM a").all();
    const after = await count();
    assertEquals([after.salt, after.commits - before.commits], [before.salt, 2]);
    // The next transaction starts the log again, and overwrites only the first frames.
    database.exec("PRAGMA wal_checkpoint(RESTART); INSERT INTO a VALUES (4)");
    const restarted = await count();
    assert(restarted.salt !== before.salt);
    assertEquals(restarted.commits, 1);
    database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [name, withEnvironment, ignore] of [
    ["sqlite", withSqlite, false],
    ["postgres", withPostgres, PROGRAMS === undefined],
  ] as const
) {
  Deno.test({
    name: `countTurnCommits() counts the commits of turns in the log of ${name}`,
    ignore,
    fn: async () => {
      const { store, commits } = await withEnvironment(countTurnCommits);
      assertEquals(store, name);
      // The input, two decisions, two results and the answer; a claim and a release at most.
      assert(commits >= 6 && commits <= 8, `${commits} commits`);
    },
  });
}

Deno.test("measureOpenings() opens sessions of each length, which have a snapshot", async () => {
  const store = memoryStore();
  const found = await measureOpenings(store, [10, 300], 2);
  assertEquals(found.map(({ store, events }) => [store, events]), [["memory", 10], [
    "memory",
    300,
  ]]);
  const { sessions } = await store.list();
  // Each has three more turns; in the short session, the first one finishes an open call.
  assertEquals(sessions.map(({ head }) => head).sort((a, b) => a - b), [35, 324]);
  const long = await store.read(sessions.find(({ head }) => head === 324)!.id);
  assert(long!.snapshot!.head >= 300);
});
