/**
 * Lets the database have no more room, a few pages later each time: what is there
 * must be readable, and the same store must go on when there is room again.
 *
 * @module
 */
import { StoreError } from "@nomos/agent/store";
import { seededRandom } from "../../../src/random.ts";
import { openDatabase, prepareDatabase } from "../../../src/store/sqlite/connection.ts";
import { OpenSqliteStore } from "../../../src/store/sqlite/open_sqlite_store.ts";
import { Patience } from "../../../src/store/sqlite/patience.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { IMPATIENT } from "../impatient.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { logOf } from "../sight.ts";

/** Enough to fill the room that is left. */
const TURNS = 12;
/** How many pages are left; one has 4 kB. */
const ROOMS = [0, 1, 2, 3];
const ENDLESS = 1_000_000;

/** The scenario. */
export const diskFull: Scenario = { name: "disk full", run };

async function run({ folder, effort }: Arena): Promise<Findings> {
  const file = `${folder}/full.db`;
  const path = `${folder}/full.jsonl`;
  const database = openDatabase(file);
  const patience = new Patience({
    busyTimeout: 1_000,
    random: seededRandom(effort.seed),
    wait: () => Promise.resolve(),
  });
  await prepareDatabase(database, file, patience);
  const copy = () => Promise.reject(new Error("nobody copies"));
  const store = new OpenSqliteStore({ database, file, patience, clock: Date.now, copy });
  const sessions = new Map<string, number>();
  const problems: string[] = [];
  let refusals = 0;
  using journal = new Journal(path, "full");
  const player = new Player(store, journal, { clock: IMPATIENT });
  for (const room of ROOMS) {
    const id = `full/${room}`;
    sessions.set(id, TURNS);
    const { page_count: pages } = database.prepare("PRAGMA page_count").get()!;
    database.exec(`PRAGMA max_page_count = ${Number(pages) + room}`);
    try {
      await player.play(id, TURNS);
      problems.push(`${id}: the disk never was full`);
    } catch (error) {
      if (error instanceof StoreError && /full/.test(error.message)) refusals++;
      else problems.push(`${id}: threw ${error}`);
    }
    for (const other of sessions.keys()) await logOf(store, other);
    database.exec(`PRAGMA max_page_count = ${ENDLESS}`);
    await player.play(id, TURNS);
  }
  const notes = await readJournal(path);
  const findings = await examine({ store, sessions, notes, killed: new Set() });
  await store.close();
  return { ...findings, blows: refusals, problems: [...problems, ...findings.problems] };
}
