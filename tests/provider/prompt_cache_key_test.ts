import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { promptCacheKey } from "../../src/provider/prompt_cache_key.ts";
import { requestOf } from "./ai_sdk/fixture.ts";

const [standing, ...rest] = requestOf().messages;

Deno.test("promptCacheKey() is the same for all requests of a session", async () => {
  const key = await promptCacheKey(requestOf());
  assertMatch(key, /^[0-9a-f]{32}$/);
  assertEquals(await promptCacheKey(requestOf({ messages: [standing!], step: "pay" })), key);
});

Deno.test("promptCacheKey() is another for another session and another standing text", async () => {
  const key = await promptCacheKey(requestOf());
  assertNotEquals(await promptCacheKey(requestOf({ sessionId: "t" })), key);
  const other = { ...standing!, content: "You sell tea." };
  assertNotEquals(await promptCacheKey(requestOf({ messages: [other, ...rest] })), key);
  // The two are told apart where one ends and the other begins.
  const shifted = { ...standing!, content: `${standing!.content}s` };
  assertNotEquals(
    await promptCacheKey(requestOf({ messages: [shifted], sessionId: "" })),
    await promptCacheKey(requestOf({ messages: [standing!], sessionId: "s" })),
  );
});

Deno.test("promptCacheKey() is given for a request without messages or session", async () => {
  assertMatch(await promptCacheKey(requestOf({ messages: [], sessionId: undefined })), /^\w{32}$/);
});
