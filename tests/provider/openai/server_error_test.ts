import { LLMError } from "@nomos/agent";
import {
  LLMContentFilterError,
  LLMContextError,
  LLMHttpError,
  LLMSchemaError,
  openai,
  type OpenAIOptions,
} from "@nomos/agent/openai";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { failure, plain, type Reply } from "../chat_server.ts";
import { requestOf, scripted, thrownBy } from "./fixture.ts";

async function errorOf<Thrown extends Error>(
  reply: Reply,
  type: abstract new (...args: never[]) => Thrown,
  options?: Partial<OpenAIOptions>,
): Promise<Thrown> {
  await using model = await scripted([reply], options);
  return await thrownBy(() => model.llm.decide(requestOf()), type);
}

Deno.test("decide() reports the status, the reason and the request id", async () => {
  const error = await errorOf(
    failure(404, { message: "The model `m` does not exist", code: "model_not_found" }, {
      "x-request-id": "req_1",
    }),
    LLMHttpError,
  );
  assertEquals(
    error.message,
    'Cannot call model "test/m": status 404: The model `m` does not exist (request req_1)',
  );
  assertEquals([error.status, error.code, error.isRetryable], [404, "LLM_HTTP", false]);
});

Deno.test("decide() knows which failures are retryable", async () => {
  for (const status of [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 529]) {
    const error = await errorOf(failure(status), LLMHttpError);
    const passes = [408, 409, 429].includes(status) || status >= 500;
    assertEquals([error.status, error.isRetryable], [status, passes]);
  }
  const spent = { message: "You exceeded your current quota", code: "insufficient_quota" };
  assertEquals((await errorOf(failure(429, spent), LLMHttpError)).isRetryable, false);
  const failed = { message: "Failed to generate JSON", code: "json_validate_failed" };
  assertEquals((await errorOf(failure(400, failed), LLMHttpError)).isRetryable, true);
});

Deno.test("decide() reports the delay that the server asks for", async () => {
  const limited = await errorOf(failure(429, {}, { "retry-after": "2" }), LLMHttpError);
  assertEquals(limited.retryAfter, 2000);
  const exact = { "retry-after-ms": "150", "retry-after": "1" };
  assertEquals((await errorOf(failure(503, {}, exact), LLMHttpError)).retryAfter, 150);
  assertEquals((await errorOf(failure(503), LLMHttpError)).retryAfter, undefined);
});

Deno.test("decide() reads errors in every known form", async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ error: { message: "one" } }, "one"],
    [{ error: "two" }, "two"],
    [{ object: "error", message: "three" }, "three"],
    [{ object: "Error", message: { detail: [{ msg: "four" }] } }, '{"detail":[{"msg":"four"}]}'],
    [{ detail: "five" }, "five"],
    [{ statusCode: 400, message: "six" }, "six"],
    [{ error: { code: "seven" } }, "seven"],
    [{ error: { message: "", type: "eight" } }, "eight"],
    [{ error: { message: "Provider failed", metadata: { raw: "why" } } }, "Provider failed: why"],
    [{ error: {} }, "no reason given"],
    ["nine", '"nine"'],
  ];
  for (const [body, expected] of cases) {
    const error = await errorOf(
      plain(JSON.stringify(body), "application/json", 400),
      LLMHttpError,
    );
    assertEquals(error.message, `Cannot call model "test/m": status 400: ${expected}`);
  }
  const html = await errorOf(plain("<h1>Bad gateway</h1>\n", "text/html", 502), LLMHttpError);
  assertEquals(html.message, 'Cannot call model "test/m": status 502: <h1>Bad gateway</h1>');
  const empty = await errorOf(plain("", "text/plain", 500), LLMHttpError);
  assertEquals(empty.message, 'Cannot call model "test/m": status 500: no reason given');
});

Deno.test("decide() truncates messages of servers, and keeps them on one line", async () => {
  const message = `first\n\u001b[2J${"x".repeat(5000)}`;
  const named = await errorOf(failure(400, { code: "a\nb" }), LLMHttpError);
  assertEquals(named.message, 'Cannot call model "test/m": status 400: a\\nb');
  const error = await errorOf(failure(400, { message }), LLMHttpError);
  assertStringIncludes(error.message, "first\\n\\u001b[2Jxxx");
  assert(error.message.length < 600);
  const huge = await errorOf(plain("z".repeat(1_000_000), "text/plain", 500), LLMHttpError);
  assert(huge.message.length < 600);
});

