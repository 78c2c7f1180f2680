import { LLMHttpError, openai } from "@nomos/agent/openai";
import { assert, assertEquals } from "@std/assert";
import { KEY, requestOf, thrownBy } from "./fixture.ts";

/** Returns the `retryAfter` of the error for a response with these headers. */
async function read(
  headers: Record<string, string>,
  body: unknown = {},
  status = 429,
): Promise<number | undefined> {
  const fetch = () => Promise.resolve(Response.json(body, { status, headers }));
  const llm = openai({ model: "m", apiKey: KEY, fetch });
  return (await thrownBy(() => llm.decide(requestOf()), LLMHttpError)).retryAfter;
}

const date = "Thu, 01 Jan 2026 00:00:04 GMT";

Deno.test("openai() reads milliseconds, seconds and dates of retry-after", async () => {
  assertEquals(await read({ "retry-after-ms": "1500" }), 1500);
  assertEquals(await read({ "retry-after-ms": "0.5" }), 0.5);
  assertEquals(await read({ "retry-after": "3" }), 3000);
  assertEquals(await read({ "retry-after": " 0.0001 " }), 1);
  assertEquals(await read({ "retry-after": "0" }), 0);
});

Deno.test("openai() tells durations and times since 1970 of retry-after from seconds", async () => {
  assertEquals(await read({ "retry-after": "7.66s" }), 7660);
  assertEquals(await read({ "retry-after": "1767225605", date }), 1000);
  assertEquals(await read({ "retry-after": "1767225604250", date }), 250);
  assertEquals(await read({ "retry-after": "2026-01-01T00:00:05Z", date }), 1000);
});

Deno.test("openai() compares a retry-after date with the clock of the server", async () => {
  assertEquals(await read({ "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT", date }), 1000);
  assertEquals(await read({ "retry-after": "Thu, 01 Jan 2026 00:00:03 GMT", date }), 0);
  for (const rest of [{}, { date: "?" }]) {
    const until = new Date(Date.now() + 60_000).toUTCString();
    const wait = await read({ "retry-after": until, ...rest });
    assert(wait !== undefined && wait > 0 && wait <= 60_000, `${wait}`);
  }
});

Deno.test("openai() prefers retry-after-ms, unless it is invalid", async () => {
  assertEquals(await read({ "retry-after-ms": "100", "retry-after": "3" }), 100);
  assertEquals(await read({ "retry-after-ms": "soon", "retry-after": "3" }), 3000);
});

Deno.test("openai() ignores a missing or invalid retry-after", async () => {
  for (const value of ["", "soon", "-5", "1e9", "Infinity", "Thu, soon"]) {
    assertEquals(await read({ "retry-after": value }), undefined, value);
  }
  assertEquals(await read({}), undefined);
});

Deno.test("openai() reads when a rate limit is reset, if it is used up and the status is 429", async () => {
  const usedUp = { "x-ratelimit-remaining-requests": "0" };
  const resets: readonly (readonly [string, number | undefined])[] = [
    ["20ms", 20],
    ["1s", 1000],
    ["6m0s", 360_000],
    ["1h2m3.5s", 3_723_500],
    ["1d1h", 90_000_000],
    ["2026-01-01T00:00:05Z", 1000],
    ["12", 12_000],
    ["1767225605", 1000],
    ["1767225604250", 250],
    ["1767225600", 0],
    ["", undefined],
    ["soon", undefined],
    ["-1s", undefined],
  ];
  for (const [reset, expected] of resets) {
    const headers = { ...usedUp, "x-ratelimit-reset-requests": reset, date };
    assertEquals(await read(headers), expected, reset);
    assertEquals(await read(headers, {}, 503), undefined);
    assertEquals(await read({ ...headers, "x-ratelimit-remaining-requests": "3" }), undefined);
    assertEquals(await read({ ...headers, "retry-after": "2" }), 2000);
  }
  const both = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "3s" };
  assertEquals(await read({ ...usedUp, "x-ratelimit-reset-requests": "1s", ...both }), 3000);
  for (const limit of ["", "-tokens-minute"]) {
    const headers = { [`x-ratelimit-remaining${limit}`]: "0", [`x-ratelimit-reset${limit}`]: "5" };
    assertEquals(await read(headers), 5000);
  }
});

Deno.test("openai() reads the delay in Gemini's error, an object or in a list, also with status 200", async () => {
  const error = { code: 429, message: "Quota", details: [{ retryDelay: "34.4s" }] };
  for (const body of [{ error }, [{ error }]]) {
    assertEquals(await read({}, body), 34_400);
    assertEquals(await read({}, body, 200), 34_400);
    assertEquals(await read({ "retry-after": "3" }, body), 3000);
  }
  assertEquals(
    await read({}, { error: { ...error, details: [{ retryDelay: "soon" }] } }),
    undefined,
  );
});

Deno.test("openai() reads a rate limit that OpenRouter repeats in the body", async () => {
  const reset = (remaining: string) => ({
    error: {
      code: 429,
      message: "Rate limit exceeded",
      metadata: {
        headers: { "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": "5" },
      },
    },
  });
  assertEquals(await read({}, reset("0")), 5000);
  assertEquals(await read({}, reset("0"), 200), 5000);
  assertEquals(await read({}, reset("1")), undefined);
});
