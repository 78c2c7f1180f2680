/**
 * Flips single bits of what a database holds of a session, and reads all sessions:
 * that one must be said to be damaged, and the others be as they were.
 *
 * @module
 */
import { pick, randomBelow, seededRandom } from "../../../src/random.ts";
import { type Findings, NOTHING } from "../findings.ts";
import { Journal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { type Log, logOf, sightOf } from "../sight.ts";

const SESSIONS = 3;
/** Enough for a session to have a snapshot. */
const TURNS = 10;

/** The scenario. */
export const flippedRows: Scenario = { name: "a flipped bit in a row", run };

async function run({ store, place, folder, effort, server }: Arena): Promise<Findings> {
  if (place.kind !== "postgres" || server === undefined) throw new Error("expected a server");
  using journal = new Journal(`${folder}/rows.jsonl`, "rows");
  const player = new Player(store, journal);
  const truth = new Map<string, Log>();
  for (let index = 0; index < SESSIONS; index++) {
    const id = `rows/${index}`;
    await player.play(id, TURNS);
    truth.set(id, await logOf(store, id));
  }
  const random = seededRandom(effort.seed);
  const flips = Math.max(10, effort.kills);
  const problems: string[] = [];
  const { schema } = place;
  for (let flip = 0; flip < flips; flip++) {
    const [hurt, log] = pick([...truth], random)!;
    const seq = randomBelow(log.length, random);
    const column = pick(["body", "hash"], random)!;
    // One of the lower bits of an ASCII character, so that the text stays one.
    const change = `UPDATE ${schema}.entry SET ${column} =
      overlay(${column} PLACING chr(ascii(substr(${column}, $2, 1)) # $3) FROM $2)
      WHERE seq = $1 AND session = (SELECT number FROM ${schema}.session
        ORDER BY number OFFSET ${[...truth.keys()].indexOf(hurt)} LIMIT 1)`;
    const length = column === "hash" ? 64 : log[seq]!.length;
    const values = [seq, 1 + randomBelow(length, random), 1 << randomBelow(4, random)];
    await server.query(change, ...values);
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
