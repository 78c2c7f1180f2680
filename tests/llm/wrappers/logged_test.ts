import { Agent, decide, LLMError, MockLLM } from "@nomos/agent";
import { type LLMCallRecord, LLMHttpError, logged, retry, timeout } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { drain, PlayedModel, requestOf, result, soon, text } from "./played_model.ts";

/** Creates a logged model, with the list of its records. */
function watched(model: ConstructorParameters<typeof PlayedModel>[0], content = false) {
  const records: LLMCallRecord[] = [];
  const clock = new ManualClock(1_000);
  const inner = new PlayedModel({ name: "vendor/model", ...model });
  const llm = logged(inner, { log: (record) => records.push(record), clock, content });
  return { llm, records, clock, inner };
}

const messages = [
  { role: "system", content: "Be kind" },
  { role: "user", content: "Hello" },
] as const;
const request = requestOf({ messages, step: "greet", sessionId: "s1" });
const common = {
  llm: "vendor/model",
  step: "greet",
  sessionId: "s1",
  time: 1_000,
  duration: 0,
  messages: 2,
  chars: 12,
};

Deno.test("logged() logs a record of an answer, without its content", async () => {
  const usage = { input: 10, output: 2 };
  const { llm, records } = watched({
    answers: [{ output: { secret: 1 }, usage, model: "model-2026" }],
  });
  await llm.decide(request);
  assertEquals(records, [
    { ...common, call: "decide", outcome: "ok", model: "model-2026", usage },
  ]);
});

Deno.test("logged() logs the duration of a call, which is never negative", async () => {
  const clock = new ManualClock();
  const records: LLMCallRecord[] = [];
  const log = (record: LLMCallRecord) => records.push(record);
  const model = {
    name: "slow",
    decide: () =>
      new Promise<{ output: string }>((resolve) =>
        clock.setTimer(70, () => resolve({ output: "done" }))
      ),
  };
  const answer = logged(model, { log, clock }).decide(request);
  await clock.advance(70);
  await answer;
  assertEquals([records[0]?.time, records[0]?.duration], [0, 70]);
  let now = 0;
  const ready = new PlayedModel({ answers: [{ output: "done" }] });
  await logged(ready, { log, clock: { now: () => now-- } }).decide(request);
  assertEquals(records[1]?.duration, 0);
});

Deno.test("logged() logs code, status and usage of a failed call, and rethrows its error", async () => {
  const error = new LLMHttpError('Too many requests for "Hello"', 429, { usage: { input: 3 } });
  const { llm, records } = watched({ answers: [error] });
  assertStrictEquals(await soon(llm.decide(request)), error);
  assertEquals(records, [{
    ...common,
    call: "decide",
    outcome: "LLM_HTTP",
    status: 429,
    usage: { input: 3 },
  }]);
});

Deno.test("logged() logs the name of an error without a code", async () => {
  const { llm, records } = watched({ answers: [new TypeError("fetch failed")] });
  await soon(llm.decide(request));
  const odd = logged({ name: "odd", decide: () => Promise.reject("text") }, {
    log: (record) => records.push(record),
  });
  await soon(odd.decide(request));
  assertEquals(records.map(({ outcome }) => outcome), ["TypeError", "Error"]);
});

Deno.test("logged() logs that the caller aborted", async () => {
  const { llm, records } = watched({
    answers: ["stall"],
    streams: [[], [text("a"), text("b")]],
  });
  const controller = new AbortController();
  const waiting = llm.decide(requestOf({ signal: controller.signal }));
  await soon(waiting);
  controller.abort("the user left");
  assertEquals(await waiting.catch((reason) => reason), "the user left");
  for await (const _ of llm.stream!(request)) break;
  assertEquals(records.map(({ call, outcome }) => [call, outcome]), [
    ["decide", "aborted"],
    ["stream", "aborted"],
  ]);
});

Deno.test("logged() within timeout() logs the timeout", async () => {
  const { llm, records, clock } = watched({ answers: ["stall"] });
  const failed = soon(timeout(llm, { call: 10, clock }).decide(request));
  await clock.advance(10);
  await failed;
  assertEquals(records.map(({ outcome, duration }) => [outcome, duration]), [["LLM_TIMEOUT", 10]]);
});

