import {
  Agent,
  decide,
  type LLM,
  LLMError,
  MockLLM,
  raw,
  RedirectError,
  SessionBusyError,
  SessionEndedError,
  Tool,
} from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import { memoryStore } from "@nomos/agent/store";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as v from "valibot";
import { MemoryTracing } from "./memory_tracing.ts";

/** Tool that creates a span, as an instrumented library does. */
const getMenu = new Tool({
  name: "get_menu",
  description: "List the drinks",
  args: v.object({ size: v.string() }),
  run: async ({ size }) => {
    await Promise.resolve();
    trace.getTracer("author").startSpan(`query ${size}`).end();
    if (size === "huge") throw new RedirectError("There is none", "Offer a large one");
    if (size === "tiny") throw new Error("There is none");
    return "flat white";
  },
});

/** Wraps a model so that it creates a span for each call, as an instrumented `fetch` does. */
function withFetch(llm: LLM): LLM {
  return {
    name: "openai/gpt-5-mini",
    decide: async (request) => {
      await Promise.resolve();
      trace.getTracer("author").startSpan("fetch").end();
      return {
        ...await llm.decide(request),
        usage: { input: 10, output: 2 },
        model: "gpt-5-mini-1",
      };
    },
  };
}

function agentWith(llm: LLM) {
  return new Agent({
    name: "barista",
    llm,
    observers: [otel()],
    cost: ({ input = 0 }) => input / 4,
    start: "greet",
    steps: {
      greet: { description: "Greet", tools: [getMenu], routes: { order: "ready to order" } },
      order: { description: "Take the order" },
    },
  });
}

const callMenu = (...sizes: string[]) =>
  decide.calls(sizes.map((size) => ({ tool: "get_menu", args: { size } })));

/** Asserts that each span has ended exactly once. */
function assertEnded(tracing: MemoryTracing): void {
  for (const { name, ends, parent } of tracing.spans) {
    assertEquals(ends, 1, `${parent?.name} > ${name}`);
  }
}

Deno.test("otel, writes the spans of a turn, its model calls and its tool calls", async () => {
  using tracing = new MemoryTracing();
  const script = [
    raw("Sure! {"),
    callMenu("small", "huge", "tiny"),
    decide.move("order"),
    decide.respond("Coming!"),
  ];
  const session = agentWith(withFetch(new MockLLM(script))).createSession();
  const turn = await session.next("Two flat whites");
  const [AGENT, CHAT, TOOL] = [
    "invoke_agent barista",
    "invoke_agent barista > chat gpt-5-mini",
    "invoke_agent barista > execute_tool get_menu",
  ];
  assertEquals(tracing.tree, [
    AGENT,
    CHAT,
    `${CHAT} > fetch`,
    CHAT,
    `${CHAT} > fetch`,
    TOOL,
    TOOL,
    TOOL,
    `${TOOL} > query small`,
    `${TOOL} > query huge`,
    `${TOOL} > query tiny`,
    CHAT,
    `${CHAT} > fetch`,
    CHAT,
    `${CHAT} > fetch`,
  ]);
  assertEnded(tracing);
  const chats = tracing.spans.filter(({ name }) => name === "chat gpt-5-mini");
  assertEquals(
    chats.map(({ attributes, status }) => [
      attributes["nomos.step"],
      attributes["nomos.action"],
      attributes["nomos.legal"],
      status.code,
    ]),
    [
      ["greet", undefined, false, SpanStatusCode.UNSET],
      ["greet", "TOOL_CALL", true, SpanStatusCode.UNSET],
      ["greet", "MOVE", true, SpanStatusCode.UNSET],
      ["order", "RESPOND", true, SpanStatusCode.UNSET],
    ],
  );
  const tools = tracing.spans.filter(({ name }) => name === "execute_tool get_menu");
  assertEquals(tools.map(({ attributes }) => attributes["nomos.outcome"]), [
    "ok",
    "redirected",
    "error",
  ]);
  assertEquals(
    tools.map(({ attributes }) => attributes["gen_ai.tool.call.id"]),
    turn.toolResults.map(({ callKey }) => callKey),
  );
  const { attributes, events } = tracing.span("invoke_agent barista");
  assertEquals(attributes, {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "barista",
    "gen_ai.conversation.id": session.id,
    "gen_ai.usage.input_tokens": 40,
    "gen_ai.usage.output_tokens": 8,
    "nomos.cost": 10,
    "nomos.step": "greet",
    "nomos.end_step": "order",
    "nomos.status": "waiting",
  });
  assertEquals(events.map(({ name }) => name), ["nomos.error", "nomos.moved"]);
  assertEquals(chats.at(-1)!.attributes["gen_ai.response.model"], "gpt-5-mini-1");
});

