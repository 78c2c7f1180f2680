import { ConfigError, LLMError } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { APICallError, LoadAPIKeyError } from "ai";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMSchemaError,
  LLMTimeoutError,
} from "@nomos/agent/llm";
import { requestOf, standIn } from "./fixture.ts";

/** Returns the error of a call whose model throws this value. */
async function errorOf(thrown: unknown): Promise<Error> {
  const generate = () => Promise.reject(thrown);
  return await assertRejects(() => aiSdk(standIn({ generate })).decide(requestOf()), Error);
}

async function llmErrorOf(thrown: unknown): Promise<LLMError> {
  const error = await errorOf(thrown);
  assertInstanceOf(error, LLMError);
  return error;
}

/** Creates the error that vendor packages throw for a response. */
function apiError(
  message: string,
  statusCode: number,
  rest: { data?: unknown; responseHeaders?: Record<string, string>; responseBody?: string } = {},
): APICallError {
  return new APICallError({
    message,
    statusCode,
    url: "https://api.example/v1",
    requestBodyValues: { messages: ["confidential"] },
    data: {},
    ...rest,
  });
}

Deno.test("aiSdk() reports the status of the server, and if the call is retryable", async () => {
  const cases: readonly [status: number, isRetryable: boolean][] = [
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, true],
    [429, true],
    [500, true],
    [503, true],
    [529, true],
  ];
  for (const [status, isRetryable] of cases) {
    const error = await llmErrorOf(apiError("Too busy", status));
    assertInstanceOf(error, LLMHttpError);
    assertEquals(
      error.message,
      `Cannot call model "house/small": status ${status}: Too busy`,
    );
    assertEquals([error.status, error.isRetryable], [status, isRetryable]);
    // The same for a package whose errors have no `isRetryable`.
    const loose = await llmErrorOf({ message: "Too busy", statusCode: status });
    assertEquals(loose.isRetryable, isRetryable);
  }
});

Deno.test("aiSdk() does not retry an exhausted quota", async () => {
  const data = { error: { message: "No quota", code: "insufficient_quota" } };
  assertEquals((await llmErrorOf(apiError("No quota", 429, { data }))).isRetryable, false);
});

Deno.test("aiSdk() reports the delay that the server asks for", async () => {
  const waitOf = async (responseHeaders: Record<string, string>) =>
    (await llmErrorOf(apiError("Slow down", 429, { responseHeaders }))).retryAfter;
  assertEquals(await waitOf({ "retry-after": "3" }), 3000);
  assertEquals(await waitOf({ "Retry-After": "3", "retry-after-ms": "250" }), 250);
  const date = "Wed, 25 Nov 2026 21:00:00 GMT";
  assertEquals(await waitOf({ "retry-after": "Wed, 25 Nov 2026 21:00:20 GMT", date }), 20_000);
  assertEquals(await waitOf({ "retry-after": "Wed, 25 Nov 2026 20:00:00 GMT", date }), 0);
  assertEquals(await waitOf({ "retry-after": "soon" }), undefined);
  assertEquals(await waitOf({ "retry-after": "-1" }), undefined);
  assertEquals(await waitOf({}), undefined);
});

Deno.test("aiSdk() distinguishes a rejected schema from a rejected prompt", async () => {
  const schema = [
    apiError("Bad request", 400, { data: { error: { param: "response_format" } } }),
    apiError("Bad request", 400, { data: { error: { code: "invalid_json_schema" } } }),
    apiError("output_config.format.schema: 'allOf' is not supported", 400),
    apiError("Invalid value at 'generation_config.response_json_schema'", 400),
    apiError("Unprocessable Entity", 422, {
      data: undefined,
      responseBody: '{"detail":[{"loc":["body","response_format"]}]}',
    }),
  ];
  for (const thrown of schema) {
    const error = await llmErrorOf(thrown);
    assertEquals([error.constructor, error.isRetryable], [LLMSchemaError, false]);
    assert(error.message.includes("the vendor rejected the schema: "), error.message);
  }
  const filtered = [
    apiError("Filtered", 400, { data: { error: { code: "content_filter" } } }),
    apiError("Output blocked by content filtering policy", 400),
  ];
  for (const thrown of filtered) {
    assertEquals((await llmErrorOf(thrown)).constructor, LLMContentFilterError);
  }
  // The message alone does not make it an error of the schema.
  assertEquals((await llmErrorOf(apiError("response_format", 503))).constructor, LLMHttpError);
});

Deno.test("aiSdk() reports a failed connection", async () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const cut = new TypeError("error reading a body from connection");
  const failures = [
    new TypeError("error sending request for url (http://localhost:1/)"),
    new TypeError("fetch failed", { cause: refused }),
    new APICallError({
      message: "Cannot connect to API: refused",
      url: "http://localhost:1",
      requestBodyValues: {},
      cause: refused,
      isRetryable: true,
    }),
    new APICallError({
      message: "Failed to process successful response",
      url: "http://localhost:1",
      requestBodyValues: {},
      statusCode: 200,
      cause: cut,
    }),
  ];
  for (const thrown of failures) {
    const error = await llmErrorOf(thrown);
    assertEquals([error.constructor, error.isRetryable], [LLMConnectionError, true]);
    const said = error.message.split('Cannot call model "house/small": the connection failed: ')[1];
    assert(/refused|ECONNREFUSED|error sending|error reading a body/i.test(said ?? ""), said);
  }
  const timeout = await llmErrorOf(new DOMException("Signal timed out.", "TimeoutError"));
  assertEquals([timeout.constructor, timeout.isRetryable], [LLMTimeoutError, true]);
});

