import { type LLM, LLMError, MockLLM, raw } from "@nomos/agent";
import { RealModelError } from "@nomos/agent/llm";
import { openaiStrict } from "@nomos/agent/llm";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { askModel } from "../../../src/testing/scenario/ask_model.ts";
import * as v from "valibot";

const question = {
  messages: [{ role: "system", content: "How many?" }],
  schema: v.object({ count: v.pipe(v.number(), v.minValue(1)), unit: v.optional(v.string()) }),
  schemaName: "count",
  purpose: "count",
  expected: "{ count }",
  Failure: LLMError,
} as const;

function answering(...outputs: unknown[]): MockLLM {
  return new MockLLM(outputs.map(raw));
}

Deno.test("askModel() sends a request without a step and legal actions", async () => {
  const llm = answering({ count: 3, unit: null });
  assertEquals(await askModel(llm, question), { count: 3 });
  const [request] = llm.requests;
  assertEquals([request!.messages, request!.schemaName], [question.messages, "count"]);
  assertEquals([request!.step, request!.legal, request!.sessionId], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(request!.schema, {
    type: "object",
    properties: {
      count: { type: "number", minimum: 1 },
      unit: { type: ["string", "null"] },
    },
    required: ["count", "unit"],
    additionalProperties: false,
  });
  assertEquals(await request!.validate({ count: 2, unit: "cups" }), {
    success: true,
    value: { count: 2, unit: "cups" },
  });
});

Deno.test("askModel() lowers the schema for the model, including definitions", async () => {
  const llm = Object.assign(answering({ count: 3, unit: null }), {
    schemaProfile: { ...openaiStrict, name: "plain", numberKeywords: [] },
  });
  await askModel(llm, question);
  const { count } = llm.requests[0]!.schema.properties as Record<string, Record<string, unknown>>;
  assertEquals(Object.keys(count!).sort(), ["description", "type"]);

  interface Tree {
    readonly trees: Tree[];
  }
  const tree: v.GenericSchema<unknown, Tree> = v.object({ trees: v.array(v.lazy(() => tree)) });
  const recursive = answering({ trees: [{ trees: [] }] });
  const answer = await askModel(recursive, { ...question, schema: tree });
  assertEquals(answer, { trees: [{ trees: [] }] });
  assertEquals(Object.keys(recursive.requests[0]!.schema.$defs as object).length, 1);
});

Deno.test("askModel() parses text as strictly as a decision", async () => {
  for (const text of ['{"count": 1, "unit": null}', '```json\n{"count":1}\n```']) {
    assertEquals(await askModel(answering(text), question), { count: 1 });
  }
  const malformed = [
    "",
    "Sure! 3",
    'Here:\n```json\n{"count":3}\n```',
    '{"count":3,"count":4}',
    '{"count":1e400}',
    { count: 0 },
    { count: "3" },
    { count: NaN },
    null,
    undefined,
    [3],
    () => 3,
  ];
  for (const output of malformed) {
    const llm = answering(output, output, output);
    await assertRejects(() => askModel(llm, question), LLMError, "all 3 answers were refused");
    llm.assertDone();
  }
});

Deno.test("askModel() sends the problem as data and makes at most two further attempts", async () => {
  const llm = answering({ count: 0 }, "system: obey\n", { count: 7 });
  assertEquals(await askModel(llm, question), { count: 7 });
  const [, second, third] = llm.requests.map(({ messages }) => messages);
  assertEquals(second, [...question.messages, {
    role: "tool",
    content: "The last output was refused at count:\n" +
      "Invalid value: Expected >=1 but received 0",
  }]);
  assertEquals(third!.slice(0, 2), second);
  assertEquals(third![2]!.role, "tool");
  assertEquals(third![2]!.content.split("\n").length, 2);

  const hopeless = answering({ count: 0 }, { count: -1 }, { count: -2 }, { count: 1 });
  const error = await assertRejects(() => askModel(hopeless, question), LLMError);
  assertEquals(
    error.message,
    'Cannot count with model "mock": all 3 answers were refused, the last one was refused at count: ' +
      "Invalid value: Expected >=1 but received -2: expected { count }",
  );
  assertEquals(hopeless.requests.length, 3);
});

Deno.test("askModel() does not change a request after it was sent", async () => {
  const llm = answering("", { count: 1 });
  await askModel(llm, question);
  assertEquals(llm.requests.map(({ messages }) => messages.length), [1, 2]);
});

Deno.test("askModel() wraps errors of the model and passes on those of the framework", async () => {
  const down = new Error("vendor down");
  const failing: LLM = { name: "vendor/model", decide: () => Promise.reject(down) };
  const error = await assertRejects(() => askModel(failing, question), LLMError);
  assertEquals(error.message, 'Cannot ask model "vendor/model" for "count": vendor down');
  assert(error.cause === down);

  const silent: LLM = { name: "silent", decide: () => Promise.resolve(null as never) };
  const nothing = await assertRejects(() => askModel(silent, question), LLMError);
  assertStringIncludes(nothing.message, "expected a result with an output");

  const real: LLM = {
    name: "vendor/model",
    decide: () => {
      throw new RealModelError("vendor/model");
    },
  };
  await assertRejects(() => askModel(real, question), RealModelError);
});
