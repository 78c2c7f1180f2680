import { assert, assertEquals } from "@std/assert";
import { playConversation } from "../../../bench/prompt_cache/conversation.ts";
import { serve } from "../../../bench/prompt_cache/vendor_cache.ts";

const { requests, turns } = await playConversation();

Deno.test("playConversation() plays 30 turns through 6 steps, with moves back and forth", () => {
  assertEquals(turns.length, 30);
  assertEquals([...new Set(requests.map(({ step }) => step))].sort(), [
    "book",
    "choose",
    "farewell",
    "greet",
    "pay",
    "support",
  ]);
  const moves = turns.flatMap(({ events }) => events.filter(({ type }) => type === "moved"));
  assert(moves.length >= 15, `${moves.length} moves`);
  assertEquals(turns.at(-1)?.status, "ended");
});

Deno.test("playConversation() calls tools without failures or refused decisions", () => {
  const results = turns.flatMap(({ toolResults }) => toolResults);
  assert(results.length >= 20, `${results.length} results`);
  for (const { outcome, tool, text } of results) assertEquals(outcome, "ok", `${tool}: ${text}`);
  const events = turns.flatMap(({ events }) => events.map(({ type }) => type));
  assertEquals(events.includes("error"), false);
});

Deno.test("playConversation() has texts of typical length", () => {
  const { toolResults: [result] } = turns[2]!;
  assert(result!.text.length > 150 && result!.text.length < 1_000, result!.text);
  const { messages } = requests.at(-1)!;
  const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
  assert(chars > 15_000 && chars < 40_000, `${chars} characters at the end`);
});

Deno.test("playConversation() plays the same conversation in every run", async () => {
  const again = await playConversation();
  assertEquals(JSON.stringify(again.requests), JSON.stringify(requests));
});

Deno.test("the cache serves the characters that Turn.prompt reports as stable", () => {
  const served = serve(requests, false);
  let total = 0;
  for (const [index, { prompt }] of turns.entries()) {
    // The report is about the last request of the turn, and counts no characters for roles.
    const last = requests.findLastIndex(({ turn }) => turn === index + 1);
    const { chars, stableChars } = served[last]!;
    const { messages, stableMessages } = prompt!;
    assertEquals(chars - messages, prompt!.chars, `Turn ${index + 1}`);
    assertEquals(stableChars - stableMessages, prompt!.stableChars, `Turn ${index + 1}`);
    total += prompt!.stableChars;
  }
  assert(total > 100_000, `${total} characters were compared`);
});
