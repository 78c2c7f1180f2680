import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ConfigError, type Message } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { wrapLanguageModel } from "ai";
import { LLMHttpError, LLMSchemaError } from "@nomos/agent/llm";
import { anthropicProtocol, toolAnswer } from "../anthropic_protocol.ts";
import { chatProtocol } from "../chat_protocol.ts";
import { chatServer, events, type ReceivedBody } from "../chat_server.ts";
import { responsesProtocol } from "../responses_protocol.ts";
import { answerOf } from "../wire_protocol.ts";
import { CONVERSATION, drain, requestOf } from "./fixture.ts";

const apiKey = "none";
const marker = { type: "ephemeral" };

/** Lists the text blocks of a request to Anthropic, and if they have a cache marker. */
function blocksOf({ system, messages }: ReceivedBody): [text: string, isMarked: boolean][] {
  const blocks = [system, ...messages!.map(({ content }) => content)] as unknown as {
    readonly text: string;
    readonly cache_control?: unknown;
  }[][];
  return blocks.flat().map(({ text, cache_control }) => {
    if (cache_control !== undefined) assertEquals(cache_control, marker);
    return [text, cache_control !== undefined];
  });
}

Deno.test("aiSdk() marks the standing text and the last repeated block in requests to Anthropic", async () => {
  await using server = await chatServer([
    answerOf(anthropicProtocol, "{}"),
    answerOf(anthropicProtocol, "{}"),
  ]);
  const llm = aiSdk(createAnthropic({ baseURL: server.url, apiKey })("claude-sonnet-4-5"));
  await llm.decide(requestOf());
  const later: Message[] = [
    ...CONVERSATION.slice(0, -1),
    { role: "assistant", content: '{"decision":{"action":"MOVE"}}' },
    { role: "system", content: "Current step: order" },
  ];
  await drain(llm, requestOf({ messages: later, step: "order" }));
  const [first, second] = server.requests.map(({ body }) => blocksOf(body));
  assertEquals(first!.map(([, isMarked]) => isMarked), [true, false, false, true, false]);
  assertEquals(second!.map(([, isMarked]) => isMarked), [true, false, false, false, true, false]);
  // The second request repeats the marked blocks of the first at the same positions.
  assertEquals(second!.slice(0, 4).map(([text]) => text), first!.slice(0, 4).map(([text]) => text));
  // The last message of the user ends with the step, in a separate block.
  const roles = server.requests[0]!.body.messages!.map(({ role }) => role);
  assertEquals(roles, ["user", "assistant", "user"]);
});

Deno.test("aiSdk() reads the answer of an older Claude from a tool call", async () => {
  await using server = await chatServer([() => Response.json(toolAnswer({ decision: {} }))]);
  const llm = aiSdk(createAnthropic({ baseURL: server.url, apiKey })("claude-3-haiku-20240307"));
  assertEquals((await llm.decide(requestOf())).output, '{"decision":{}}');
  const { tools } = server.requests[0]!.body as { tools?: unknown };
  const [tool] = tools as { name: string; input_schema: unknown }[];
  assertEquals([tool!.name, tool!.input_schema], ["json", requestOf().schema]);
});

Deno.test("aiSdk() reports an error that Anthropic sends within a stream", async () => {
  const error = JSON.stringify({
    type: "error",
    error: { type: "overloaded_error", message: "Overloaded" },
  });
  const begun = anthropicProtocol.events("{}", "whole").slice(0, 7)
    .map((event) => JSON.stringify(event));
  await using server = await chatServer([events([error]), events([...begun, error])]);
  const llm = aiSdk(createAnthropic({ baseURL: server.url, apiKey })("claude-sonnet-4-5"));
  for (let asked = 0; asked < 2; asked++) {
    const thrown = await assertRejects(() => drain(llm), LLMHttpError, "Overloaded");
    assertEquals([thrown.status, thrown.isRetryable], [529, true]);
  }
});

Deno.test("aiSdk() sends the session's cache key to OpenAI, in both of its protocols", async () => {
  await using server = await chatServer([
    answerOf(responsesProtocol, "{}"),
    answerOf(chatProtocol, "{}"),
  ]);
  const openai = createOpenAI({ baseURL: server.url, apiKey });
  await aiSdk(openai("gpt-5-mini")).decide(requestOf());
  await drain(aiSdk(openai.chat("gpt-5-mini")), requestOf());
  const [key, ...others] = server.requests.map(({ body }) => body.prompt_cache_key);
  assertMatch(key as string, /^[0-9a-f]{32}$/);
  assertEquals(others, [key]);
});

Deno.test("aiSdk() never calls an OpenAI-compatible server without the schema", async () => {
  await using server = await chatServer([
    answerOf(chatProtocol, "{}"),
    answerOf(chatProtocol, "{}"),
  ]);
  const model = createOpenAICompatible({ name: "lmstudio", baseURL: server.url })("qwen3");
  assertThrows(() => aiSdk(model), ConfigError, 'Cannot use model "qwen3" of "lmstudio.chat"');
  // Behind a wrapper, only the warnings of the model report it.
  const llm = aiSdk(wrapLanguageModel({ model, middleware: {} }));
  const advice = "supportsStructuredOutputs: true";
  const whole = await assertRejects(() => llm.decide(requestOf()), LLMSchemaError, advice);
  assert(whole.usage !== undefined);
  await assertRejects(() => drain(llm), LLMSchemaError, advice);
  assertEquals(
    server.requests.map(({ body }) => body.response_format?.type),
    ["json_object", "json_object"],
  );
});

Deno.test("aiSdk() embeds through a vendor's package", async () => {
  await using server = await chatServer([({ body }) => {
    const data = body.input!.map((text, index) => ({ index, embedding: [text.length] }));
    return Response.json({ object: "list", data, usage: { prompt_tokens: 3 } });
  }]);
  const openai = createOpenAI({ baseURL: server.url, apiKey });
  const llm = aiSdk(openai("gpt-5"), { embedding: openai.embedding("text-embedding-3-small") });
  assertEquals(await llm.embed!(["a", "bbb"]), [[1], [3]]);
  assertEquals(server.requests[0]!.path, "/v1/embeddings");
});

Deno.test("aiSdk() reports an invalid API key", async () => {
  const model = createOpenAI({ apiKey: 7 as never })("gpt-5");
  await assertRejects(
    () => aiSdk(model).decide(requestOf()),
    ConfigError,
    'Cannot call model "openai/gpt-5": OpenAI API key must be a string',
  );
});
