import type { Usage } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import { assertEquals } from "@std/assert";
import { completion, KEY, requestOf } from "./fixture.ts";

/** Returns the usage of a result whose server reports `usage`. */
async function read(usage: unknown): Promise<Usage | undefined> {
  const fetch = () => Promise.resolve(completion("{}", { usage }));
  return (await openai({ model: "m", apiKey: KEY, fetch }).decide(requestOf())).usage;
}

Deno.test("openai() reads all token counts", async () => {
  assertEquals(
    await read({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 30 },
    }),
    { input: 100, output: 50, cachedInput: 60, cacheWriteInput: 20, reasoning: 30 },
  );
});

Deno.test("openai() reads DeepSeek's count of cached tokens", async () => {
  const usage = { prompt_tokens: 10, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 };
  assertEquals(await read(usage), { input: 10, cachedInput: 8 });
});

Deno.test("openai() reads the usage in a choice, and in the field of Groq", async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const choices = [{ message: { content: "{}" }, finish_reason: "stop", usage }];
  for (const rest of [{ choices }, { x_groq: { usage } }]) {
    const fetch = () => Promise.resolve(completion("{}", rest));
    const result = await openai({ model: "m", apiKey: KEY, fetch }).decide(requestOf());
    assertEquals(result.usage, { input: 10, output: 5 });
  }
});

Deno.test("openai() counts reasoning as output if only the total includes it", async () => {
  const usage = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 };
  const completion_tokens_details = { reasoning_tokens: 94 };
  assertEquals(await read({ ...usage, completion_tokens_details }), {
    input: 32,
    output: 103,
    reasoning: 94,
  });
  assertEquals((await read({ ...usage, total_tokens: 5 }))?.output, 9);
  assertEquals((await read({ ...usage, total_tokens: 1e18 }))?.output, 9);
});

Deno.test("openai() drops invalid token counts", async () => {
  for (const usage of [undefined, null, 5, "5", [], {}, { prompt_tokens: "5" }]) {
    assertEquals(await read(usage), undefined);
  }
  assertEquals(
    await read({ prompt_tokens: 5, completion_tokens: -1, prompt_tokens_details: null }),
    { input: 5 },
  );
});
