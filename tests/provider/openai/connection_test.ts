import { ConfigError, LLMError } from "@nomos/agent";
import { LLMConnectionError, openai } from "@nomos/agent/openai";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { answer, brokenAnswer, chatServer, hangUp, silence } from "../chat_server.ts";
import { completion, drain, KEY, requestOf, scripted, thrownBy } from "./fixture.ts";

Deno.test("openai() sends requests to the path of its base URL, with its headers", async () => {
  await using server = await chatServer([answer("{}"), answer("{}")]);
  const headers = { "HTTP-Referer": "https://me.example", "X-Title": "Me" };
  const options = { model: "m", apiKey: KEY, headers };
  await openai({ ...options, baseURL: `${server.url}/` }).decide(requestOf());
  await openai({ ...options, baseURL: `${server.url}?api-version=preview` }).decide(requestOf());
  assertEquals(server.requests.map(({ path }) => path), [
    "/v1/chat/completions",
    "/v1/chat/completions?api-version=preview",
  ]);
  const sent = server.requests[0]!.headers;
  assertEquals(
    ["content-type", "accept", "authorization", "http-referer", "x-title"].map((name) =>
      sent.get(name)
    ),
    ["application/json", "application/json", `Bearer ${KEY}`, "https://me.example", "Me"],
  );
});

Deno.test("openai() requests an event stream if it streams", async () => {
  await using model = await scripted([answer("{}")]);
  await drain(model.llm);
  assertEquals(model.server.requests[0]!.headers.get("accept"), "text/event-stream");
});

Deno.test("openai() reports that the server cannot be reached", async () => {
  await using model = await scripted([hangUp, hangUp]);
  for (const run of [() => model.llm.decide(requestOf()), () => drain(model.llm)]) {
    const error = await thrownBy(run, LLMConnectionError);
    assertStringIncludes(
      error.message,
      'Cannot call model "test/m": the server cannot be reached: ',
    );
    assertEquals([error.isRetryable, error.code], [true, "LLM_CONNECTION"]);
    assert(error.cause instanceof Error);
  }
});

Deno.test({
  name: "openai() says which permission it needs to reach the server",
  permissions: { net: false },
  async fn() {
    const error = await thrownBy(
      () => openai({ model: "m", apiKey: KEY }).decide(requestOf()),
      ConfigError,
    );
    assertStringIncludes(
      error.message,
      'Cannot call model "openai/m": Requires net access to "api.openai',
    );
  },
});

Deno.test("openai() throws the reason of a signal, and ends the request", async () => {
  await using model = await scripted([silence, silence]);
  const reason = new Error("no longer wanted");
  for (const index of [0, 1]) {
    const leaving = new AbortController();
    const { signal } = leaving;
    const deciding = assertRejects(() => model.llm.decide(requestOf("Hi", { signal })));
    const { abandoned } = await model.server.arrival(index);
    leaving.abort(reason);
    assertEquals(await deciding, reason);
    await abandoned;
  }
});

Deno.test("openai() sends no request if the signal has already aborted", async () => {
  await using model = await scripted([]);
  const signal = AbortSignal.abort("late");
  for (
    const run of [
      model.llm.decide,
      (request: ReturnType<typeof requestOf>) => drain(model.llm, request),
    ]
  ) {
    const thrown = await run(requestOf("Hi", { signal })).then(() => "nothing", (error) => error);
    assertEquals(thrown, "late");
  }
  assertEquals(model.server.requests.length, 0);
});

Deno.test("openai() reports a connection that breaks during a response", async () => {
  // The server sends a stream and cuts it, although the request asks for a whole answer.
  await using model = await scripted([brokenAnswer("x", 2, "cut")]);
  const error = await thrownBy(() => model.llm.decide(requestOf()), LLMConnectionError);
  assertStringIncludes(error.message, "the connection broke before the response was complete");
  assertEquals(error.isRetryable, true);
});

Deno.test("openai() rejects a response above the size limit", async () => {
  let bytes = 0;
  let isCancelled = false;
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        bytes += 1 << 20;
        controller.enqueue(new Uint8Array(1 << 20).fill(32));
      },
      cancel() {
        isCancelled = true;
      },
    }, { highWaterMark: 0 });
  for (const type of ["application/json", "text/event-stream"]) {
    [bytes, isCancelled] = [0, false];
    const llm = openai({
      model: "m",
      apiKey: KEY,
      fetch: () => Promise.resolve(new Response(endless(), { headers: { "content-type": type } })),
    });
    const run = type === "application/json" ? llm.decide(requestOf()) : drain(llm);
    const error = await thrownBy(() => run, LLMError);
    assertStringIncludes(error.message, "expected ");
    assertStringIncludes(error.message, "at most");
    assertEquals([bytes <= 33 << 20, isCancelled], [true, true]);
  }
});

Deno.test("openai() uses the global fetch at the time of the call", async () => {
  const before = globalThis.fetch;
  const llm = openai({ model: "m", apiKey: KEY });
  globalThis.fetch = () => Promise.resolve(completion("replaced"));
  try {
    assertEquals((await llm.decide(requestOf())).output, "replaced");
  } finally {
    globalThis.fetch = before;
  }
});

Deno.test("openai() leaves no listeners on a reused signal", async () => {
  await using model = await scripted(Array(40).fill(answer("{}")));
  const { controller: { signal }, listeners } = countedSignal();
  for (let call = 0; call < 20; call++) {
    await model.llm.decide(requestOf("Hi", { signal }));
    await drain(model.llm, requestOf("Hi", { signal }));
  }
  assertEquals(listeners(), 0);
});
