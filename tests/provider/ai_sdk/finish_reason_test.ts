import { LLMError } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { assertEquals, assertRejects } from "@std/assert";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMLengthError,
  LLMRefusalError,
} from "@nomos/agent/llm";
import { ENDINGS } from "../endings.ts";
import { generated, requestOf, standIn } from "./fixture.ts";

/** Returns the error for an answer with this finish reason. */
async function errorOf(finishReason: unknown, text = "cut {"): Promise<LLMError> {
  const generate = () => generated(text, { finishReason });
  return await assertRejects(() => aiSdk(standIn({ generate })).decide(requestOf()), LLMError);
}

async function outputOf(finishReason: unknown, text: string): Promise<unknown> {
  const generate = () => generated(text, { finishReason });
  return (await aiSdk(standIn({ generate })).decide(requestOf())).output;
}

Deno.test("aiSdk() throws for an answer that reaches the token limit, with its usage", async () => {
  for (const reason of ["length", { unified: "length", raw: "max_tokens" }]) {
    const error = await errorOf(reason);
    assertEquals(error.constructor, LLMLengthError);
    assertEquals(
      error.message,
      'Cannot call model "house/small": the answer was cut off at the token limit: ' +
        "increase maxOutputTokens, which includes reasoning tokens",
    );
    assertEquals([error.usage, error.isRetryable], [{ input: 80, output: 12 }, false]);
  }
});

Deno.test("aiSdk() distinguishes a refusal by the model from the content filter of the vendor", async () => {
  for (const raw of ["refusal", "stop", undefined]) {
    const error = await errorOf({ unified: "content-filter", raw }, "I can't\nhelp");
    assertEquals(error.constructor, LLMRefusalError);
    assertEquals(
      error.message,
      'Cannot call model "house/small": the model refused to answer: I can\'t\\nhelp',
    );
    assertEquals(error.usage, { input: 80, output: 12 });
  }
  for (
    const [reason, end] of [
      ["content-filter", "withheld the answer"],
      [{ unified: "content-filter", raw: "SAFETY" }, "withheld the answer: SAFETY"],
      [{ unified: "content-filter", raw: "content_filter" }, "withheld the answer: content_filter"],
    ] as const
  ) {
    const error = await errorOf(reason);
    assertEquals(error.constructor, LLMContentFilterError);
    assertEquals(error.message.endsWith(`the content filter ${end}`), true, error.message);
    assertEquals(error.isRetryable, false);
  }
});

Deno.test("aiSdk() throws for an answer that ends with an error or is interrupted", async () => {
  for (const reason of ["error", { unified: "error", raw: undefined }]) {
    const error = await errorOf(reason);
    assertEquals([error.constructor, error.isRetryable], [LLMError, true]);
  }
  for (
    const reason of [
      { unified: "interrupted", raw: undefined },
      { unified: "other", raw: undefined },
      "unknown",
      "other",
    ]
  ) {
    const error = await errorOf(reason);
    assertEquals([error.constructor, error.isRetryable], [LLMConnectionError, true]);
    assertEquals(
      error.message,
      'Cannot call model "house/small": the response ended before the answer was complete',
    );
  }
});

Deno.test("aiSdk() accepts an answer with a normal or unknown finish reason", async () => {
  for (
    const reason of [
      "stop",
      "tool-calls",
      "unknown",
      undefined,
      7,
      { unified: "stop", raw: "end_turn" },
      { unified: "other", raw: undefined },
      { unified: "of a later version" },
    ]
  ) {
    assertEquals(await outputOf(reason, '{"a":1}'), '{"a":1}');
  }
});

for (const { reasons, error, isRetryable, acceptsWhole } of ENDINGS) {
  for (const raw of reasons) {
    // As packages unify an ending that they do not know.
    const reason = { unified: "other", raw };
    Deno.test(`aiSdk() reads an answer that ends with ${raw}, cut off and whole`, async () => {
      const texts = error === undefined ? [] : acceptsWhole ? ['{"a":'] : ['{"a":', '{"a":1}'];
      for (const text of texts) {
        const thrown = await errorOf(reason, text);
        assertEquals([thrown.constructor, thrown.isRetryable], [error, isRetryable]);
        assertEquals(thrown.usage, { input: 80, output: 12 });
      }
      if (acceptsWhole) assertEquals(await outputOf(reason, '{"a":1}'), '{"a":1}');
      if (error === undefined) assertEquals(await outputOf(reason, '{"a":'), '{"a":');
    });
  }
}
