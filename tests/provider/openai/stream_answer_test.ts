import { LLMError } from "@nomos/agent";
import type { LLMChunk } from "@nomos/agent/llm";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
  openai,
  type OpenAIOptions,
} from "@nomos/agent/openai";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  answer,
  brokenAnswer,
  events,
  failure,
  plain,
  type Reply,
  silence,
  type StreamEnding,
} from "../chat_server.ts";
import { drain, KEY, requestOf, scripted, thrownBy } from "./fixture.ts";

async function chunksOf(reply: Reply, options?: Partial<OpenAIOptions>): Promise<LLMChunk[]> {
  await using model = await scripted([reply], options);
  return await drain(model.llm);
}

async function errorOf<Thrown extends Error>(
  reply: Reply,
  type: abstract new (...args: never[]) => Thrown,
  options?: Partial<OpenAIOptions>,
): Promise<Thrown> {
  return await thrownBy(() => chunksOf(reply, options), type);
}

/** Creates the data of an event with a piece of text. */
const piece = (content: string, finish_reason: string | null = null) =>
  JSON.stringify({ choices: [{ delta: { content }, finish_reason }] });

const texts = (chunks: readonly LLMChunk[]) =>
  chunks.flatMap((chunk) => chunk.type === "text" ? [chunk.text] : []);

Deno.test("stream() yields text as it arrives, then the result of decide()", async () => {
  await using model = await scripted([answer({ a: 123 }), answer({ a: 123 })]);
  assertEquals(await drain(model.llm), [
    { type: "text", text: '{"a' },
    { type: "text", text: '":1' },
    { type: "text", text: "23}" },
    { type: "result", result: await model.llm.decide(requestOf()) },
  ]);
});

Deno.test("stream() yields the arguments of the required function", async () => {
  const chunks = await chunksOf(answer({ a: 1 }), { output: "tool" });
  assertEquals(texts(chunks).join(""), '{"a":1}');
  assertEquals(chunks.at(-1)!.type, "result");
});

Deno.test("stream() skips comments, empty events and events without a choice", async () => {
  const pieces = [
    ": OPENROUTER PROCESSING\n\n",
    'data: {"choices":[],"prompt_filter_results":[{}]}\n\n',
    "data:\n\n",
    `event: message\ndata: ${piece("{}")}\n\n`,
    ": OPENROUTER PROCESSING\n\n",
    `data: ${piece("", "stop")}\n\ndata: [DONE]\n\n`,
  ];
  const chunks = await chunksOf(plain(pieces.join(""), "text/event-stream"));
  assertEquals(chunks, [
    { type: "text", text: "{}" },
    { type: "result", result: { output: "{}" } },
  ]);
});

Deno.test("stream() reports the last usage", async () => {
  const usage = (completion_tokens: number, choices: unknown[]) =>
    JSON.stringify({ choices, usage: { prompt_tokens: 1, completion_tokens } });
  const reply = events([
    usage(1, [{ delta: { content: "{}" } }]),
    usage(2, [{ delta: {}, finish_reason: "stop" }]),
    usage(3, []),
    JSON.stringify({ choices: [], usage: null }),
    "[DONE]",
  ]);
  const result = (await chunksOf(reply)).at(-1);
  assertEquals(result, {
    type: "result",
    result: { output: "{}", usage: { input: 1, output: 3 } },
  });
});

Deno.test("stream() accepts a complete response from a server that does not stream", async () => {
  const content = '{"a":1}';
  const whole = plain(
    JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] }),
  );
  assertEquals(await chunksOf(whole), [
    { type: "text", text: content },
    { type: "result", result: { output: content } },
  ]);
  const late = plain('{"error":{"code":500,"message":"late"}}');
  assertEquals((await errorOf(late, LLMHttpError)).status, 500);
});

Deno.test("stream() accepts an answer that the server has finished", async () => {
  const text = (chunks: readonly LLMChunk[]) => texts(chunks).join("");
  // A finish reason completes the answer, although its text is not valid JSON.
  for (const ending of ["whole", "cut"] satisfies StreamEnding[]) {
    assertEquals(text(await chunksOf(events([piece('{"a"', "stop")], ending))), '{"a"');
  }
  // `[DONE]` completes everything but JSON in its middle.
  assertEquals(text(await chunksOf(events([piece("Hello"), "[DONE]"], "never"))), "Hello");
  for (const start of ['{"a"', '```json\n{"a"']) {
    const error = await errorOf(events([piece(start), "[DONE]"], "never"), LLMConnectionError);
    assertEquals(error.isRetryable, true);
  }
});

