import type { LLMRequest, Message } from "@nomos/agent";
import { aiSdk, type AiSdkMessage, type AiSdkOptions } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { CONVERSATION, requestOf, standIn } from "./fixture.ts";

const MARKER = {
  anthropic: { cacheControl: { type: "ephemeral" } },
  bedrock: { cachePoint: { type: "default" } },
};

/** Returns the prompt that a provider's model receives. */
async function promptFor(
  provider: string,
  request: LLMRequest = requestOf(),
  options: AiSdkOptions = {},
  modelId = "small",
): Promise<readonly AiSdkMessage[]> {
  const model = standIn({ provider, modelId });
  await aiSdk(model, options).decide(request);
  return model.calls[0]!.prompt;
}

function parts(...texts: readonly string[]) {
  return texts.map((text) => ({ type: "text", text }));
}

const result = "<tool_result>\nResult of get_menu:\ntea\n</tool_result>";
const step = "<instructions>\nCurrent step: greet\n</instructions>";

Deno.test("aiSdk() sends an unknown vendor one system message and alternating roles", async () => {
  assertEquals(await promptFor("house"), [
    { role: "system", content: "You sell coffee." },
    { role: "user", content: parts("What is there?") },
    { role: "assistant", content: parts('{"decision":{}}') },
    { role: "user", content: parts(result, step) },
  ]);
});

Deno.test("aiSdk() sends the step to OpenAI and Azure as a separate system message", async () => {
  for (const provider of ["openai.responses", "openai.chat", "azure.responses"]) {
    assertEquals((await promptFor(provider)).slice(3), [
      { role: "user", content: parts(result) },
      { role: "system", content: "Current step: greet" },
    ]);
  }
  const throughGateway = await promptFor("gateway", requestOf(), {}, "openai/gpt-5");
  assertEquals(throughGateway.at(-1)?.role, "system");
});

Deno.test("aiSdk() marks the standing text and the last repeated message for Anthropic's cache", async () => {
  const models = [
    ["anthropic.messages", "claude-sonnet-5"],
    ["vertex.anthropic.messages", "claude-sonnet-5"],
    ["googleVertex.anthropic.messages", "claude-sonnet-5"],
    ["bedrock.anthropic.messages", "anthropic.claude-sonnet-5"],
    ["amazon-bedrock", "eu.anthropic.claude-sonnet-5"],
    ["gateway", "anthropic/claude-sonnet-5"],
  ];
  for (const [provider, modelId] of models) {
    assertEquals(await promptFor(provider!, requestOf(), {}, modelId), [
      { role: "system", content: "You sell coffee.", providerOptions: MARKER },
      { role: "user", content: parts("What is there?") },
      { role: "assistant", content: parts('{"decision":{}}') },
      { role: "user", content: parts(result), providerOptions: MARKER },
      { role: "user", content: parts(step) },
    ]);
  }
});

Deno.test("aiSdk() moves a cache marker, but repeats everything else unchanged", async () => {
  const withoutMarks = (prompt: readonly AiSdkMessage[]) =>
    prompt.map(({ providerOptions: _, ...message }) => message);
  for (const provider of ["anthropic.messages", "openai.chat"]) {
    for (let length = 1; length < CONVERSATION.length; length++) {
      const now: Message = { role: "system", content: `Step ${length}` };
      const messages = [...CONVERSATION.slice(0, length), now];
      const before = await promptFor(provider, requestOf({ messages }));
      const after = await promptFor(provider);
      assertEquals(withoutMarks(before).slice(0, -1), withoutMarks(after).slice(0, length));
    }
  }
});

Deno.test("aiSdk() marks no message that the next request does not repeat", async () => {
  const isMarked = (prompt: readonly AiSdkMessage[]) =>
    prompt.some(({ providerOptions }) => providerOptions !== undefined);
  const outsideDecision = requestOf({ stable: 0 });
  assertEquals(isMarked(await promptFor("anthropic.messages", outsideDecision)), false);
  const begunByModel = requestOf({ messages: CONVERSATION.slice(2), stable: 0 });
  assertEquals(isMarked(await promptFor("anthropic.messages", begunByModel)), false);
  const off = { cacheMarkers: false };
  assertEquals(isMarked(await promptFor("anthropic.messages", requestOf(), off)), false);
  assertEquals(isMarked(await promptFor("amazon-bedrock", requestOf(), {}, "nova-pro")), false);
  // In a joined message that ends with the step, the last repeated part is marked.
  assertEquals(await promptFor("house", requestOf(), { cacheMarkers: true }), [
    { role: "system", content: "You sell coffee.", providerOptions: MARKER },
    { role: "user", content: parts("What is there?") },
    { role: "assistant", content: parts('{"decision":{}}') },
    {
      role: "user",
      content: [{ ...parts(result)[0]!, providerOptions: MARKER } as never, ...parts(step)],
    },
  ]);
});

