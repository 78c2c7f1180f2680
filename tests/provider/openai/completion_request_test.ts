import type { Message } from "@nomos/agent";
import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { requestOf, SCHEMA, sent } from "./fixture.ts";

const conversation: readonly Message[] = [
  { role: "system", content: "You sell coffee." },
  { role: "user", content: "What is there?" },
  { role: "assistant", content: '{"decision":{}}' },
  { role: "tool", content: "tea", callId: "s/1/0" },
  { role: "system", content: "Current step: greet" },
];

const elsewhere = { baseURL: "https://llm.example/v1" };

Deno.test("openai() sends a strict schema", async () => {
  assertEquals(await sent({}), {
    model: "m",
    messages: [{ role: "user", content: "Hello" }],
    response_format: {
      type: "json_schema",
      json_schema: { name: "answer", strict: true, schema: SCHEMA },
    },
    prompt_cache_key: (await sent({})).prompt_cache_key,
  });
});

Deno.test("openai() requires a function call in the output mode tool", async () => {
  const { tools, tool_choice, parallel_tool_calls, response_format } = await sent({
    output: "tool",
  });
  assertEquals(tools as unknown, [{
    type: "function",
    function: {
      name: "answer",
      description: "Takes the answer. Every answer is given by calling it.",
      strict: true,
      parameters: SCHEMA,
    },
  }]);
  assertEquals(tool_choice, { type: "function", function: { name: "answer" } });
  assertEquals(parallel_tool_calls, false);
  assertEquals(response_format, undefined);
});

Deno.test("openai() states the schema in a message in the output mode json_object", async () => {
  const words = "Answer with one JSON object and nothing else. " +
    `It must satisfy this JSON Schema:\n${JSON.stringify(SCHEMA)}`;
  const here = await sent({ output: "json_object" });
  assertEquals(here.response_format, { type: "json_object" });
  assertEquals(here.messages!.at(-1), { role: "system", content: words });
  const there = await sent({ output: "json_object", ...elsewhere }, requestOf(conversation));
  assertEquals(there.messages!.at(-1), {
    role: "user",
    content: "<tool_result>\ntea\n</tool_result>\n\n" +
      "<instructions>\nCurrent step: greet\n</instructions>\n\n" +
      `<instructions>\n${words}\n</instructions>`,
  });
  assertEquals(await sent({ baseURL: "https://api.deepseek.com" }), {
    model: "m",
    messages: [{ role: "user", content: `Hello\n\n<instructions>\n${words}\n</instructions>` }],
    response_format: { type: "json_object" },
  });
});

Deno.test("openai() never sends a request without the schema", async () => {
  for (const baseURL of ["https://api.openai.com/v1", "https://llm.example/v1"]) {
    for (const output of ["json_schema", "tool", "json_object"] as const) {
      for (const strict of [true, false]) {
        for (const method of ["decide", "stream"] as const) {
          const body = await sent({ baseURL, output, strict, stream: true }, requestOf(), method);
          const text = JSON.stringify(body).replaceAll("\\", "");
          assertStringIncludes(text, JSON.stringify(SCHEMA));
        }
      }
    }
  }
});

Deno.test("openai() omits strict if the option is false", async () => {
  const { response_format } = await sent({ strict: false });
  assertEquals(response_format!.json_schema, { name: "answer", schema: SCHEMA });
});

Deno.test("openai() sends messages unchanged to a server that accepts them", async () => {
  const { messages } = await sent({}, requestOf(conversation));
  assertEquals(messages!.map(({ role }) => role), [
    "system",
    "user",
    "assistant",
    "user",
    "system",
  ]);
});

Deno.test("openai() sends an unknown server no late system message, and alternating roles", async () => {
  const { messages } = await sent(elsewhere, requestOf(conversation));
  assertEquals(messages!.map(({ role }) => role), ["system", "user", "assistant", "user"]);
  const server = { lateSystem: true };
  const late = await sent({ ...elsewhere, server }, requestOf(conversation));
  assertEquals(late.messages!.at(-1), { role: "system", content: "Current step: greet" });
  const adjacent = await sent(
    { ...elsewhere, server: { adjacent: true } },
    requestOf(conversation),
  );
  assertEquals(adjacent.messages!.map(({ role }) => role).slice(-2), ["user", "user"]);
});