Deno.test("stream() accepts valid JSON as a complete answer if the server sends no finish reason", async () => {
  assertEquals(texts(await chunksOf(events([piece('{"a"'), piece(":1}")]))), ['{"a"', ":1}"]);
  for (const text of ['{"a":', "", "1", '"a"']) {
    const error = await errorOf(events([piece(text)]), LLMConnectionError);
    assertEquals(
      error.message,
      'Cannot call model "test/m": the response ended before the answer was complete',
    );
    assertEquals(error.isRetryable, true);
  }
});

Deno.test("stream() reads an unterminated last event, unless its JSON is incomplete", async () => {
  const first = `data: ${piece('{"a"')}\n\n`;
  const last = `data: ${piece(":1}", "stop")}`;
  const typed = (text: string) => plain(text, "text/event-stream");
  assertEquals(texts(await chunksOf(typed(`${first}${last}`))), ['{"a"', ":1}"]);
  assertEquals(texts(await chunksOf(typed(`${first}${last}\n\ndata: [DONE]`))), ['{"a"', ":1}"]);
  for (const length of [10, 40, last.length - 1]) {
    await errorOf(typed(`${first}${last.slice(0, length)}`), LLMConnectionError);
  }
});

Deno.test("stream() reports a broken connection", async () => {
  const error = await errorOf(brokenAnswer({ a: 1 }, 3, "cut"), LLMConnectionError);
  assertStringIncludes(
    error.message,
    'Cannot call model "test/m": the connection broke before the response was complete: ',
  );
  assertEquals(error.isRetryable, true);
  await errorOf(events([]), LLMConnectionError);
});

Deno.test("stream() rejects a malformed stream", async () => {
  const html = await errorOf(plain("<h1>Hello</h1>", "text/html"), LLMError);
  assertStringIncludes(
    html.message,
    "but received <h1>Hello</h1> (text/html): is this the address",
  );
  const broken = await errorOf(events(['{"choices":[', piece("x", "stop")]), LLMError);
  assertStringIncludes(broken.message, 'but received {"choices":[ (text/event-stream');
  assertEquals([html.isRetryable, broken.isRetryable], [false, true]);
  const headers = { "content-type": "text/event-stream" };
  const endless = new Response(`data: ${"x".repeat(17_000_000)}`, { headers });
  const llm = openai({ model: "m", apiKey: KEY, fetch: () => Promise.resolve(endless) });
  const tooLong = await thrownBy(() => drain(llm), LLMError);
  assertStringIncludes(tooLong.message, "expected at most 16000000 characters");
});

/** A stream of this many events with these fields of a delta, and with characters around them. */
function endlessEvents(count: number, delta: Record<string, unknown>, framing = 0): Response {
  const event = { id: "x".repeat(framing), choices: [{ delta: { role: "assistant", ...delta } }] };
  const bytes = new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < count) return controller.enqueue(bytes);
      controller.enqueue(new TextEncoder().encode("data: [DONE]\n\n"));
      controller.close();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

Deno.test("stream() limits the text of an answer, not the protocol around it", async () => {
  const read = (response: Response) =>
    drain(openai({ model: "m", apiKey: KEY, fetch: () => Promise.resolve(response) }));
  const chunks = await read(endlessEvents(40, { content: " " }, 1 << 20));
  assertEquals(chunks.at(-1), { type: "result", result: { output: " ".repeat(40) } });
  const text = "x".repeat(1 << 20);
  const call = { index: 0, function: { name: "f", arguments: text } };
  for (const delta of [{ content: text }, { reasoning: text }, { tool_calls: [call] }]) {
    const error = await thrownBy(() => read(endlessEvents(40, delta)), LLMError);
    assertStringIncludes(error.message, "at most 33554432 characters of text");
  }
});

Deno.test("stream() finds an error within a stream", async () => {
  const withError = (error: unknown, rest = {}) =>
    events([piece('{"a"'), JSON.stringify({ error, ...rest })]);
  const failed = await errorOf(
    withError({ code: 502, message: "Provider disconnected" }, {
      choices: [{ delta: { content: "" }, finish_reason: "error" }],
    }),
    LLMHttpError,
  );
  assertEquals(
    [failed.message, failed.status, failed.isRetryable],
    ['Cannot call model "test/m": status 502: Provider disconnected', 502, true],
  );
  const limited = await errorOf(withError({ type: "rate_limit_error" }), LLMHttpError);
  assertEquals([limited.status, limited.isRetryable], [429, true]);
  await errorOf(withError({ code: "content_filter", message: "No" }), LLMContentFilterError);
  await errorOf(withError({ code: "invalid_json_schema", message: "No" }), LLMSchemaError);
  const unknown = await errorOf(withError("gone"), LLMError);
  assertEquals(unknown.message, 'Cannot call model "test/m": the server failed: gone');
});

