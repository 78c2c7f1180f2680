/**
 * Flips single bits of the files of a store, each in a copy of its own, and reads
 * every session: it must be as it was, or be said to be damaged.
 *
 * @module
 */
import { AgentError } from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store } from "@nomos/agent/store";
import { type Random, randomBelow, seededRandom } from "../../../src/random.ts";
import { type Arena, type Findings, NOTHING, type Scenario } from "../scenario.ts";
import { type Log, playLogs, type Sight, sightOf } from "../sight.ts";
import { Trial } from "../trial.ts";

/** Flips in the database file, where everything stored has its place. */
export const flippedBits: Scenario = {
  name: "a flipped bit in the file",
  run: (arena) => run(arena, "file"),
};

/** Flips in the write-ahead log, of which SQLite by itself drops what is behind the damage. */
export const flippedWalBits: Scenario = {
  name: "a flipped bit in the WAL",
  run: (arena) => run(arena, "wal"),
};

async function run(arena: Arena, where: "file" | "wal"): Promise<Findings> {
  const { folder, effort } = arena;
  using trial = new Trial(arena, `bits-${where}`);
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
  const seen = new Map<Sight, number>();
  const { problems } = trial;
  for (let flip = 0; flip < flips; flip++) {
    const path = `${folder}/flipped.db`;
    for (const [end, bytes] of copies) {
      const isHurt = end === (where === "file" ? "" : "-wal");
      await Deno.writeFile(`${path}${end}`, isHurt ? flipped(bytes, random) : bytes);
    }
    for (const [id, sight] of await look(path, truth)) {
      seen.set(sight, (seen.get(sight) ?? 0) + 1);
      // A session whose id is hit cannot be found, and nothing else tells of it: it is counted.
      const isHonest = sight !== "set back" && sight !== "changed";
      if (!isHonest) problems.push(`flip ${flip}: session ${id} is ${sight}, and nobody says so`);
    }
    for (const end of ["", "-wal", "-shm"]) await remove(`${path}${end}`);
  }
  const figures = [...seen].map(([sight, count]) => `${count} ${sight}`).join(", ");
  return { ...NOTHING, blows: flips, problems, notes: [`sessions looked at: ${figures}`] };
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  copy[randomBelow(copy.length, random)]! ^= 1 << randomBelow(8, random);
  return copy;
}

/** Compares each session in a file with its log before the damage. */
async function look(
  path: string,
  truth: ReadonlyMap<string, Log>,
): Promise<ReadonlyMap<string, Sight>> {
  const sights = new Map<string, Sight>();
  let store: Store;
  try {
    store = await sqliteStore(path);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    for (const id of truth.keys()) sights.set(id, "said to be damaged");
    return sights;
  }
  for (const [id, log] of truth) sights.set(id, await sightOf(store, id, log));
  await store.close();
  return sights;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
