/**
 * The process of one peer: it reads a request per line, and answers each by a
 * line of JSON. Needs `--v8-flags=--expose-gc`.
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

/** Conversations that are prepared together and then played. */
const BATCH = 10;

/** Preparing may take this many times as long as what is measured. */
const PATIENCE = 8;

if (import.meta.main) {
  // A computed address, so that this process loads one framework and not all of them.
  const module = new URL(`${Deno.args[0]}.ts`, import.meta.url).href;
  const { peer } = await import(module) as { readonly peer: Peer };
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(peer, JSON.parse(line))));
  }
}

async function answer(peer: Peer, request: Request): Promise<About | number> {
  switch (request.task) {
    case "about": {
      const { title, imports, includes, leavesOut } = peer;
      return { title, imports, includes, leavesOut };
    }
    case "play":
      return await play(peer, request.messages, request.milliseconds);
    case "idle":
      return await idle(peer, request.messages, request.conversations);
    default:
      return request satisfies never;
  }
}

/** Microseconds per model call, over at least so many milliseconds or as long as patience lasts. */
async function play(peer: Peer, messages: number, milliseconds: number): Promise<number> {
  const begun = performance.now();
  let [spent, played] = [0, 0];
  do {
    const batch: Conversation[] = [];
    while (batch.length < BATCH) batch.push(await peer.converse(messages));
    // Garbage of the preparation must not be collected while the clock runs.
    collectYoungGarbage();
    const results: string[] = [];
    const start = performance.now();
    for (const conversation of batch) results.push(await playScenario(conversation));
    spent += performance.now() - start;
    played += BATCH;
    for (const result of results) checkPlayed(peer.title, result);
    for (const conversation of batch) await conversation.leave?.();
  } while (spent < milliseconds && performance.now() - begun < PATIENCE * milliseconds);
  return 1000 * spent / played / MODEL_CALLS;
}

/** Bytes for each conversation that is kept, on the heap or in buffers beside it. */
async function idle(peer: Peer, messages: number, conversations: number): Promise<number> {
  const before = await collectGarbage();
  const kept: Conversation[] = [];
  while (kept.length < conversations) kept.push(await peer.converse(messages));
  const after = await collectGarbage();
  for (const conversation of kept) await conversation.leave?.();
  const [least, most] = [before, after].map(({ heapUsed, external }) => heapUsed + external);
  return (most! - least!) / kept.length;
}
