import { assertEquals } from "@std/assert";
import { readChatUsage } from "../../../src/provider/openai/chat_usage.ts";

Deno.test("readChatUsage() reads all counts", () => {
  assertEquals(
    readChatUsage({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 30 },
    }),
    { input: 100, output: 50, cachedInput: 60, cacheWriteInput: 20, reasoning: 30 },
  );
});

Deno.test("readChatUsage() reads DeepSeek's count of what was cached", () => {
  const usage = { prompt_tokens: 10, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 };
  assertEquals(readChatUsage(usage), { input: 10, cachedInput: 8 });
});

Deno.test("readChatUsage() counts reasoning as output that is in the total only", () => {
  const usage = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 };
  const completion_tokens_details = { reasoning_tokens: 94 };
  assertEquals(readChatUsage({ ...usage, completion_tokens_details }), {
    input: 32,
    output: 103,
    reasoning: 94,
  });
  assertEquals(readChatUsage({ ...usage, total_tokens: 5 })?.output, 9);
  assertEquals(readChatUsage({ ...usage, total_tokens: 1e18 })?.output, 9);
});

Deno.test("readChatUsage() leaves out what is no count", () => {
  for (const usage of [undefined, null, 5, "5", [], {}, { prompt_tokens: "5" }]) {
    assertEquals(readChatUsage(usage), undefined);
  }
  assertEquals(
    readChatUsage({ prompt_tokens: 5, completion_tokens: -1, prompt_tokens_details: null }),
    { input: 5 },
  );
});
