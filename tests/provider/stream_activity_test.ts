/** Signs of life of a stream that has no text, through both providers. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LLM } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { assertEquals } from "@std/assert";
import { chatServer, plain } from "./chat_server.ts";
import { requestOf } from "./openai/fixture.ts";

/** Returns what a model reports of a stream, without repetitions, until its text arrives. */
async function activitiesOf(make: (url: string) => LLM, stream: string): Promise<string[]> {
  await using server = await chatServer([plain(stream, "text/event-stream")]);
  const seen: string[] = [];
  const onActivity = (activity: string) => {
    if (seen.at(-1) !== activity) seen.push(activity);
  };
  for await (const chunk of make(server.url).stream!({ ...requestOf(), onActivity })) {
    if (chunk.type === "text") return seen;
  }
  return seen;
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: object) => data({ choices: [{ index: 0, delta: fields }] });
const text = delta({ content: "{}" });

Deno.test("openai() reports reasoning of any form, and everything else as comments", async () => {
  const reasoning: readonly object[] = [
    { reasoning_content: "Hm" },
    { content: "", reasoning: "Hm" },
    { reasoning: null, reasoning_details: [{ type: "reasoning.encrypted", data: "x" }] },
    { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] },
  ];
  const make = (baseURL: string) => openai({ model: "m", baseURL });
  for (const fields of reasoning) {
    assertEquals(await activitiesOf(make, delta(fields) + text), ["comment", "reasoning"]);
  }
  const quiet = [
    ": OPENROUTER PROCESSING\n\n",
    "event: ping\ndata: {}\n\n",
    delta({ role: "assistant", content: "", reasoning: null, tool_calls: [] }),
    data({ choices: [] }),
  ];
  for (const event of quiet) assertEquals(await activitiesOf(make, event + text), ["comment"]);
});

Deno.test("openai() reports the calls of other functions as progress", async () => {
  const make = (baseURL: string) => openai({ model: "m", baseURL, output: "tool" });
  const call = (index: number, text: string) =>
    delta({ tool_calls: [{ index, function: { name: "answer", arguments: text } }] });
  const seen = await activitiesOf(make, call(0, "") + call(1, "{") + call(0, "{}"));
  assertEquals(seen, ["comment", "reasoning"]);
});

Deno.test("aiSdk() reports the reasoning that the AI SDK shows", async () => {
  const compatible = (baseURL: string) =>
    aiSdk(createOpenAICompatible({ name: "v", baseURL, supportsStructuredOutputs: true })("m"));
  const seen = await activitiesOf(compatible, delta({ reasoning_content: "Hm" }) + text);
  assertEquals(seen.includes("reasoning"), true);
  const anthropic = (baseURL: string) =>
    aiSdk(createAnthropic({ baseURL, apiKey: "k" })("claude-sonnet-5"));
  const event = (value: { readonly type: string }) => `event: ${value.type}\n${data(value)}`;
  const block = (index: number, content_block: object, delta: object) =>
    event({ type: "content_block_start", index, content_block } as { type: string }) +
    event({ type: "content_block_delta", index, delta } as { type: string });
  const message = { id: "1", type: "message", role: "assistant", content: [], model: "m" };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const stream = event({ type: "message_start", message: { ...message, usage } } as never) +
    block(0, { type: "thinking", thinking: "" }, { type: "thinking_delta", thinking: "Hm" }) +
    block(1, { type: "text", text: "" }, { type: "text_delta", text: "{}" });
  assertEquals((await activitiesOf(anthropic, stream)).includes("reasoning"), true);
});
