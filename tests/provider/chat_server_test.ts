import { assertEquals, assertRejects } from "@std/assert";
import {
  answer,
  brokenAnswer,
  type ChatServer,
  chatServer,
  failure,
  hangUp,
  silence,
  vectors,
} from "./chat_server.ts";

function post(server: ChatServer, body: unknown, init: RequestInit = {}): Promise<Response> {
  const url = `${server.url}/chat/completions`;
  return fetch(url, { method: "POST", body: JSON.stringify(body), ...init });
}

const asked = { model: "m", messages: [] };

Deno.test("chatServer() plays its replies in order, and records the requests", async () => {
  await using server = await chatServer([answer({ a: 1 }), failure(429, { code: "slow" })]);
  const first = await (await post(server, asked)).json();
  assertEquals(first.choices[0].message.content, '{"a":1}');
  const second = await post(server, asked, { headers: { authorization: "Bearer k" } });
  assertEquals([second.status, await second.json()], [429, { error: { code: "slow" } }]);
  const third = await post(server, asked);
  assertEquals([third.status, (await third.json()).error.code], [501, "script_done"]);
  assertEquals(server.requests.map(({ path }) => path), Array(3).fill("/v1/chat/completions"));
  assertEquals(server.requests[1]!.headers.get("authorization"), "Bearer k");
  assertEquals(server.requests[0]!.body, asked);
});

Deno.test("chatServer() streams if requested, with usage if requested", async () => {
  await using server = await chatServer([answer("hello"), answer("hello")]);
  const plain = await (await post(server, { ...asked, stream: true })).text();
  const stream_options = { include_usage: true };
  const counted = await (await post(server, { ...asked, stream: true, stream_options })).text();
  assertEquals(plain.split("\n\n").length, 7);
  assertEquals(counted.split("\n\n").length, 8);
  assertEquals(plain.endsWith("data: [DONE]\n\n"), true);
});

Deno.test("chatServer() answers with a call if the request has a function", async () => {
  await using server = await chatServer([answer("{}")]);
  const tools = [{ type: "function", function: { name: "f" } }];
  const { choices } = await (await post(server, { ...asked, tools })).json();
  assertEquals(choices[0].message.tool_calls[0].function, { name: "f", arguments: "{}" });
});

Deno.test("chatServer() notices a client that disconnects, before and during the response", async () => {
  await using server = await chatServer([silence, brokenAnswer("hello", 2, "never")]);
  const leaving = new AbortController();
  const silent = post(server, asked, { signal: leaving.signal });
  const { abandoned } = await server.arrival(0);
  leaving.abort();
  await assertRejects(() => silent, DOMException);
  await abandoned;
  const endless = await post(server, { ...asked, stream: true });
  const reader = endless.body!.getReader();
  await reader.read();
  await reader.cancel();
  await server.requests[1]!.abandoned;
});

Deno.test("chatServer() can cut a connection, before and during the response", async () => {
  await using server = await chatServer([hangUp, brokenAnswer("hello", 2, "cut")]);
  await assertRejects(() => post(server, asked), TypeError);
  const response = await post(server, { ...asked, stream: true });
  await assertRejects(() => response.text(), TypeError);
});

Deno.test("chatServer() closes while a client is waiting", async () => {
  const server = await chatServer([silence, brokenAnswer("hello", 2, "never")]);
  const waiting = assertRejects(() => post(server, asked), TypeError);
  await server.arrival(0);
  const endless = await post(server, { ...asked, stream: true });
  await server[Symbol.asyncDispose]();
  await waiting;
  await assertRejects(() => endless.text(), TypeError);
});

Deno.test("chatServer() returns vectors in reverse order", async () => {
  await using server = await chatServer([vectors]);
  const { data } = await (await post(server, { model: "m", input: ["a", "bcd"] })).json();
  assertEquals(data.map(({ embedding }: { embedding: number[] }) => embedding), [[3, 1], [1, 0]]);
});
