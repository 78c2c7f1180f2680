import { assertEquals } from "@std/assert";
import { readRetryAfter } from "../../src/provider/retry_after.ts";

function read(headers: Record<string, string>): number | undefined {
  return readRetryAfter(new Headers(headers), Date.parse("Thu, 01 Jan 2026 00:00:00 GMT"));
}

Deno.test("readRetryAfter() reads milliseconds, seconds and dates", () => {
  assertEquals(read({ "retry-after-ms": "1500" }), 1500);
  assertEquals(read({ "retry-after-ms": "0.5" }), 0.5);
  assertEquals(read({ "retry-after": "3" }), 3000);
  assertEquals(read({ "retry-after": " 0.0001 " }), 1);
  assertEquals(read({ "retry-after": "0" }), 0);
  assertEquals(read({ "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT" }), 5000);
});

Deno.test("readRetryAfter() measures a date by the clock of the server", () => {
  const date = "Thu, 01 Jan 2026 00:00:04 GMT";
  assertEquals(read({ "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT", date }), 1000);
  assertEquals(read({ "retry-after": "Thu, 01 Jan 2026 00:00:03 GMT", date }), 0);
  assertEquals(read({ "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT", date: "?" }), 5000);
});

Deno.test("readRetryAfter() prefers milliseconds, unless they are none", () => {
  assertEquals(read({ "retry-after-ms": "100", "retry-after": "3" }), 100);
  assertEquals(read({ "retry-after-ms": "soon", "retry-after": "3" }), 3000);
});

Deno.test("readRetryAfter() gives nothing for nothing and for nonsense", () => {
  for (const value of ["", "soon", "-5", "1e9", "Infinity"]) {
    assertEquals(read({ "retry-after": value }), undefined, value);
  }
  assertEquals(read({}), undefined);
});