Deno.test("logged() logs one record of a stream, when its result arrives", async () => {
  const { llm, records } = watched({
    streams: [[text("a"), result("a", { usage: { output: 1 }, model: "model-2026" })]],
  });
  const stream = llm.stream!(request)[Symbol.asyncIterator]();
  await stream.next();
  assertEquals(records, []);
  await stream.next();
  const record = {
    ...common,
    call: "stream",
    outcome: "ok",
    usage: { output: 1 },
    model: "model-2026",
  };
  assertEquals(records, [record as LLMCallRecord]);
  await stream.next();
  await stream.return!();
  assertEquals(records.length, 1);
});

Deno.test("logged() logs a stream that fails, or ends without a result", async () => {
  const error = new LLMError("broken", { usage: { output: 4 } });
  const { llm, records } = watched({ streams: [[text("a"), error], [text("a")]] });
  assertStrictEquals((await drain(llm, request)).error, error);
  await drain(llm, request);
  assertEquals(records.map(({ outcome, usage }) => [outcome, usage]), [
    ["LLM_FAILED", { output: 4 }],
    ["ok", undefined],
  ]);
});

Deno.test("logged() does not log a stream that is never read", async () => {
  const { llm, records } = watched({ streams: [] });
  await (llm.stream!(request) as AsyncGenerator).return(undefined);
  assertEquals(records, []);
});

Deno.test("logged() logs the number of embedded texts, without the vectors", async () => {
  for (const content of [false, true]) {
    const { llm, records } = watched({ embeddings: [[[1], [2]]] }, content);
    await llm.embed!(["ab", "cde"]);
    assertEquals(records, [{
      call: "embed",
      llm: "vendor/model",
      time: 1_000,
      duration: 0,
      outcome: "ok",
      messages: 2,
      chars: 5,
      ...(content && { content: { input: ["ab", "cde"] } }),
    }]);
  }
});

Deno.test("logged() logs content if the option is set", async () => {
  const error = new LLMError("It said no");
  const { llm, records } = watched({ answers: [{ output: { a: 1 } }, error] }, true);
  await llm.decide(request);
  await soon(llm.decide(request));
  assertEquals(records.map(({ content }) => content), [
    { input: messages, output: { a: 1 } },
    { input: messages, reason: "It said no" },
  ]);
});

Deno.test("logged() logs only valid token counts", async () => {
  const { llm, records } = watched({
    answers: [{ output: 1, usage: { input: NaN, output: 2 }, model: 5 as never }],
  });
  await llm.decide(request);
  assertEquals([records[0]?.usage, records[0]?.model], [{ output: 2 }, undefined]);
});

Deno.test("logged() does not fail a call whose record cannot be logged", async () => {
  const logs = [
    () => {
      throw new Error("disk full");
    },
    () => Promise.reject(new Error("disk full")),
  ];
  for (const log of logs) {
    const model = new PlayedModel({
      answers: [{ output: "done" }],
      streams: [[], [result("a")]],
    });
    const llm = logged(model, { log });
    assertEquals(await llm.decide(request), { output: "done" });
    assertEquals(await drain(llm), { chunks: [result("a")] });
  }
});

Deno.test("logged() logs each attempt inside retry(), and each call around retry()", async () => {
  const clock = new ManualClock();
  const records: string[] = [];
  const log = (place: string) => ({ outcome, usage }: LLMCallRecord) =>
    records.push(`${place}: ${outcome} ${usage?.input}`);
  const busy = new LLMError("busy", { isRetryable: true, usage: { input: 1 } });
  const model = new PlayedModel({ answers: [busy, { output: "done", usage: { input: 2 } }] });
  const inner = logged(model, { log: log("attempt") });
  const answer = logged(retry(inner, { clock }), { log: log("call") }).decide(request);
  await clock.advance(500);
  await answer;
  assertEquals(records, ["attempt: LLM_FAILED 1", "attempt: ok 2", "call: ok 3"]);
});

Deno.test("logged() logs the step and the session of an agent's decisions", async () => {
  const records: LLMCallRecord[] = [];
  const agent = new Agent({
    name: "watched",
    llm: logged(new MockLLM([decide.respond("Hello")]), { log: (record) => records.push(record) }),
    start: "greet",
    steps: { greet: { description: "Greet the user" } },
  });
  const session = agent.createSession();
  await session.next("Hi");
  assertEquals([records[0]?.step, records[0]?.sessionId], ["greet", session.id]);
});