Deno.test("aiSdk() sends OpenAI strict mode and one cache key per session, unless options override them", async () => {
  const vendorOptionsOf = async (provider: string, options: AiSdkOptions = {}) => {
    const model = standIn({ provider });
    await aiSdk(model, options).decide(requestOf());
    return model.calls[0]!.providerOptions;
  };
  const options = await vendorOptionsOf("openai.responses");
  const key = (options?.openai as { promptCacheKey: string }).promptCacheKey;
  assertMatch(key, /^[0-9a-f]{32}$/);
  const strictJsonSchema = true;
  const openai = { strictJsonSchema, promptCacheKey: key };
  assertEquals(await vendorOptionsOf("openai.responses"), { openai });
  assertEquals(await vendorOptionsOf("azure.chat"), { openai });
  assertEquals(
    await vendorOptionsOf("openai.chat", {
      providerOptions: { openai: { store: true }, azure: { a: 1 } },
    }),
    { openai: { ...openai, store: true }, azure: { a: 1 } },
  );
  const own = { openai: { promptCacheKey: "mine", strictJsonSchema: false } };
  assertEquals(await vendorOptionsOf("openai.chat", { providerOptions: own }), own);
  assertEquals(await vendorOptionsOf("openai.chat", { cacheMarkers: false }), {
    openai: { strictJsonSchema },
  });
  assertEquals(await vendorOptionsOf("house"), undefined);
});

Deno.test("aiSdk() inserts a placeholder for the user's message if a session starts with the model", async () => {
  const [standing, , decision, , now] = CONVERSATION;
  const messages = [standing!, decision!, now!];
  assertEquals(await promptFor("house", requestOf({ messages })), [
    { role: "system", content: "You sell coffee." },
    { role: "user", content: parts("(no input)") },
    { role: "assistant", content: parts('{"decision":{}}') },
    { role: "user", content: parts(step) },
  ]);
  const marked = await promptFor("anthropic.messages", requestOf({ messages }));
  assertEquals(marked.map(({ providerOptions }) => providerOptions !== undefined), [
    true,
    false,
    true,
    false,
  ]);
});

Deno.test("aiSdk() sends no blank system message", async () => {
  const messages: Message[] = [{ role: "system", content: " " }, ...CONVERSATION.slice(1)];
  assertEquals((await promptFor("anthropic.messages", requestOf({ messages })))[0], {
    role: "user",
    content: parts("What is there?"),
  });
});

Deno.test("aiSdk() marks prompts for Claude behind OpenRouter, and for no other model there", async () => {
  const isMarked = async (provider: string, modelId: string, options: AiSdkOptions = {}) =>
    JSON.stringify(await promptFor(provider, requestOf(), options, modelId)).includes("ephemeral");
  const claude = "anthropic/claude-sonnet-5";
  assertEquals([
    await isMarked("openrouter", claude),
    await isMarked("openrouter.chat", claude),
    await isMarked("openrouter.chat", "openai/gpt-5"),
    await isMarked("openrouter.chat", claude, { cacheMarkers: false }),
  ], [true, true, false, false]);
});

Deno.test("aiSdk() converts a repeated message once, and shares it frozen", async () => {
  const request = requestOf({ messages: CONVERSATION.map((message) => ({ ...message })) });
  const model = standIn();
  const llm = aiSdk(model);
  for (let time = 0; time < 2; time++) await llm.decide(request);
  const [first, second] = model.calls.map(({ prompt }) => prompt);
  // The last message is joined with the step, which the next request does not repeat.
  for (const [index, message] of first!.slice(0, -1).entries()) {
    assertStrictEquals(second![index], message);
    assert(Object.isFrozen(message) && Object.isFrozen(message.content));
  }
});