Deno.test("aiSdk() reports other failures, and does not mistake a bug for a network failure", async () => {
  const cases: readonly [thrown: unknown, reason: string, isRetryable: boolean][] = [
    [new TypeError("x is not a function"), "x is not a function", false],
    [apiError("Invalid JSON response", 200), "Invalid JSON response", false],
    ["just text", "just text", false],
    [undefined, "undefined", false],
    [{ type: "overloaded_error", message: "Overloaded" }, "Overloaded", true],
    [{ type: "invalid_request_error", message: "No" }, "No", false],
    [{ message: "Busy", isRetryable: true, data: {} }, "Busy", true],
    [{ error: { message: "inner", type: "server_error" } }, "inner", true],
  ];
  for (const [thrown, reason, isRetryable] of cases) {
    const error = await llmErrorOf(thrown);
    assertEquals(error.constructor, LLMError);
    assertEquals(error.message, `Cannot call model "house/small": ${reason}`);
    assertEquals(error.isRetryable, isRetryable, reason);
  }
});

Deno.test("aiSdk() reports a missing API key as a mistake in the program", async () => {
  const thrown = new LoadAPIKeyError({ message: "OpenAI API key is missing." });
  const error = await errorOf(thrown);
  assertInstanceOf(error, ConfigError);
  assertEquals(error.message, 'Cannot call model "house/small": OpenAI API key is missing.');
});

Deno.test("aiSdk() keeps neither the request nor keys in an error", async () => {
  const key = "sk-proj-abcdef1234567890";
  const thrown = new APICallError({
    message: `Incorrect API key provided: ${key}\nsecond line`,
    statusCode: 401,
    url: `https://api.example/v1?api_key=${key}`,
    requestBodyValues: { messages: ["confidential"] },
    responseHeaders: { "set-cookie": "session=confidential" },
    responseBody: `confidential ${key}`,
    data: { echoed: key },
    cause: new Error(`Authorization: Bearer ${key}`),
  });
  const error = await errorOf(thrown);
  const cause = error.cause as Error;
  const all = [error, cause].flatMap((one) => [one.message, one.stack, Deno.inspect(one)]).join();
  assert(!all.includes(key) && !all.includes("confidential"), all);
  assertEquals(
    error.message,
    'Cannot call model "house/small": status 401: ' +
      "Incorrect API key provided: [redacted]\\nsecond line",
  );
  assertEquals([cause.name, cause.cause], ["AI_APICallError", undefined]);
  // The stack frames are kept.
  assert(cause.stack!.includes("vendor_error_test.ts"));
});

Deno.test("aiSdk() truncates the message of a server", async () => {
  const error = await errorOf(
    apiError("Bad", 500, { data: undefined, responseBody: "x".repeat(1e6) }),
  );
  assert(error.message.length < 700 && error.message.includes("Bad: xxx"), error.message);
});

Deno.test("aiSdk() throws the reason of the signal that ended a call", async () => {
  const controller = new AbortController();
  const generate = () => {
    controller.abort(new Error("enough"));
    return Promise.reject(new DOMException("The signal has been aborted", "AbortError"));
  };
  const model = standIn({ generate });
  const request = requestOf({ signal: controller.signal });
  await assertRejects(() => aiSdk(model).decide(request), Error, "enough");
  // A signal that has already aborted causes no call.
  await assertRejects(() => aiSdk(model).decide(request), Error, "enough");
  assertEquals(model.calls.length, 1);
});

Deno.test("aiSdk() reads the status in an error of a stream, and retries what its message calls temporary", async () => {
  const codes: readonly [unknown, boolean][] = [
    [{ message: "Overloaded", code: 503 }, true],
    [{ message: "Slow down", code: "429" }, true],
    [{ message: "No such model", code: 404 }, false],
    ["Overloaded", true],
    ["Rate limit exceeded", true],
    ["The server had an error", true],
    ["Invalid prompt", false],
  ];
  for (const [thrown, isRetryable] of codes) {
    assertEquals((await llmErrorOf(thrown)).isRetryable, isRetryable, Deno.inspect(thrown));
  }
});

Deno.test("aiSdk() reads the delay in the body of Gemini's error", async () => {
  const error = { code: 429, message: "Quota", details: [{ retryDelay: "34.4s" }] };
  for (const body of [{ error }, [{ error }]]) {
    const thrown = apiError("Quota", 429, { responseBody: JSON.stringify(body) });
    assertEquals((await llmErrorOf(thrown)).retryAfter, 34_400);
  }
});
