/**
 * Process of one framework. Prints a description of it, then reads one request per line and
 * prints the result of each, all as JSON. Needs `--v8-flags=--expose-gc`.
 *
 *     worker.ts NAME
 *
 * @module
 */
import { createInterface } from "node:readline";
import process from "node:process";
import { collectGarbage, collectYoungGarbage } from "../../process/garbage_collector.ts";
import type { About, Conversation, Peer, Request } from "./peer.ts";
import { checkPlayed, MODEL_CALLS, playScenario } from "./scenario.ts";

/** Number of conversations that are prepared together and then played. */
const BATCH = 10;

/** Maximum total time, as a multiple of the time to measure, because preparing is slow. */
const MAX_TOTAL = 8;

if (import.meta.main) {
  // A computed specifier, so that this process loads only one framework.
  const module = new URL(`${Deno.args[0]}.ts`, import.meta.url).href;
  const { peer } = await import(module) as { readonly peer: Peer };
  const { title, imports, includes, leavesOut } = peer;
  const about: About = { title, imports, includes, leavesOut };
  console.log(JSON.stringify(about));
  for await (const line of createInterface({ input: process.stdin })) {
    const request: Request = JSON.parse(line);
    const result = request.task === "play"
      ? await measureCalls(peer, request.messages, request.milliseconds)
      : await measureIdle(peer, request.messages, request.conversations);
    console.log(JSON.stringify(result));
  }
}

/** Measures microseconds per model call, for `milliseconds` or up to {@linkcode MAX_TOTAL}. */
async function measureCalls(peer: Peer, messages: number, milliseconds: number): Promise<number> {
  const begun = performance.now();
  let [spent, played] = [0, 0];
  do {
    const batch: Conversation[] = [];
    while (batch.length < BATCH) batch.push(await peer.converse(messages));
    // Collects the garbage of the preparation outside the measured time.
    collectYoungGarbage();
    const results: string[] = [];
    const start = performance.now();
    for (const conversation of batch) results.push(await playScenario(conversation));
    spent += performance.now() - start;
    played += BATCH;
    for (const result of results) checkPlayed(peer.title, result);
    for (const conversation of batch) await conversation.leave?.();
  } while (spent < milliseconds && performance.now() - begun < MAX_TOTAL * milliseconds);
  return 1000 * spent / played / MODEL_CALLS;
}

/** Measures bytes per idle conversation, on the heap and in external buffers. */
async function measureIdle(peer: Peer, messages: number, conversations: number): Promise<number> {
  const before = await collectGarbage();
  const kept: Conversation[] = [];
  while (kept.length < conversations) kept.push(await peer.converse(messages));
  const after = await collectGarbage();
  for (const conversation of kept) await conversation.leave?.();
  const [least, most] = [before, after].map(({ heapUsed, external }) => heapUsed + external);
  return (most! - least!) / kept.length;
}
