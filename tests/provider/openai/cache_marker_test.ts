/** Cache markers of Claude behind OpenRouter. */
import { Agent, type LLMRequest, type Message } from "@nomos/agent";
import { openai, type OpenAIOptions } from "@nomos/agent/openai";
import { assertEquals } from "@std/assert";
import { completion, requestOf, sent } from "./fixture.ts";

const conversation: readonly Message[] = [
  { role: "system", content: "You sell coffee." },
  { role: "user", content: "What is there?" },
  { role: "assistant", content: '{"decision":{}}' },
  { role: "tool", content: "tea", callId: "s/1/0" },
  { role: "tool", content: "noon", callId: "s/1/1" },
  { role: "system", content: "Current step: greet" },
];

const claude = { baseURL: "https://openrouter.ai/api/v1", model: "anthropic/claude-sonnet-5" };
const marked = { cache_control: { type: "ephemeral" } };

async function messagesOf(
  options: Partial<OpenAIOptions>,
  messages = conversation,
  stable = messages.length - 1,
): Promise<unknown> {
  return (await sent(options, { ...requestOf(messages), stable } as LLMRequest)).messages;
}

function textPart(text: string, rest = {}) {
  return { type: "text", text, ...rest };
}

const framed = (text: string, frame = "tool_result") => `<${frame}>\n${text}\n</${frame}>`;
const step = framed("Current step: greet", "instructions");

Deno.test("openai() marks the standing text and the last repeated text for Claude behind OpenRouter", async () => {
  assertEquals(await messagesOf(claude), [
    { role: "system", content: [textPart("You sell coffee.", marked)] },
    { role: "user", content: "What is there?" },
    { role: "assistant", content: '{"decision":{}}' },
    {
      role: "user",
      content: [textPart(framed("tea")), textPart(framed("noon"), marked), textPart(step)],
    },
  ]);
  assertEquals(await messagesOf(claude, conversation.slice(0, 3).concat(conversation.slice(5))), [
    { role: "system", content: [textPart("You sell coffee.", marked)] },
    { role: "user", content: "What is there?" },
    { role: "assistant", content: [textPart('{"decision":{}}', marked)] },
    { role: "user", content: step },
  ]);
});

Deno.test("openai() sends the texts before a marker in the same parts with every request", async () => {
  /** Lists role and text of each part, as the vendor caches them. */
  const partsOf = async (messages: readonly Message[]) =>
    (await messagesOf(claude, messages) as { role: string; content: unknown }[])
      .flatMap(({ role, content }) =>
        (typeof content === "string" ? [textPart(content)] : content as { text: string }[])
          .map(({ text }) => [role, text])
      );
  const now = conversation.at(-1)!;
  for (let length = 1; length < conversation.length; length++) {
    const before = await partsOf([...conversation.slice(0, length), now]);
    const after = await partsOf(conversation);
    assertEquals(after.slice(0, length), before.slice(0, length));
  }
});

Deno.test("openai() marks nothing if cache is false, the next request repeats nothing, or for another model", async () => {
  const hasMarker = async (...args: Parameters<typeof messagesOf>) =>
    JSON.stringify(await messagesOf(...args)).includes("cache_control");
  assertEquals(await hasMarker(claude), true);
  assertEquals(await hasMarker({ ...claude, output: "tool" }), true);
  assertEquals(await hasMarker({ ...claude, cache: false }), false);
  assertEquals(await hasMarker(claude, conversation, 0), false);
  for (const model of ["openai/gpt-5", "google/gemini-3", "x/anthropic/claude"]) {
    assertEquals(await hasMarker({ ...claude, model }), false);
  }
  assertEquals(await hasMarker({ ...claude, baseURL: "https://llm.example/v1" }), false);
});

Deno.test("openai() sends no cache key if cache is false", async () => {
  assertEquals((await sent({ cache: false })).prompt_cache_key, undefined);
});

Deno.test("openai() marks the text that the next request of a session repeats", async () => {
  const bodies: string[] = [];
  const llm = openai({
    ...claude,
    apiKey: "sk-example",
    stream: false,
    fetch: (_, { body }) => {
      bodies.push(body as string);
      const decision = { action: "RESPOND", response: `Answer ${bodies.length}` };
      return Promise.resolve(completion(JSON.stringify({ reasoning: [], decision })));
    },
  });
  const steps = { talk: { description: "Talk" } };
  const session = new Agent({ name: "talker", llm, start: "talk", steps }).createSession();
  for (const input of ["One", "Two", "Three"]) await session.next(input);
  const markedTexts = bodies.map((body) => {
    const parts = (JSON.parse(body).messages as { content: unknown }[])
      .flatMap(({ content }) => content as { text: string; cache_control?: unknown }[]);
    return parts.filter(({ cache_control }) => cache_control !== undefined).at(-1)!.text;
  });
  assertEquals(markedTexts, ["One", "Two", "Three"]);
});
