import { LLMError } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import {
  LLMContentFilterError,
  LLMHttpError,
  LLMRefusalError,
  type OpenAIOptions,
} from "@nomos/agent/openai";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer, plain, type Reply } from "../chat_server.ts";
import { ENDINGS } from "../endings.ts";
import { requestOf, scripted, thrownBy } from "./fixture.ts";

async function resultOf(reply: Reply, options?: Partial<OpenAIOptions>): Promise<LLMResult> {
  await using model = await scripted([reply], options);
  return await model.llm.decide(requestOf());
}

const json = (value: unknown) => plain(JSON.stringify(value));
const choice = (message: unknown, rest = {}) => json({ choices: [{ message, ...rest }] });

Deno.test("decide() returns the text unchanged, with model and usage", async () => {
  const usage = { input: 10, output: 5 };
  const text = ' {"a": 1}\n';
  assertEquals(await resultOf(answer(text)), { output: text, usage, model: "m" });
  const dated = await resultOf(answer({ a: 1 }, { model: "m-2026-01-01" }));
  assertEquals(dated, { output: '{"a":1}', usage, model: "m-2026-01-01" });
});

Deno.test("decide() returns the arguments of the required function", async () => {
  assertEquals((await resultOf(answer({ a: 1 }), { output: "tool" })).output, '{"a":1}');
});

Deno.test("decide() reads content in parts, without reasoning", async () => {
  const content = [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }, {
    type: "text",
    text: '{"a"',
  }, { type: "text", text: ":1}" }];
  assertEquals((await resultOf(choice({ content, reasoning_content: "hm" }))).output, '{"a":1}');
});

Deno.test("decide() returns an empty text if there is no content", async () => {
  for (const content of [null, undefined, "", 5, {}]) {
    assertEquals(await resultOf(choice({ content })), { output: "" });
  }
});

Deno.test("decide() reports a refusal and its usage", async () => {
  const refusal = `I cannot\nhelp ${"x".repeat(1000)}`;
  const error = await thrownBy(() => resultOf(answer("", { refusal })), LLMRefusalError);
  assertStringIncludes(
    error.message,
    'Cannot call model "test/m": the model refused to answer: I cannot\\nhelp xx',
  );
  assertEquals([error.message.length < 400, error.isRetryable], [true, false]);
  assertEquals(error.usage, { input: 10, output: 5 });
});

for (const { reasons, error, isRetryable, acceptsWhole } of ENDINGS) {
  for (const finishReason of reasons) {
    Deno.test(`decide() reads an answer that ends with ${finishReason}, cut off and whole`, async () => {
      for (const output of ["json_schema", "tool"] as const) {
        const decide = (text: string) => resultOf(answer(text, { finishReason }), { output });
        const texts = error === undefined ? [] : acceptsWhole ? ['{"a":'] : ['{"a":', '{"a":1}'];
        for (const text of texts) {
          const thrown = await thrownBy(() => decide(text), error!);
          assertEquals([thrown.constructor, thrown.isRetryable], [error, isRetryable]);
          assertEquals(thrown.usage, { input: 10, output: 5 });
        }
        if (acceptsWhole) assertEquals((await decide('{"a":1}')).output, '{"a":1}');
        // The model is told what is missing.
        if (error === undefined) assertEquals((await decide('{"a":')).output, '{"a":');
      }
    });
  }
}

Deno.test("decide() accepts an answer without a finish reason", async () => {
  for (const finishReason of ["", null]) {
    assertEquals((await resultOf(answer("{", { finishReason }))).output, "{");
  }
});

Deno.test("decide() reports a choice of Azure whose message its filter left out", async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5 };
  const reply = json({ choices: [{ finish_reason: "content_filter" }], usage });
  const error = await thrownBy(() => resultOf(reply), LLMContentFilterError);
  assertStringIncludes(error.message, "the content filter withheld the answer");
  assertEquals(error.usage, { input: 10, output: 5 });
});

Deno.test("decide() rejects a malformed response, and shows it", async () => {
  const cases: readonly (readonly [Reply, string, isRetryable: boolean])[] = [
    [
      plain("<html>Log in</html>", "text/html"),
      "received <html>Log in</html> (text/html): is this the address of an API?",
      false,
    ],
    [plain('{"choices":[{"mess'), 'received {"choices":[{"mess (application/json)', true],
    [plain(""), "received an empty body (application/json)", true],
    [json({ choices: [] }), 'received {"choices":[]}', true],
    [json({ choices: [{}] }), 'received {"choices":[{}]}', true],
    [json({ choices: "x" }), 'received {"choices":"x"}', true],
    [json([]), "received []", false],
    [json(null), "received null", false],
    [plain(`${"y\n".repeat(1000)}`), "received y\\ny\\n", true],
  ];
  for (const [reply, expected, isRetryable] of cases) {
    const error = await thrownBy(() => resultOf(reply), LLMError);
    assertStringIncludes(error.message, expected);
    assertStringIncludes(
      error.message,
      'Cannot call model "test/m": expected a chat completion with a choice',
    );
    assertEquals([error.code, error.isRetryable], ["LLM_FAILED", isRetryable]);
    assertEquals(error.message.length < 500, true);
  }
});

Deno.test("decide() finds an error in a response with a success status", async () => {
  const overloaded = { error: { message: "Provider returned error", code: 502 } };
  const error = await thrownBy(() => resultOf(json(overloaded)), LLMHttpError);
  assertEquals([error.status, error.isRetryable], [502, true]);
  const late = choice({ content: "" }, { error: { message: "Gone", code: "rate_limit_exceeded" } });
  const limited = await thrownBy(() => resultOf(late), LLMHttpError);
  assertEquals([limited.status, limited.isRetryable], [429, true]);
  const unknown = await thrownBy(() => resultOf(json({ error: "no model" })), LLMError);
  assertEquals(
    [unknown.message, unknown.code],
    ['Cannot call model "test/m": the server failed: no model', "LLM_FAILED"],
  );
});

Deno.test("decide() ignores a malformed usage", async () => {
  for (const usage of [null, {}, "5", { prompt_tokens: -1, completion_tokens: 1.5 }]) {
    assertEquals(await resultOf(answer("{}", { usage })), { output: "{}", model: "m" });
  }
});
