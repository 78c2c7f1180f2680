import { LLMError } from "@nomos/agent";
import { LLMConnectionError, LLMHttpError } from "@nomos/agent/openai";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { events, plain, type Reply } from "../chat_server.ts";
import { SERVER_FAILURES } from "../server_failures.ts";
import { drain, requestOf, scripted, thrownBy } from "./fixture.ts";

const piece = (content: string, finish_reason: string | null = null) =>
  JSON.stringify({ choices: [{ delta: { content }, finish_reason }], usage: null });

const stream = (text: string) => plain(text, "text/event-stream");

/** Returns the errors of a whole and of a streamed request that are answered alike. */
async function errorsOf(reply: Reply): Promise<readonly LLMError[]> {
  await using model = await scripted([reply, reply]);
  return [
    await thrownBy(() => model.llm.decide(requestOf()), LLMError),
    await thrownBy(() => drain(model.llm), LLMError),
  ];
}

for (const { kind, body, isRetryable, status, reason } of SERVER_FAILURES) {
  const json = JSON.stringify(body);
  const replies: Readonly<Record<string, Reply>> = {
    "a whole response": plain(json),
    "text/plain": plain(json, "text/plain"),
    "an event": events([json]),
    "an event after text": events([piece('{"a'), json, "[DONE]"]),
    "an event of the type error": stream(`event: error\ndata: ${json}\n\n`),
  };
  Deno.test(`a failure of status 200 is read from ${kind}, whole and streamed`, async () => {
    for (const [place, reply] of Object.entries(replies)) {
      for (const error of await errorsOf(reply)) {
        assertStringIncludes(error.message, reason);
        assertEquals(error.isRetryable, isRetryable, `${place}: ${error.message}`);
        const found = error instanceof LLMHttpError ? error.status : undefined;
        assertEquals(found, status, `${place}: ${error.message}`);
      }
    }
  });
}

Deno.test("an event of the type error is an error in any form, whole and streamed", async () => {
  const forms: readonly (readonly [data: string, reason: string, isRetryable: boolean])[] = [
    ["upstream connect error: service unavailable", "service unavailable", true],
    ["503 Service Unavailable", "503 Service", true],
    ["first line\ndata: second line", "first line\\nsecond line", true],
    ['{"code":429}', "status 429", true],
    ['{"odd":429}', '{"odd":429}', false],
    ['"Overloaded"', "Overloaded", true],
    ["[]", "[]", false],
    ["", "no reason given", true],
  ];
  for (const [data, reason, isRetryable] of forms) {
    for (const type of ["error", "Error", "response.error"]) {
      const text = `data: ${piece("{")}\n\nevent: ${type}\ndata: ${data}\n\n`;
      for (const error of await errorsOf(stream(text))) {
        assertStringIncludes(error.message, reason);
        assertEquals(error.isRetryable, isRetryable, error.message);
      }
    }
  }
});

Deno.test("a body without JSON is a temporary failure, unless it is a web page", async () => {
  const bodies: readonly (readonly [body: string, type: string])[] = [
    ["upstream unavailable", "text/plain"],
    ["", "application/json"],
    ['{"choices":[{"mess', "application/json"],
    ["no healthy upstream", "text/event-stream"],
    ["<html>", "application/octet-stream"],
  ];
  for (const [body, type] of bodies) {
    for (const error of await errorsOf(plain(body, type))) {
      assertEquals(error.isRetryable, true, error.message);
    }
  }
  for (const error of await errorsOf(plain("<html>Log in</html>", "text/html; charset=utf-8"))) {
    assertStringIncludes(error.message, "is this the address of an API?");
    assertEquals(error.isRetryable, false);
  }
});

Deno.test("an answer without a choice is a temporary failure, and reports its usage", async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 0 };
  for (const choices of [[], [{}], null]) {
    const json = JSON.stringify({ choices, usage });
    for (const reply of [plain(json), events([json, "[DONE]"])]) {
      for (const error of await errorsOf(reply)) {
        assertStringIncludes(error.message, "expected a chat completion with a choice");
        assertEquals([error.isRetryable, error.usage], [true, { input: 7, output: 0 }]);
      }
    }
  }
});

Deno.test("[DONE] in the middle of the JSON is a temporary failure, whole and streamed", async () => {
  const replies: readonly Reply[] = [
    events([piece('{"a'), "[DONE]"]),
    events([piece('```json\n{"a'), "[DONE]"]),
    stream(`data: ${piece('{"a')}\ndata: [DONE]\n\n`),
    stream(`data: {"choices":[{"del\ndata: [DONE]\n\n`),
  ];
  for (const reply of replies) {
    for (const error of await errorsOf(reply)) assertEquals(error.isRetryable, true, error.message);
  }
  const [error] = await errorsOf(replies[0]!);
  assertEquals(error!.constructor, LLMConnectionError);
});

/** Answers that servers send in another way than the request asks for. */
const ANSWERS: Readonly<Record<string, Reply>> = {
  "JSON as text/plain": plain(
    JSON.stringify({ choices: [{ message: { content: '{"a":1}' }, finish_reason: "stop" }] }),
    "text/plain; charset=utf-8",
  ),
  "JSON as a stream of events": stream(
    JSON.stringify(
      { choices: [{ message: { content: '{"a":1}' }, finish_reason: "stop" }] },
      null,
      2,
    ),
  ),
  "JSON behind comments": stream(
    `: wait\n\n: wait\n\n${JSON.stringify({ choices: [{ message: { content: '{"a":1}' } }] })}`,
  ),
  "a stream of events as JSON": plain(
    `data: ${piece('{"a":')}\n\ndata: ${piece("1}", "stop")}\n\ndata: [DONE]\n\n`,
  ),
  "events separated by single line ends": stream(
    `data: ${piece('{"a":')}\ndata: ${piece("1}", "stop")}\ndata: [DONE]\n\n`,
  ),
  "a message that repeats its parts": stream(
    `data: ${piece('{"a":1}')}\n\ndata: ${
      JSON.stringify({ choices: [{ message: { content: '{"a":1}' }, finish_reason: "stop" }] })
    }\n\n`,
  ),
};

for (const [form, reply] of Object.entries(ANSWERS)) {
  Deno.test(`an answer is read from ${form}, whole and streamed`, async () => {
    await using model = await scripted([reply, reply]);
    const result = await model.llm.decide(requestOf());
    assertEquals(result.output, '{"a":1}');
    assertEquals((await drain(model.llm)).at(-1), { type: "result", result });
  });
}

Deno.test("no failure shows the prompt that a server repeats in its error", async () => {
  const messages = [{ role: "user", content: "confidential" }];
  const bodies = [
    { detail: [{ loc: ["body"], msg: "Field required", input: { messages } }] },
    { error: { code: 400, message: { reason: "bad", request: { messages } } } },
    { status: "odd", messages },
    { code: 400, prompt: "confidential" },
    { error: { message: `Cannot read ${JSON.stringify({ messages })}`, code: 400 } },
  ].map((body) => JSON.stringify(body));
  bodies.push(`Cannot read ${bodies[1]}`, bodies[2]!.slice(0, -2));
  for (const body of bodies) {
    for (const reply of [plain(body), stream(`event: error\ndata: ${body}\n\n`)]) {
      for (const error of await errorsOf(reply)) {
        assertEquals(Deno.inspect(error).includes("confidential"), false, error.message);
      }
    }
  }
});
