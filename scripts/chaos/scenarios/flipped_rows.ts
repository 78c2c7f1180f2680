/**
 * Flips a single bit in an entry of a session, and reads all sessions: that one must be
 * reported as damaged, and the others must be intact.
 *
 * @module
 */
import { pick, randomBelow, seededRandom } from "../../../src/random.ts";
import { encodeKey } from "../../../src/store/backend/session_key.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { checkSession, playLogs } from "../session_check.ts";
import { Trial } from "../trial.ts";

/** Flips bits in rows. */
export const flippedRows: Scenario = { name: "a flipped bit in a row", run };

async function run(environment: Environment, effort: Effort): Promise<Findings> {
  const { store, server } = environment;
  using trial = new Trial(environment, "rows");
  const truth = await playLogs(trial, store, 3);
  const random = seededRandom(effort.seed);
  const flips = Math.max(10, effort.kills);
  const { problems } = trial;
  for (let flip = 0; flip < flips; flip++) {
    const [damaged, log] = pick([...truth], random)!;
    const seq = randomBelow(log.length, random);
    const column = pick(["body", "hash"], random)!;
    // One of the lower bits of an ASCII character, so that the text stays one.
    const change = `UPDATE nomos_agent.entry SET ${column} =
      overlay(${column} PLACING chr(ascii(substr(${column}, $3, 1)) # $4) FROM $3)
      WHERE seq = $2 AND session = (SELECT number FROM nomos_agent.session WHERE id = $1)`;
    const length = column === "hash" ? 64 : log[seq]!.length;
    const place = 1 + randomBelow(length, random);
    const values = [encodeKey(damaged), seq, place, 1 << randomBelow(4, random)];
    const { count } = await server!.query(change, ...values);
    if (count !== 1) problems.push(`flip ${flip}: changed ${count} rows: expected one`);
    for (const [id, whole] of truth) {
      const state = await checkSession(store, id, whole);
      const expected = id === damaged ? "reported as damaged" : "intact";
      if (state !== expected) {
        problems.push(`flip ${flip}: ${id} is ${state}: expected ${expected}`);
      }
    }
    await server!.query(change, ...values);
  }
  return await trial.examine(flips);
}
