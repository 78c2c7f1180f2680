/**
 * Process that plays durable turns in one framework. Prints the number of turns per second.
 *
 *     durable_worker.ts NAME URL SESSIONS MILLISECONDS
 *
 * @module
 */
import { repeat } from "../../durable/repeat.ts";
import { ANSWER, RESULT, TOOLS } from "../../durable/scenario.ts";
import type { DurableDatabase, DurablePeer, PlayedTurn } from "./durable_peer.ts";

/** Number of turns of a conversation, after which another one begins. */
const CONVERSATION_LENGTH = 20;

const EXPECTED: PlayedTurn = { answer: ANSWER, toolResults: TOOLS.map(() => RESULT) };

if (import.meta.main) {
  const [name, url = "", sessions, milliseconds] = Deno.args;
  // A computed specifier, so that this process loads only one framework.
  const module = new URL(`${name}.ts`, import.meta.url).href;
  const { peer } = await import(module) as { readonly peer: DurablePeer };
  const database = await peer.open(url);
  const jobs = Array.from({ length: Number(sessions) }, () => makePlayer(database));
  await repeat(jobs, Number(milliseconds) / 4);
  const { times, seconds } = await repeat(jobs, Number(milliseconds));
  await database.close();
  console.log(JSON.stringify(times.length / seconds));
}

/** Returns a function that plays the next turn, in one conversation after another. */
function makePlayer(database: DurableDatabase): () => Promise<void> {
  let play: (() => Promise<PlayedTurn>) | undefined;
  let played = 0;
  return async () => {
    if (play === undefined || played++ % CONVERSATION_LENGTH === 0) {
      play = await database.converse();
    }
    const turn = JSON.stringify(await play());
    const expected = JSON.stringify(EXPECTED);
    if (turn !== expected) throw new Error(`Cannot measure: got ${turn}: expected ${expected}`);
  };
}
