/**
 * Flips a single bit in a copy of the files of a store, and reads every session: it must be
 * intact or reported as damaged. SQLite cuts a damaged write-ahead log at a commit, which cannot be
 * detected.
 *
 * @module
 */
import { AgentError } from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store } from "@nomos/agent/store";
import { type Random, randomBelow, seededRandom } from "../../../src/random.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { checkSession, type Log, playLogs, type SessionState } from "../session_check.ts";
import { Trial } from "../trial.ts";

/** Flips bits in the database file. */
export const flippedBits: Scenario = {
  name: "a flipped bit in the file",
  run: (environment, effort) => run(environment, effort, "file"),
};

/** Flips bits in the write-ahead log, whose frames after the damage SQLite silently drops. */
export const flippedWalBits: Scenario = {
  name: "a flipped bit in the WAL",
  run: (environment, effort) => run(environment, effort, "wal"),
};

async function run(
  { folder, ...environment }: Environment,
  effort: Effort,
  where: "file" | "wal",
): Promise<Findings> {
  using trial = new Trial({ folder, ...environment }, `bits-${where}`);
  const file = `${folder}/bits-${where}.db`;
  const store = await sqliteStore(file);
  const truth = await playLogs(trial, store, 4);
  const copies = new Map<string, Uint8Array>();
  if (where === "file") await store.close();
  for (const end of where === "file" ? [""] : ["", "-wal"]) {
    copies.set(end, await Deno.readFile(`${file}${end}`));
  }
  if (where === "wal") await store.close();

  const random = seededRandom(effort.seed);
  const flips = Math.max(20, effort.kills * 2);
  const seen = new Map<SessionState, number>();
  const { problems } = trial;
  for (let flip = 0; flip < flips; flip++) {
    const path = `${folder}/flipped.db`;
    for (const [end, bytes] of copies) {
      const isDamaged = end === (where === "file" ? "" : "-wal");
      await Deno.writeFile(`${path}${end}`, isDamaged ? flipBit(bytes, random) : bytes);
    }
    for (const [id, state] of await checkSessions(path, truth)) {
      seen.set(state, (seen.get(state) ?? 0) + 1);
      // Nothing can detect a session with a flipped bit in its id, which is missing, or a
      // write-ahead log that is cut at a commit: only counted.
      const isDetected = state !== "changed" && (state !== "truncated" || where === "wal");
      if (!isDetected) problems.push(`flip ${flip}: session ${id} is ${state}, undetected`);
    }
    for (const end of ["", "-wal", "-shm"]) await remove(`${path}${end}`);
  }
  const figures = [...seen].map(([state, count]) => `${count} ${state}`).join(", ");
  return await trial.examine(flips, [`sessions checked: ${figures}`]);
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  copy[randomBelow(copy.length, random)]! ^= 1 << randomBelow(8, random);
  return copy;
}

/** Compares each session in a file with its log before the damage. */
async function checkSessions(
  path: string,
  truth: ReadonlyMap<string, Log>,
): Promise<ReadonlyMap<string, SessionState>> {
  const states = new Map<string, SessionState>();
  let store: Store;
  try {
    store = await sqliteStore(path);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    for (const id of truth.keys()) states.set(id, "reported as damaged");
    return states;
  }
  for (const [id, log] of truth) states.set(id, await checkSession(store, id, log));
  await store.close();
  return states;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
