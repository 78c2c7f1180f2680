import type { Message } from "@nomos/agent";
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  normalizeRequest,
  normalizeTexts,
  requestKey,
} from "../../../src/testing/cassette/cassette_call.ts";
import { requestOf } from "./cassette_fixture.ts";

function keyOfRequest(...request: Parameters<typeof requestOf>): string {
  return requestKey(normalizeRequest(requestOf(...request), (text) => text));
}

function results(...callIds: readonly string[]): Message[] {
  return callIds.map((callId) => ({ role: "tool", content: "done", callId }));
}

Deno.test("requestKey() ignores the session, the step and the signal", () => {
  const { signal } = new AbortController();
  const key = keyOfRequest("x", { step: "a", sessionId: "one" });
  assertEquals(keyOfRequest("x", { step: "b", sessionId: "two", signal }), key);
  assertEquals(keyOfRequest("x"), key);
});

Deno.test("requestKey() depends on text, role, schema, its name and the order of its members", () => {
  const schema = { type: "object", properties: { a: {}, b: {} } };
  const keys = [
    keyOfRequest("x"),
    keyOfRequest("x "),
    keyOfRequest("X"),
    keyOfRequest(""),
    keyOfRequest([]),
    keyOfRequest([{ role: "assistant", content: "x" }]),
    keyOfRequest([{ role: "user", content: "x" }, { role: "user", content: "" }]),
    keyOfRequest("x", { schemaName: "other" }),
    keyOfRequest("x", { schema }),
    // A model writes the members in the order of the schema.
    keyOfRequest("x", { schema: { type: "object", properties: { b: {}, a: {} } } }),
    requestKey(normalizeTexts(["x"], (text) => text)),
    requestKey(normalizeTexts(["x", ""], (text) => text)),
  ];
  assertEquals(new Set(keys).size, keys.length);
});

Deno.test("requestKey() ignores call keys but not which results belong to the same call", () => {
  const key = keyOfRequest(results("s1/4/0", "s1/4/1"));
  assertEquals(keyOfRequest(results("s2/4/0", "s2/4/1")), key);
  // Keys that look like normalized ones, in another order.
  assertEquals(keyOfRequest(results("call-2", "call-1")), key);
  assertNotEquals(keyOfRequest(results("s1/4/0", "s1/4/0")), key);
  assertNotEquals(keyOfRequest([{ role: "tool", content: "done" }, ...results("s1/4/1")]), key);
});

Deno.test("normalizeRequest() returns a copy that later changes do not reach", () => {
  const messages: Message[] = [{ role: "user", content: "x" }];
  const schema = { type: "object", list: [1] };
  const asked = normalizeRequest(requestOf(messages, { schema }), (text) => text);
  messages.push({ role: "user", content: "y" });
  schema.list.push(2);
  assertEquals([asked.messages.length, asked.schema], [1, { type: "object", list: [1] }]);
});

Deno.test("requestKey() is equal for requests that differ only in a secret", () => {
  const redact = (text: string) => text.replace(/\d+/g, "#");
  const keyed = (text: string) => {
    const schema = { description: `for ${text}` };
    return requestKey(
      normalizeRequest(requestOf(`number ${text}`, { schema, schemaName: `n${text}` }), redact),
    );
  };
  assertEquals(keyed("12"), keyed("3456"));
  assertNotEquals(keyed("12"), keyed("none"));
});
