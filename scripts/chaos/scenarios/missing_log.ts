/**
 * Loses the write-ahead log of a store: the file of a killed worker is deleted, or only the main
 * file of a live store is copied. The store must be refused until the loss is accepted, and then
 * contain what the main file contains, and work.
 *
 * @module
 */
import { sqliteStore } from "@nomos/agent/sqlite";
import { StoreError } from "@nomos/agent/store";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { checkSession, type Log, readLog } from "../session_check.ts";
import { Trial } from "../trial.ts";

/** Number of turns of a session, the first of which is in the main file. */
const TURNS = 3;
/** Number of appends after the first turn at which workers are killed. */
const APPENDS = 8;

/** Loses write-ahead logs. */
export const missingLog: Scenario = { name: "a missing WAL", run };

async function run(environment: Environment, { kills, seed }: Effort): Promise<Findings> {
  using trial = new Trial(environment, "missing");
  const rounds = Math.max(2, Math.ceil(kills / 10));
  for (let round = 0; round < rounds; round++) {
    const id = `missing/${round}`;
    const file = `${environment.folder}/missing-${round}.db`;
    const store = await sqliteStore(file);
    await trial.player({}, store).play(id, 1);
    // Moves the transactions into the main file.
    await store.close();
    const lose = round % 2 === 0 ? deleteLog : copyWithoutLog;
    const log = await lose(trial, id, file, 1 + (seed + round * 7) % APPENDS);
    await checkLoss(trial, id, file, log);
  }
  return await trial.examine(rounds);
}

/** Kills a worker after an append, and deletes its log. Returns the log of its session. */
async function deleteLog(trial: Trial, id: string, file: string, at: number): Promise<Log> {
  const worker = trial.start({
    worker: id,
    url: `sqlite:${file}`,
    sessions: [id],
    turns: TURNS,
    crashPoint: { operation: "append", at, when: "after" },
  });
  const { code, errors } = await worker.end;
  if (code === 137) trial.killed.add(id);
  else trial.problems.push(`${id}: the worker ended with ${code}: ${errors}`);
  const whole = `${file}-whole`;
  for (const end of ["", "-wal"]) await Deno.copyFile(`${file}${end}`, `${whole}${end}`);
  await Deno.remove(`${file}-wal`);
  const store = await sqliteStore(whole);
  const log = await readLog(store, id);
  await store.close();
  return log;
}

/** Plays turns, and copies the main file of the open store. Returns the log of its session. */
async function copyWithoutLog(trial: Trial, id: string, file: string): Promise<Log> {
  const live = `${file}-live`;
  await Deno.rename(file, live);
  const store = await sqliteStore(live);
  await trial.player({}, store).play(id, TURNS);
  const log = await readLog(store, id);
  await Deno.copyFile(live, file);
  await store.close();
  return log;
}

/** Opens a file without its log, with and without acceptance of the loss. */
async function checkLoss(trial: Trial, id: string, file: string, log: Log): Promise<void> {
  const { problems } = trial;
  // A refusal changes nothing, so that the next attempt is refused too.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await (await sqliteStore(file)).close();
      problems.push(`${id}: opened without its write-ahead log`);
    } catch (error) {
      const isExpected = error instanceof StoreError && /acceptLoss: true/.test(error.message);
      if (!isExpected) problems.push(`${id}: threw ${error}`);
    }
  }
  const accepted = await sqliteStore(file, { acceptLoss: true });
  const state = await checkSession(accepted, id, log);
  if (state !== "truncated") problems.push(`${id}: is ${state} after the loss`);
  const later = `${id}/later`;
  await trial.player({}, accepted).play(later, TURNS);
  const played = await readLog(accepted, later);
  await accepted.close();
  const reopened = await sqliteStore(file);
  const found = await checkSession(reopened, later, played);
  if (found !== "intact") problems.push(`${later}: is ${found} after a clean close`);
  await reopened.close();
}
