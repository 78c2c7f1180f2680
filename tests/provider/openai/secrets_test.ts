import { LLMError } from "@nomos/agent";
import { openai, type OpenAIOptions } from "@nomos/agent/openai";
import { record } from "@nomos/agent/testing";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { answer, chatServer, echoCredentials, events, plain, type Reply } from "../chat_server.ts";
import { drain, KEY, requestOf, scripted, thrownBy } from "./fixture.ts";

/** Formats an error in all ways in which it may be logged. */
function shown(error: unknown): string {
  const own = error instanceof Error ? JSON.stringify({ ...error }) : "";
  return `${Deno.inspect(error, { depth: 10, showHidden: true })}\n${error}\n${own}`;
}

function assertHidden(text: string, secret: string = KEY): void {
  assert(!text.includes(secret), `shows the key: ${text}`);
}

Deno.test("no error shows a key that the server repeats", async () => {
  const replies: readonly Reply[] = [
    echoCredentials,
    ({ headers }) => plain(`not JSON: ${headers.get("authorization")}`)({} as never),
    ({ headers }) => plain(JSON.stringify({ odd: headers.get("authorization") }))({} as never),
    ({ headers }) =>
      Response.json({ choices: [{ message: { refusal: headers.get("authorization") } }] }),
    ({ headers }) => events([`{"broken ${headers.get("authorization")}`, "x"])({} as never),
    ({ headers }) =>
      Response.json({ error: { code: headers.get("authorization") } }, { status: 403 }),
    ({ headers }) => events([JSON.stringify({ error: headers.get("authorization") })])({} as never),
    ...[
      (key: string) => `event: error\ndata: ${key}\n\n`,
      (key: string) => `event: error\ndata: {"code":${JSON.stringify(key)}}\n\n`,
      (key: string) => `data: {"choices":[],"note":${JSON.stringify(key)}}\n\ndata: [DONE]\n\n`,
      (key: string) => JSON.stringify({ detail: [{ msg: key }] }),
      (key: string) => JSON.stringify({ errors: [{ message: key }] }),
      (key: string) => JSON.stringify([{ error: key }]),
      (key: string) => JSON.stringify({ choices: [{ finish_reason: key, message: {} }] }),
    ].map((show): Reply => ({ headers }) =>
      plain(show(headers.get("authorization")!), "text/plain")({} as never)
    ),
    ({ headers }) => plain(`<html>${headers.get("authorization")}`, "text/html")({} as never),
    () => new Response("no", { status: 500, headers: { "x-request-id": `for ${KEY}` } }),
    () => new Response("no", { status: 302, headers: { location: `http://h.example/${KEY}` } }),
  ];
  await using model = await scripted(replies.flatMap((reply) => [reply, reply]));
  for (const _ of replies) {
    for (const run of [() => model.llm.decide(requestOf()), () => drain(model.llm)]) {
      const error = await thrownBy(run, LLMError);
      assertHidden(shown(error));
    }
  }
  assertEquals(model.server.requests.length, 2 * replies.length);
});

Deno.test("an error shows where a key was redacted", async () => {
  await using model = await scripted([echoCredentials]);
  const { message } = await thrownBy(() => model.llm.decide(requestOf()), LLMError);
  assertStringIncludes(message, "Incorrect API key provided: [redacted]");
});

Deno.test("a key is redacted before a message is truncated", async () => {
  for (const length of [480, 490, 495, 499]) {
    const message = "x".repeat(length);
    const reply: Reply = () =>
      Response.json({ error: { message: message + KEY } }, { status: 400 });
    await using model = await scripted([reply]);
    assertHidden(shown(await thrownBy(() => model.llm.decide(requestOf()), LLMError)), "sk-ca");
  }
});

Deno.test("no error references the request of the error thrown by fetch", async () => {
  const inner = Object.assign(new Error(`inner ${KEY}`), { code: "ECONNRESET", config: { KEY } });
  const outer = new TypeError(`headers were Bearer ${KEY}`, { cause: inner });
  const failing = Object.assign(outer, {
    request: { headers: { authorization: `Bearer ${KEY}` } },
  });
  for (const thrown of [failing, { message: KEY, headers: KEY }, KEY]) {
    const llm = openai({ model: "m", apiKey: KEY, fetch: () => Promise.reject(thrown) });
    assertHidden(shown(await thrownBy(() => llm.decide(requestOf()), LLMError)));
  }
  const llm = openai({ model: "m", apiKey: KEY, fetch: () => Promise.reject(failing) });
  const error = await thrownBy(() => llm.decide(requestOf()), LLMError);
  assertStringIncludes(error.message, "headers were [redacted]: inner [redacted]");
  const cause = error.cause as Error & { cause: Error & { code: string } };
  assertEquals([cause.name, cause.cause.code], ["TypeError", "ECONNRESET"]);
});

Deno.test("no error shows a secret header, or a key returned by a function", async () => {
  const echo: Reply = ({ headers }) =>
    plain(JSON.stringify([...headers]), "application/json", 400)({} as never);
  const secrets: readonly Partial<OpenAIOptions>[] = [
    { headers: { "api-key": "canary-header" } },
    { headers: { Authorization: "Basic canary-header" } },
    { headers: { "X-Access-Token": "canary-header" } },
    { apiKey: () => "canary-header" },
  ];
  for (const options of secrets) {
    await using server = await chatServer([echo]);
    const llm = openai({ model: "m", baseURL: server.url, ...options });
    const error = await thrownBy(() => llm.decide(requestOf()), LLMError);
    assertHidden(shown(error), "canary");
    assertStringIncludes(error.message, "[redacted]");
  }
});

Deno.test("a model does not show its key", () => {
  const llm = openai({ model: "m", apiKey: KEY, embeddingModel: "e", headers: { "api-key": KEY } });
  for (const text of [JSON.stringify(llm), Deno.inspect(llm, { depth: 10, showHidden: true })]) {
    assertHidden(text);
    assertStringIncludes(text, "openai/m");
  }
  assertHidden(Object.values(llm).map(String).join("\n"));
  assertHidden(assertThrows(() => structuredClone(llm), DOMException).message);
});

Deno.test("a recording does not hold the key", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await using model = await scripted([answer({ a: 1 }), answer({ a: 1 })]);
    const recording = record(model.llm, file);
    await recording.decide(requestOf());
    await drain(recording, requestOf("Hello again"));
    const text = await Deno.readTextFile(file);
    assertStringIncludes(text, '{\\"a\\":1}');
    assertHidden(text);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("placeholder keys of local servers are not redacted", async () => {
  const reply = plain('{"error":"no x here"}', "application/json", 400);
  await using model = await scripted([reply], { apiKey: "x" });
  const { message } = await thrownBy(() => model.llm.decide(requestOf()), LLMError);
  assertStringIncludes(message, "no x here");
});
