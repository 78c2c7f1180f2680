import type { LLMRequest, Message } from "@nomos/agent";
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { requestOf, sent } from "./fixture.ts";

/** Returns the cache key of a request to OpenAI. */
async function keyOf(
  messages: readonly Message[],
  rest: Partial<Pick<LLMRequest, "step" | "sessionId">> = { sessionId: "s" },
): Promise<string> {
  return (await sent({}, requestOf(messages, rest))).prompt_cache_key as string;
}

const standing: Message = { role: "system", content: "You sell coffee." };
const rest: readonly Message[] = [{ role: "user", content: "What is there?" }];

Deno.test("openai() sends one cache key for all requests of a session", async () => {
  const key = await keyOf([standing, ...rest]);
  assertMatch(key, /^[0-9a-f]{32}$/);
  assertEquals(await keyOf([standing], { sessionId: "s", step: "pay" }), key);
});

Deno.test("openai() sends a different cache key for another session or standing text", async () => {
  const key = await keyOf([standing, ...rest]);
  assertNotEquals(await keyOf([standing, ...rest], { sessionId: "t" }), key);
  assertNotEquals(await keyOf([{ ...standing, content: "You sell tea." }, ...rest]), key);
  // Text moved from the session id to the standing text changes the key.
  const shifted = { ...standing, content: `${standing.content}s` };
  assertNotEquals(await keyOf([shifted], { sessionId: "" }), await keyOf([standing]));
});

Deno.test("openai() sends a cache key for a request without messages or session", async () => {
  assertMatch(await keyOf([], {}), /^\w{32}$/);
});