Deno.test("decide() reports a rejected schema, and the options that may help", async () => {
  const cases: readonly (readonly [number, unknown])[] = [
    [400, { message: "Invalid schema", param: "response_format" }],
    [400, { message: "Invalid", param: "response_format.json_schema.schema" }],
    [400, { message: "Invalid", code: "invalid_json_schema" }],
    [400, { message: "'response_format' of type 'json_schema' is not supported" }],
    [400, { message: "This model does not support response format `json_schema`" }],
    [422, { message: "json_schema: extra inputs are not permitted" }],
    [404, { message: "No endpoints found that can handle the requested parameters." }],
  ];
  for (const [status, said] of cases) {
    const error = await errorOf(failure(status, said), LLMSchemaError);
    assertStringIncludes(
      error.message,
      'Cannot call model "test/m": the server rejected the schema',
    );
    assertStringIncludes(error.message, 'Set output to "tool" or "json_object"');
    assertEquals(error.isRetryable, false);
  }
  const tools = failure(400, { message: "Invalid", param: "tools[0].function.parameters" });
  const tool = await errorOf(tools, LLMSchemaError, { output: "tool" });
  assertStringIncludes(tool.message, 'output to "json_schema" or "json_object"');
  for (
    const message of ["m does not support tools", "`tools` is not supported", "bad tool_choice"]
  ) {
    await errorOf(failure(400, { message }), LLMSchemaError, { output: "tool" });
  }
  const mode = failure(400, { message: "JSON mode is not supported" });
  const object = await errorOf(mode, LLMSchemaError, { output: "json_object" });
  assertStringIncludes(object.message, 'output to "json_schema" or "tool"');
});

Deno.test("decide() does not mistake other errors for a rejected schema", async () => {
  const cases: readonly (readonly [number, unknown])[] = [
    [400, { message: "max_tokens is too large", param: "max_tokens" }],
    [400, { message: "Too long: 9 in the response_format", param: "messages" }],
    [404, { message: "No such model" }],
    [401, { message: "json_schema" }],
    [500, { message: "response_format", param: "response_format" }],
  ];
  for (const [status, said] of cases) await errorOf(failure(status, said), LLMHttpError);
  const long = { message: "Too long: 9 in the response_format", code: "context_length_exceeded" };
  await errorOf(failure(400, long), LLMContextError);
  const tools = failure(400, { message: "Too many messages and tools" });
  await errorOf(tools, LLMHttpError, { output: "tool" });
});

Deno.test("decide() reports a prompt that the content filter rejected", async () => {
  const said = { message: "The response was filtered", code: "content_filter", param: "prompt" };
  const error = await errorOf(failure(400, said), LLMContentFilterError);
  assertEquals(
    error.message,
    'Cannot call model "test/m": the content filter rejected the prompt: The response was filtered',
  );
  assertEquals(error.isRetryable, false);
});

Deno.test("decide() says that no key was sent if the status is 401", async () => {
  await using model = await scripted([failure(401), failure(401)]);
  const withKey = await thrownBy(() => model.llm.decide(requestOf()), LLMHttpError);
  assertEquals(withKey.message, 'Cannot call model "test/m": status 401: it failed');
  const llm = openai({ model: "m", baseURL: model.server.url, name: "test/m" });
  const without = await thrownBy(() => llm.decide(requestOf()), LLMHttpError);
  assertEquals(
    without.message,
    'Cannot call model "test/m": status 401: it failed. No API key was sent: set the option apiKey',
  );
});

Deno.test("decide() follows no redirect", async () => {
  await using elsewhere = await scripted([]);
  const location = `${elsewhere.server.url}/chat/completions?token=canary`;
  const reply: Reply = () => new Response(null, { status: 307, headers: { location } });
  const error = await errorOf(reply, LLMHttpError);
  assertStringIncludes(error.message, `the server redirects to "${elsewhere.server.url}/chat/comp`);
  assert(!error.message.includes("canary"));
  assertEquals([error.status, error.isRetryable], [307, false]);
  assertEquals(elsewhere.server.requests.length, 0);
});

Deno.test("all errors of calls are LLMErrors that contain only data", async () => {
  const error = await errorOf(failure(429, {}, { "retry-after": "2" }), LLMError);
  const data: object = structuredClone({ ...error });
  assertEquals(data, {
    isRetryable: true,
    retryAfter: 2000,
    usage: undefined,
    code: "LLM_HTTP",
    status: 429,
  });
});
