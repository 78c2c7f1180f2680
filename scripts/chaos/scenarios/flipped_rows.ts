/**
 * Flips single bits of what a database holds of a session, and reads all sessions:
 * that one must be said to be damaged, and the others be as they were.
 *
 * @module
 */
import { pick, randomBelow, seededRandom } from "../../../src/random.ts";
import { encodeKey } from "../../../src/store/session_key.ts";
import { type Arena, type Findings, NOTHING, type Scenario } from "../scenario.ts";
import { playLogs, sightOf } from "../sight.ts";
import { Trial } from "../trial.ts";

/** The scenario. */
export const flippedRows: Scenario = { name: "a flipped bit in a row", run };

async function run(arena: Arena): Promise<Findings> {
  const { store, place, effort, server } = arena;
  if (place.kind !== "postgres" || server === undefined) throw new Error("expected a server");
  using trial = new Trial(arena, "rows");
  const truth = await playLogs(trial, store, 3);
  const random = seededRandom(effort.seed);
  const flips = Math.max(10, effort.kills);
  const { problems } = trial;
  const { schema } = place;
  for (let flip = 0; flip < flips; flip++) {
    const [hurt, log] = pick([...truth], random)!;
    const seq = randomBelow(log.length, random);
    const column = pick(["body", "hash"], random)!;
    // One of the lower bits of an ASCII character, so that the text stays one.
    const change = `UPDATE ${schema}.entry SET ${column} =
      overlay(${column} PLACING chr(ascii(substr(${column}, $3, 1)) # $4) FROM $3)
      WHERE seq = $2 AND session = (SELECT number FROM ${schema}.session WHERE id = $1)`;
    const length = column === "hash" ? 64 : log[seq]!.length;
    const place = 1 + randomBelow(length, random);
    const values = [encodeKey(hurt), seq, place, 1 << randomBelow(4, random)];
    const changed = await server.query(change, ...values);
    if (changed !== 1) problems.push(`flip ${flip}: changed ${changed} rows: expected one`);
    for (const [id, whole] of truth) {
      const sight = await sightOf(store, id, whole);
      const expected = id === hurt ? "said to be damaged" : "as it was";
      if (sight !== expected) {
        problems.push(`flip ${flip}: ${id} is ${sight}: expected ${expected}`);
      }
    }
    await server.query(change, ...values);
  }
  return { ...NOTHING, blows: flips, problems };
}