Deno.test("openai() sends options under the field names of the server", async () => {
  const options = { temperature: 0, maxTokens: 100, reasoningEffort: "low", seed: 7 };
  const { temperature, max_completion_tokens, reasoning_effort, seed } = await sent(options);
  assertEquals([temperature, max_completion_tokens, reasoning_effort, seed], [0, 100, "low", 7]);
  const mistral = await sent({ ...options, baseURL: "https://api.mistral.ai/v1" });
  assertEquals([mistral.max_tokens, mistral.random_seed], [100, 7]);
  assertEquals([mistral.max_completion_tokens, mistral.seed], [undefined, undefined]);
  const other = await sent({ ...options, ...elsewhere });
  assertEquals([other.max_tokens, other.seed], [100, 7]);
  const server = { maxTokensField: "max_completion_tokens", seedField: "random_seed" } as const;
  const overridden = await sent({ ...options, ...elsewhere, server });
  assertEquals([overridden.max_completion_tokens, overridden.random_seed], [100, 7]);
});

Deno.test("openai() adds body fields, copied at creation", async () => {
  const body = { top_p: 0.5, temperature: 1, list: [1] };
  const sending = sent({ body, temperature: 0 });
  body.list.push(2);
  const { top_p, temperature, list } = await sending;
  assertEquals([top_p, temperature, list], [0.5, 1, [1]]);
});

Deno.test("openai() requires OpenRouter providers that support the schema", async () => {
  const baseURL = "https://openrouter.ai/api/v1";
  assertEquals((await sent({ baseURL })).provider, { require_parameters: true });
  const body = { provider: { order: ["a"] } };
  assertEquals((await sent({ baseURL, body })).provider, {
    require_parameters: true,
    order: ["a"],
  });
  const chosen = { provider: { require_parameters: false } };
  assertEquals((await sent({ baseURL, body: chosen })).provider, { require_parameters: false });
});

Deno.test("openai() requests usage only for streams", async () => {
  const streamed = await sent({}, requestOf(), "stream");
  assertEquals([streamed.stream, streamed.stream_options], [true, { include_usage: true }]);
  const whole = await sent({});
  assertEquals([whole.stream, whole.stream_options], [undefined, undefined]);
  const mistral = await sent({ baseURL: "https://api.mistral.ai/v1" }, requestOf(), "stream");
  assertEquals([mistral.stream, mistral.stream_options], [true, undefined]);
  const overridden = await sent({ server: { includeUsage: false } }, requestOf(), "stream");
  assertEquals(overridden.stream_options, undefined);
});

Deno.test("openai() sends the cache key only to servers that support it", async () => {
  const keyOf = async (first: string, sessionId?: string, options = {}) => {
    const messages: Message[] = [{ role: "system", content: first }, conversation[1]!];
    const request = requestOf(messages, sessionId === undefined ? {} : { sessionId });
    return (await sent(options, request)).prompt_cache_key;
  };
  const key = await keyOf("standing", "s1");
  assertMatch(key as string, /^[0-9a-f]{32}$/);
  assertEquals(await keyOf("standing", "s1"), key);
  const others = [
    await keyOf("standing", "s2"),
    await keyOf("other", "s1"),
    await keyOf("standing"),
  ];
  assertEquals(new Set([key, ...others]).size, 4);
  assertNotEquals(others[2], undefined);
  assertEquals(await keyOf("standing", "s1", elsewhere), undefined);
  assertEquals(await keyOf("standing", "s1", { server: { promptCacheKey: false } }), undefined);
});

Deno.test("openai() repeats earlier messages unchanged, up to those of the step", async () => {
  for (const options of [{}, elsewhere]) {
    const before = await sent(options, requestOf(conversation.slice(0, 3), { step: "a" }));
    const after = await sent(options, requestOf(conversation, { step: "a" }));
    assertEquals(after.messages!.slice(0, 3), before.messages!);
  }
});
