import { aiSdk } from "@nomos/agent/ai-sdk";
import { assertEquals } from "@std/assert";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";
import { MockLanguageModelV2 } from "ai-v5/test";
import { generated, requestOf, standIn } from "./fixture.ts";

const content = [
  { type: "reasoning" as const, text: "Let me see" },
  { type: "text" as const, text: '{"decision":' },
  { type: "text" as const, text: "{}}" },
];
const response = { modelId: "small-2026" };
const usage = {
  inputTokens: { total: 100, noCache: 20, cacheRead: 70, cacheWrite: 10 },
  outputTokens: { total: 30, text: 25, reasoning: 5 },
};

Deno.test("aiSdk() reads the answers of all three versions alike", async () => {
  const v2 = new MockLanguageModelV2({
    doGenerate: {
      content,
      response,
      finishReason: "stop",
      usage: {
        inputTokens: 100,
        outputTokens: 30,
        totalTokens: 130,
        reasoningTokens: 5,
        cachedInputTokens: 70,
      },
      warnings: [],
    },
  });
  const finishReason = { unified: "stop" as const, raw: "end_turn" };
  const whole = { content, response, finishReason, usage, warnings: [] };
  const v3 = new MockLanguageModelV3({ doGenerate: whole });
  const v4 = new MockLanguageModelV4({ doGenerate: whole });

  const expected = {
    output: '{"decision":{}}',
    usage: { input: 100, output: 30, cachedInput: 70, reasoning: 5 },
    model: "small-2026",
  };
  assertEquals(await aiSdk(v2).decide(requestOf()), expected);
  const nested = { ...expected, usage: { ...expected.usage, cacheWriteInput: 10 } };
  assertEquals(await aiSdk(v3).decide(requestOf()), nested);
  assertEquals(await aiSdk(v4).decide(requestOf()), nested);
});

/** Returns the result of a model's answer. */
async function read(answer: unknown, provider = "house") {
  return await aiSdk(standIn({ provider, generate: () => answer })).decide(requestOf());
}

Deno.test("aiSdk() ignores unknown parts", async () => {
  const result = await read(generated("{}", {
    content: [
      { type: "hologram", text: "?" },
      { type: "text", text: 5 },
      { type: "text", text: "{}" },
      { type: "source", url: "https://a.example" },
      null,
    ],
    finishReason: { unified: "enlightened", raw: "om" },
    usage: "much",
    warnings: [null, "x", { type: "new" }],
    response: 7,
  }));
  assertEquals(result, { output: "{}" });
});

Deno.test("aiSdk() reads the answer from a tool call if there is no text, unless there are several calls", async () => {
  const call = (input: unknown, rest = {}) => ({
    type: "tool-call",
    toolName: "json",
    input,
    ...rest,
  });
  const finishReason = { unified: "tool-calls", raw: "tool_use" };
  const outputOf = async (content: unknown) =>
    (await read(generated("", { content, finishReason }))).output;
  assertEquals(await outputOf([call('{"a":1}')]), '{"a":1}');
  assertEquals(await outputOf([call('{"a":1}'), { type: "text", text: "{}" }]), "{}");
  assertEquals(await outputOf([call('{"a":1}'), call('{"a":2}')]), "");
  assertEquals(await outputOf([call('{"a":1}', { providerExecuted: true })]), "");
  assertEquals(await outputOf([call({ a: 1 })]), "");
});

Deno.test("aiSdk() reads the text marked as the answer, without commentary", async () => {
  const content = [
    { type: "text", text: "I think", providerMetadata: { openai: { phase: "commentary" } } },
    { type: "text", text: "{}", providerMetadata: { openai: { phase: "final_answer" } } },
  ];
  assertEquals((await read(generated("", { content }))).output, "{}");
  const structuredOutputText = '{"a":1}';
  assertEquals((await read(generated("draft {}", { structuredOutputText }))).output, '{"a":1}');
  assertEquals((await read(generated("draft", { structuredOutputText: "" }))).output, "");
});

Deno.test("aiSdk() adds the tokens that v2 vendors exclude from their totals", async () => {
  const usage = {
    inputTokens: 20,
    outputTokens: 25,
    totalTokens: 45,
    cachedInputTokens: 70,
    reasoningTokens: 5,
  };
  const read2 = async (provider: string, providerMetadata = {}) =>
    (await read({ ...generated("{}"), finishReason: "stop", usage, providerMetadata }, provider))
      .usage;
  const reported = { input: 20, output: 25, cachedInput: 70, reasoning: 5 };
  assertEquals(await read2("openai.chat"), reported);
  assertEquals(
    await read2("anthropic.messages", { anthropic: { cacheCreationInputTokens: 10 } }),
    { ...reported, input: 100, cacheWriteInput: 10 },
  );
  assertEquals(
    await read2("amazon-bedrock", { bedrock: { usage: { cacheWriteInputTokens: 10 } } }),
    { ...reported, input: 100, cacheWriteInput: 10 },
  );
  assertEquals(
    await read2("anthropic.messages", { anthropic: { cacheCreationInputTokens: null } }),
    { ...reported, input: 90 },
  );
  assertEquals(await read2("google.generative-ai"), { ...reported, output: 30 });
  assertEquals(await read2("google.vertex.chat"), { ...reported, output: 30 });
  // A model that Google serves but did not make.
  assertEquals(await read2("googleVertex.xai.chat"), reported);
});

Deno.test("aiSdk() drops invalid token counts", async () => {
  const usageOf = async (usage: unknown) => (await read(generated("{}", { usage }))).usage;
  const nested = {
    inputTokens: { total: undefined, cacheRead: -1, cacheWrite: 1e18 },
    outputTokens: { total: 3, reasoning: NaN },
  };
  assertEquals(await usageOf(nested), { output: 3 });
  const absent = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };
  assertEquals(await usageOf(absent), undefined);
  assertEquals(await usageOf(undefined), undefined);
});
