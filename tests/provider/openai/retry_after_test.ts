import { LLMHttpError, openai } from "@nomos/agent/openai";
import { assert, assertEquals } from "@std/assert";
import { KEY, requestOf, thrownBy } from "./fixture.ts";

/** Returns the `retryAfter` of the error for a response with these headers. */
async function read(headers: Record<string, string>): Promise<number | undefined> {
  const fetch = () => Promise.resolve(new Response("{}", { status: 429, headers }));
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
  for (const value of ["", "soon", "-5", "1e9", "Infinity"]) {
    assertEquals(await read({ "retry-after": value }), undefined, value);
  }
  assertEquals(await read({}), undefined);
});
