/**
 * Lets the database have no more room, a few pages later each time: what is there
 * must be readable, and the same store must go on when there is room again.
 *
 * @module
 */
import { StoreError } from "@nomos/agent/store";
import { seededRandom } from "../../../src/random.ts";
import { makeStore } from "../../../src/store/backend.ts";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";
import { openDatabase, prepareDatabase } from "../../../src/store/sqlite/connection.ts";
import { sqliteBackend } from "../../../src/store/sqlite/sqlite_backend.ts";
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { logOf } from "../sight.ts";
import { IMPATIENT, Trial } from "../trial.ts";

/** Enough to fill the room that is left. */
const TURNS = 12;
/** Number of free pages, 4 kB each. */
const ROOMS = [0, 1, 2, 3];
const ENDLESS = 1_000_000;

/** The scenario. */
export const diskFull: Scenario = { name: "disk full", run };

async function run(arena: Arena): Promise<Findings> {
  const file = `${arena.folder}/full.db`;
  const database = openDatabase(file);
  const retry = new BusyRetry({
    busyTimeout: 1_000,
    random: seededRandom(arena.effort.seed),
    wait: () => Promise.resolve(),
  });
  await prepareDatabase(database, file, retry);
  const backend = sqliteBackend({ database, file, retry, clock: Date.now });
  const store = makeStore("sqlite", backend);
  let refusals = 0;
  using trial = new Trial(arena, "full");
  const player = trial.player({ clock: IMPATIENT }, store);
  for (const room of ROOMS) {
    const id = `full/${room}`;
    trial.sessions.set(id, TURNS);
    const { page_count: pages } = database.prepare("PRAGMA page_count").get()!;
    database.exec(`PRAGMA max_page_count = ${Number(pages) + room}`);
    try {
      await player.play(id, TURNS);
      trial.problems.push(`${id}: the disk never was full`);
    } catch (error) {
      if (error instanceof StoreError && /full/.test(error.message)) refusals++;
      else trial.problems.push(`${id}: threw ${error}`);
    }
    for (const other of trial.sessions.keys()) await logOf(store, other);
    database.exec(`PRAGMA max_page_count = ${ENDLESS}`);
    await player.play(id, TURNS);
  }
  const findings = await trial.examine(refusals, store);
  await store.close();
  return findings;
}
