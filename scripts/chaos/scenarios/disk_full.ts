/**
 * Limits the size of the database, a few pages later each time: stored sessions must stay
 * readable, and the same store must continue once there is space again.
 *
 * @module
 */
import { StoreError } from "@nomos/agent/store";
import { seededRandom } from "../../../src/random.ts";
import { makeStore } from "../../../src/store/backend/backend.ts";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";
import { openDatabase, prepareDatabase } from "../../../src/store/sqlite/connection.ts";
import { sqliteBackend } from "../../../src/store/sqlite/sqlite_backend.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { readLog } from "../session_check.ts";
import { FAST_CLOCK, Trial } from "../trial.ts";

/** Number of turns of a session, enough to use up the free pages. */
const TURNS = 12;
/** Numbers of free pages, of 4 kB each. */
const FREE_PAGES = [0, 1, 2, 3];
/** Page limit of a database without faults. */
const UNLIMITED = 1_000_000;

/** Fills the disk. */
export const diskFull: Scenario = { name: "disk full", run };

async function run(environment: Environment, { seed }: Effort): Promise<Findings> {
  const file = `${environment.folder}/full.db`;
  const database = openDatabase(file);
  const retry = new BusyRetry({
    busyTimeout: 1_000,
    random: seededRandom(seed),
    wait: () => Promise.resolve(),
  });
  await prepareDatabase(database, file, retry);
  const backend = sqliteBackend({ database, file, retry, clock: Date.now });
  const store = makeStore("sqlite", backend);
  let refusals = 0;
  using trial = new Trial(environment, "full");
  const player = trial.player({ clock: FAST_CLOCK }, store);
  for (const free of FREE_PAGES) {
    const id = `full/${free}`;
    trial.sessions.set(id, TURNS);
    const { page_count: pages } = database.prepare("PRAGMA page_count").get()!;
    database.exec(`PRAGMA max_page_count = ${Number(pages) + free}`);
    try {
      await player.play(id, TURNS);
      trial.problems.push(`${id}: the disk was never full`);
    } catch (error) {
      if (error instanceof StoreError && /full/.test(error.message)) refusals++;
      else trial.problems.push(`${id}: threw ${error}`);
    }
    for (const other of trial.sessions.keys()) await readLog(store, other);
    database.exec(`PRAGMA max_page_count = ${UNLIMITED}`);
    await player.play(id, TURNS);
  }
  const findings = await trial.examine(refusals, [], store);
  await store.close();
  return findings;
}
