import { assertEquals, assertStringIncludes } from "@std/assert";
import { Agent, decide, MockLLM, RedirectError, type StreamPart, Tool } from "@nomos/agent";
import * as v from "valibot";
import { createToolSession, resultOf, type Run } from "./tool_session.ts";

async function partsOf(run: Run): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of createToolSession(run).stream("Hi")) parts.push(part);
  return parts;
}

Deno.test("a tool that is a generator is run to its end, and returns its return value or its last value", async () => {
  const done: string[] = [];
  async function* booking() {
    yield "asking";
    done.push("booked");
    yield { room: 12 };
  }
  assertEquals((await resultOf(booking)).text, '{"room":12}');
  assertEquals(done, ["booked"]);
  const returning: Run = async function* () {
    yield "asking";
    return await Promise.resolve({ room: 7, save: () => {} });
  };
  assertEquals((await resultOf(returning)).text, '{"room":7}');
  assertEquals((await resultOf(async function* () {})).text, "null");
  assertEquals((await resultOf(async () => await Promise.resolve(booking()))).text, '{"room":12}');
  const synchronous: Run = function* () {
    yield Promise.resolve(1);
    return "two";
  };
  assertEquals((await resultOf(synchronous)).text, "two");
  const responding: Run = async function* () {
    yield "asking";
    return new Response("busy", { status: 503 });
  };
  assertEquals((await resultOf(responding)).text, "HTTP 503\nbusy");
  // Values are no program: a list of results is not run.
  const { text } = await resultOf(() => new Map([["a", 1]]).values());
  assertStringIncludes(text, "cannot be shown");
});

Deno.test("a generator that throws has the outcome of any tool that throws", async () => {
  const failing = (thrown: unknown): Run =>
    async function* () {
      yield "asking";
      throw thrown;
    };
  const error = await resultOf(failing(new Error("lost")));
  assertEquals([error.outcome, error.text], ["error", "lost"]);
  const redirect = await resultOf(failing(new RedirectError("full", "Offer Tuesday")));
  assertEquals(redirect.outcome, "redirected");
});

Deno.test("the values of a generator are parts of the stream, before the end of its call", async () => {
  const parts = await partsOf(async function* (_, { callKey }) {
    yield "asking";
    yield { percent: 50 };
    return callKey;
  });
  const call = parts.flatMap((part) =>
    part.type === "progress"
      ? [[part.tool, part.callKey, part.value]]
      : part.type === "tool_finished"
      ? [[part.tool, part.callKey, part.text]]
      : []
  );
  const key = call[0]![1];
  assertEquals(call, [["work", key, "asking"], ["work", key, { percent: 50 }], ["work", key, key]]);
  // They are not in the log.
  assertEquals(parts.filter((part) => "seq" in part).map(({ type }) => type), [
    "user",
    "decision",
    "tool_started",
    "tool_finished",
    "decision",
  ]);
});

Deno.test("a generator runs no further than the stream is read, beside other calls", async () => {
  const log: string[] = [];
  const counting = (name: string) =>
    new Tool({
      name,
      description: "",
      args: v.object({}),
      async *run() {
        for (let n = 1; n <= 2; n++) {
          log.push(`${name} yields ${n}`);
          yield await Promise.resolve(n);
        }
      },
    });
  const tools = [counting("a"), counting("b")];
  const calls = decide.calls([{ tool: "a", args: {} }, { tool: "b", args: {} }]);
  const llm = new MockLLM([calls, decide.respond("done")]);
  const agent = new Agent({
    name: "tested",
    llm,
    start: "start",
    steps: { start: { description: "", tools } },
  });
  for await (const part of agent.createSession().stream("Hi")) {
    if (part.type === "progress") log.push(`${part.tool} shown ${part.value}`);
  }
  for (const name of ["a", "b"]) {
    assertEquals(log.filter((line) => line.startsWith(name)), [
      `${name} yields 1`,
      `${name} shown 1`,
      `${name} yields 2`,
      `${name} shown 2`,
    ]);
  }
});

/** A generator that ignores its signal, and what became of it. */
function endlessGenerator(beforeEach: () => unknown) {
  const seen = { closed: Promise.withResolvers<void>(), yields: 0 };
  async function* run() {
    try {
      for (;;) {
        await beforeEach();
        yield ++seen.yields;
      }
    } finally {
      seen.closed.resolve();
    }
  }
  return { run, seen };
}

Deno.test("a generator that is aborted gets return(), although it ignores its signal", async () => {
  const controller = new AbortController();
  const { run, seen } = endlessGenerator(() => {
    if (seen.yields === 3) controller.abort();
  });
  const turn = await createToolSession(run).next("Hi", { signal: controller.signal });
  assertEquals([turn.status, turn.toolResults[0]!.outcome], ["interrupted", "unknown"]);
  await seen.closed.promise;
  assertEquals(seen.yields, 4);
});

Deno.test("a generator whose stream is left early gets return()", async () => {
  const { run, seen } = endlessGenerator(() => {});
  const talk = createToolSession(run);
  for await (const part of talk.stream("Hi")) if (part.type === "progress") break;
  await seen.closed.promise;
  assertEquals([talk.status, seen.yields], ["interrupted", 1]);
});

Deno.test("a generator that never waits is stopped by the timeout of its tool", async () => {
  const { run, seen } = endlessGenerator(() => {});
  const [result] = (await createToolSession(run, { timeout: 5 }).next("Hi")).toolResults;
  assertEquals([result!.outcome, result!.text], [
    "error",
    'Tool "work" took longer than its timeout of 5 ms: it may have had its effect',
  ]);
  await seen.closed.promise;
});

Deno.test("a return() that hangs, throws or is missing does not hang the turn", async () => {
  const endings = [
    () => new Promise<never>(() => {}),
    () => Promise.reject(new Error("no")),
    () => {
      throw new Error("no");
    },
    () => undefined as never,
    undefined,
  ];
  for (const ending of endings) {
    const controller = new AbortController();
    const values: AsyncIterableIterator<number> = {
      next: () => {
        queueMicrotask(() => controller.abort());
        return new Promise(() => {});
      },
      ...(ending && { return: ending }),
      [Symbol.asyncIterator]: () => values,
    };
    const turn = await createToolSession(() => values).next("Hi", { signal: controller.signal });
    assertEquals([turn.status, turn.toolResults[0]!.outcome], ["interrupted", "unknown"]);
  }
});

Deno.test("Tool.call() runs a generator to its end", async () => {
  const count = new Tool({
    name: "count",
    description: "",
    args: v.object({ to: v.number() }),
    async *run({ to }, { signal }) {
      for (let n = 1; n <= to; n++) {
        signal.throwIfAborted();
        yield await Promise.resolve(n);
      }
    },
  });
  assertEquals(await count.call({ to: 3 }), 3);
  const returning = new Tool({
    name: "one",
    description: "",
    args: v.object({}),
    // deno-lint-ignore require-yield
    *run() {
      return "one";
    },
  });
  assertEquals(await returning.call({}), "one");
});