Deno.test("otel, makes the spans of a streaming model children of its call", async () => {
  using tracing = new MemoryTracing();
  const llm: LLM = {
    name: "openai/gpt-5-mini",
    decide: () => Promise.reject(new Error("it streams")),
    async *stream() {
      const tracer = trace.getTracer("author");
      tracer.startSpan("fetch").end();
      const output = JSON.stringify({
        reasoning: [],
        decision: { action: "RESPOND", response: "Hi" },
      });
      yield { type: "text", text: output };
      await Promise.resolve();
      tracer.startSpan("last chunk").end();
      yield { type: "result", result: { output } };
    },
  };
  for await (const _ of agentWith(llm).createSession().stream("Hello"));
  assertEquals(tracing.tree, [
    "invoke_agent barista",
    "invoke_agent barista > chat gpt-5-mini",
    "invoke_agent barista > chat gpt-5-mini > fetch",
    "invoke_agent barista > chat gpt-5-mini > last chunk",
  ]);
  assertEnded(tracing);
});

Deno.test("otel, ends all spans of a turn whose model failed", async () => {
  using tracing = new MemoryTracing();
  const session = agentWith(new MockLLM([new LLMError("down", { usage: { input: 4 } })]))
    .createSession();
  await assertRejects(() => session.next("Hello"), LLMError);
  assertEnded(tracing);
  assertEquals(tracing.spans.map(({ attributes }) => attributes["error.type"]), [
    "LLM_FAILED",
    "LLM_FAILED",
  ]);
  assertEquals(tracing.spans.map(({ attributes }) => attributes["gen_ai.usage.input_tokens"]), [
    4,
    4,
  ]);
});

Deno.test("otel, ends all spans of a turn that is aborted while a model answers", async () => {
  using tracing = new MemoryTracing();
  const abort = new AbortController();
  const llm: LLM = {
    name: "openai/gpt-5-mini",
    decide: () => {
      abort.abort();
      return new Promise(() => {});
    },
  };
  const turn = await agentWith(llm).createSession().next("Hello", { signal: abort.signal });
  assertEquals(turn.status, "interrupted");
  assertEnded(tracing);
  assertEquals(tracing.span("chat gpt-5-mini").attributes["error.type"], "aborted");
  const { attributes, status } = tracing.span("invoke_agent barista");
  assertEquals([attributes["nomos.status"], status.code], ["interrupted", SpanStatusCode.UNSET]);
});

Deno.test("otel, ends all spans of a turn that is aborted while tools run", async () => {
  using tracing = new MemoryTracing();
  const abort = new AbortController();
  const wait = new Tool({
    name: "wait",
    description: "Wait",
    args: v.object({}),
    run: () => {
      abort.abort();
      return new Promise<string>(() => {});
    },
  });
  const agent = new Agent({
    name: "barista",
    llm: new MockLLM([decide.calls([{ tool: "wait", args: {} }, { tool: "wait", args: {} }])]),
    observers: [otel()],
    start: "greet",
    steps: { greet: { description: "Greet", tools: [wait] } },
  });
  await agent.createSession().next("Hello", { signal: abort.signal });
  assertEnded(tracing);
  const tools = tracing.spans.filter(({ name }) => name === "execute_tool wait");
  // The first call aborted the turn before the second one started.
  assertEquals(
    tools.map(({ attributes }) => [attributes["nomos.outcome"], attributes["error.type"]]),
    [["unknown", "unknown"], ["not_run", undefined]],
  );
});