Deno.test("stream() fails before the stream as decide() does", async () => {
  assertEquals((await errorOf(failure(429), LLMHttpError)).isRetryable, true);
});

Deno.test("stream() reports refusals, token limits and content filters with their usage", async () => {
  const usage = { input: 10, output: 5 };
  const refused = await errorOf(answer("", { refusal: "I cannot" }), LLMRefusalError);
  const long = await errorOf(answer("{", { finishReason: "length" }), LLMLengthError);
  const filtered = await errorOf(
    answer("{", { finishReason: "content_filter" }),
    LLMContentFilterError,
  );
  assertEquals([refused.usage, long.usage, filtered.usage], [usage, usage, usage]);
});

Deno.test("stream() sends one request, when it is first read", async () => {
  await using model = await scripted([answer("{}")]);
  const stream = model.llm.stream!(requestOf())[Symbol.asyncIterator]();
  assertEquals(model.server.requests.length, 0);
  await stream.next();
  assertEquals(model.server.requests.length, 1);
  await stream.return!();
  assertEquals(await stream.next(), { done: true, value: undefined });
  const unread = model.llm.stream!(requestOf())[Symbol.asyncIterator]();
  assertEquals(await unread.return!(), { done: true, value: undefined });
  assertEquals(model.server.requests.length, 1);
});

Deno.test("stream() cancels its request when it is closed early", async () => {
  await using model = await scripted([brokenAnswer({ a: 1 }, 3, "never")]);
  for await (const chunk of model.llm.stream!(requestOf())) {
    assertEquals(chunk.type, "text");
    break;
  }
  await model.server.requests[0]!.abandoned;
});

Deno.test("stream() cancels its request when it is closed while waiting", async () => {
  await using model = await scripted([silence, brokenAnswer({ a: 1 }, 2, "never")]);
  const silent = model.llm.stream!(requestOf())[Symbol.asyncIterator]();
  const first = silent.next();
  const { abandoned } = await model.server.arrival(0);
  await silent.return!();
  assertEquals(await first, { done: true, value: undefined });
  await abandoned;
  const endless = model.llm.stream!(requestOf())[Symbol.asyncIterator]();
  assertEquals((await endless.next()).value, { type: "text", text: '{"a' });
  const second = endless.next();
  await endless.return!();
  assertEquals(await second, { done: true, value: undefined });
  await model.server.requests[1]!.abandoned;
});

Deno.test("stream() throws the reason of its signal, before and during the stream", async () => {
  await using model = await scripted([silence, brokenAnswer({ a: 1 }, 2, "never")]);
  const reason = new Error("no longer wanted");
  for (const index of [0, 1]) {
    const leaving = new AbortController();
    const { signal } = leaving;
    const stream = model.llm.stream!(requestOf("Hi", { signal }))[Symbol.asyncIterator]();
    if (index === 1) assertEquals((await stream.next()).value?.type, "text");
    const waiting = assertRejects(() => stream.next());
    const { abandoned } = await model.server.arrival(index);
    leaving.abort(reason);
    assertEquals(await waiting, reason);
    await abandoned;
  }
});

Deno.test("stream() does not read ahead", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new TextEncoder().encode(`data: ${piece(`${pulled}`)}\n\n`));
    },
  }, { highWaterMark: 0 });
  const headers = { "content-type": "text/event-stream" };
  const respond = () => Promise.resolve(new Response(body, { headers }));
  const llm = openai({ model: "m", apiKey: KEY, fetch: respond });
  const stream = llm.stream!(requestOf())[Symbol.asyncIterator]();
  for (const expected of ["1", "2", "3"]) {
    assertEquals((await stream.next()).value, { type: "text", text: expected });
    assertEquals(pulled, Number(expected));
  }
  await stream.return!();
});

Deno.test("stream() yields the same text, regardless of chunk boundaries", async () => {
  const text = JSON.stringify({ a: "Grüße 😀\u2028\n", b: [1, 2] });
  const bytes = new TextEncoder().encode(
    [...text].map((character) => `data: ${piece(character)}\r\n\r\n`).join("") +
      `data: ${piece("", "stop")}\n\ndata: [DONE]\n\n`,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (places) => {
      const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
      const body = ReadableStream.from(
        cuts.slice(1).map((cut, index) => bytes.slice(cuts[index], cut)),
      );
      const headers = { "content-type": "text/event-stream" };
      const respond = () => Promise.resolve(new Response(body, { headers }));
      const chunks = await drain(openai({ model: "m", apiKey: KEY, fetch: respond }));
      assertEquals(texts(chunks), [...text]);
      assertEquals(chunks.at(-1), { type: "result", result: { output: text } });
    }),
    { numRuns: 100 },
  );
});
