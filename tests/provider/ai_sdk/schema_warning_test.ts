import { aiSdk } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LLMSchemaError } from "@nomos/agent/llm";
import { drain, generated, partsOf, requestOf, standIn } from "./fixture.ts";

const details = "JSON response format schema is only supported with structuredOutputs";

const DROPPED = [
  { type: "unsupported-setting", setting: "responseFormat", details },
  { type: "unsupported-setting", setting: "responseFormat" },
  { type: "unsupported", feature: "responseFormat", details },
  { type: "compatibility", feature: "responseFormat", details: "sent as json_object" },
  { type: "other", message: "The JSON schema is ignored by this model." },
  { type: "other", message: "response_format is not supported" },
  { type: "other", message: "This model has no structured output" },
];

const HARMLESS = [
  { type: "unsupported-setting", setting: "seed" },
  { type: "unsupported", feature: "temperature", details: "not supported for reasoning models" },
  { type: "unsupported", feature: "cache_control on non-cacheable context" },
  {
    type: "compatibility",
    feature: "JSON Schema pattern with regex lookaround",
    details: "removed",
  },
  { type: "deprecated", setting: "responseFormat", message: "use output" },
  { type: "other", message: "JSON schema compiled for the first time" },
  { type: "other", message: "logprobs is not supported for reasoning models" },
  { type: "unknown" },
];

Deno.test("aiSdk() rejects an answer made without the schema, and reports its usage", async () => {
  for (const warning of DROPPED) {
    const generate = () => generated("{}", { warnings: [HARMLESS[0], warning] });
    const error = await assertRejects(
      () => aiSdk(standIn({ generate })).decide(requestOf()),
      LLMSchemaError,
      'Cannot call model "house/small": it would answer without the schema: ',
    );
    assert(error.message.endsWith("supportsStructuredOutputs: true"), error.message);
    assert(error.message.includes(warning.details ?? warning.message ?? "is not supported"));
    assertEquals(error.usage, { input: 80, output: 12 });
  }
});

Deno.test("aiSdk() ignores other warnings", async () => {
  const generate = () => generated("{}", { warnings: HARMLESS });
  assertEquals((await aiSdk(standIn({ generate })).decide(requestOf())).output, "{}");
});

Deno.test("aiSdk() cancels a stream without the schema before it emits text", async () => {
  let isCancelled = false;
  let signal: AbortSignal | undefined;
  const llm = aiSdk(standIn({
    parts: (options) => {
      signal = options.abortSignal;
      const [, ...rest] = partsOf(["{}"]);
      return new ReadableStream({
        start(controller) {
          controller.enqueue({ type: "stream-start", warnings: [DROPPED[0]] });
          for (const part of rest) controller.enqueue(part);
        },
        cancel: () => void (isCancelled = true),
      });
    },
  }));
  const chunks = llm.stream!(requestOf())[Symbol.asyncIterator]();
  await assertRejects(() => chunks.next(), LLMSchemaError, details);
  assert(isCancelled);
  assert(signal!.aborted);
  assertEquals((await chunks.next()).done, true);
  const harmless = aiSdk(standIn({
    parts: () =>
      ReadableStream.from([{ type: "stream-start", warnings: HARMLESS }, ...partsOf(["{}"])]),
  }));
  assertEquals((await drain(harmless)).length, 2);
});