Deno.test("otel, ends all spans of a stream that is cancelled at any point", async () => {
  const script = [callMenu("small", "tiny"), decide.move("order"), decide.end("Bye")];
  for (let length = 0; length <= 9; length++) {
    using tracing = new MemoryTracing();
    let read = 0;
    for await (const _ of agentWith(new MockLLM(script)).createSession().stream("Hello")) {
      if (read++ === length) break;
    }
    assertEnded(tracing);
    assertEquals(tracing.spans[0]?.name, "invoke_agent barista");
  }
});

Deno.test("otel, writes a root span per turn, with the id of the session", async () => {
  using tracing = new MemoryTracing();
  const session = agentWith(new MockLLM([decide.respond("Hi"), decide.end("Bye")])).createSession();
  await session.next("Hello");
  await session.next("Bye");
  const turns = tracing.spans.filter(({ name }) => name === "invoke_agent barista");
  assertEquals(
    turns.map(({ attributes, parent, events }) => [
      attributes["gen_ai.conversation.id"],
      attributes["nomos.status"],
      parent,
      events.map(({ name }) => name),
    ]),
    [
      [session.id, "waiting", undefined, []],
      [session.id, "ended", undefined, ["nomos.ended"]],
    ],
  );
});

Deno.test("otel, records what a tool throws, with its message only if content is enabled", async () => {
  for (const content of [false, true]) {
    using tracing = new MemoryTracing();
    const fail = new Tool({
      name: "fail",
      description: "Fail",
      args: v.object({}),
      run: function brokenQuery() {
        throw new RangeError("ann owes 5");
      },
    });
    const agent = new Agent({
      name: "desk",
      llm: new MockLLM([decide.call("fail"), decide.respond("Sorry")]),
      observers: [otel({ content })],
      start: "help",
      steps: { help: { description: "Help", tools: [fail] } },
    });
    await agent.createSession().next("Hi");
    assertEnded(tracing);
    const [exception] = tracing.span("execute_tool fail").events;
    const { "exception.type": type, "exception.stacktrace": stack, ...rest } = exception!
      .attributes;
    assertEquals([exception!.name, type], ["exception", "RangeError"]);
    assertMatch(`${stack}`, /^ +at .*brokenQuery/);
    assertEquals(rest, content ? { "exception.message": "ann owes 5" } : {});
  }
});

Deno.test("otel, the span of a turn begins before its session is acquired, and ends with a refusal", async () => {
  using tracing = new MemoryTracing();
  const store = memoryStore();
  const session = await agentWith(withFetch(new MockLLM([]))).openSession("ann", { store });
  const other = { owner: "another process", ttl: 60_000, force: false };
  const lease = await store.claim("ann", other);
  await assertRejects(() => session.next("Hi"), SessionBusyError);
  await store.release(lease!);
  await session.refresh();
  const ended = await agentWith(withFetch(new MockLLM([decide.end()]))).openSession("ann", {
    store,
  });
  await ended.next("Bye");
  await assertRejects(() => ended.next("Hi again"), SessionEndedError);
  assertEquals(
    tracing.spans.filter(({ name }) => name === "invoke_agent barista")
      .map(({ attributes, status }) => [attributes["error.type"], status.code]),
    [
      ["SESSION_BUSY", SpanStatusCode.ERROR],
      [undefined, SpanStatusCode.UNSET],
      ["SESSION_ENDED", SpanStatusCode.ERROR],
    ],
  );
  assertEnded(tracing);
});
