import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  decide,
  type Delta,
  type LLM,
  LLMError,
  type LLMRequest,
  MockLLM,
  raw,
  type StreamPart,
  Tool,
} from "@nomos/agent";
import type { LLMChunk } from "@nomos/agent/llm";
import * as v from "valibot";

const TEXT = '{"reasoning":["They greet"],"decision":{"action":"RESPOND","response":"Good day"}}';
const result: LLMChunk = { type: "result", result: { output: TEXT } };

function text(part: string): LLMChunk {
  return { type: "text", text: part };
}

/** A model that streams the given chunks, and refuses `decide()`. */
function streaming(
  chunks: (request: LLMRequest) => AsyncGenerator<LLMChunk, void, void>,
): LLM {
  return {
    name: "streaming",
    decide: () => Promise.reject(new Error("a session does not ask a model that streams twice")),
    stream: chunks,
  };
}

function talking(llm: LLM): Agent<Record<"talk", unknown>> {
  return new Agent({
    name: "talker",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}

/** Reads a stream to its end. */
async function partsOf(stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> {
  return await Array.fromAsync(stream);
}

/** Text of a field in the deltas since the last restart or error. */
function shown(parts: readonly StreamPart[], field: "response" | "reasoning"): string {
  return parts.reduce((seen, part) => {
    if (part.type === "restart" || part.type === "error") return "";
    return part.type === "delta" && part.field === field ? seen + part.text : seen;
  }, "");
}

Deno.test("stream() returns deltas between the events, which together form the text of the decision", async () => {
  const llm = new MockLLM(
    [decide.respond("Good 😀 day", { reasoning: ["They greet", "So I do"] })],
    {
      chunkLength: 7,
    },
  );
  const parts = await partsOf(talking(llm).createSession().stream("Hi"));
  assertEquals(parts.filter(({ type }) => type !== "delta").map(({ type }) => type), [
    "user",
    "decision",
  ]);
  assertEquals(shown(parts, "response"), "Good 😀 day");
  assertEquals(
    parts.filter((part): part is Delta & { type: "delta" } => part.type === "delta")
      .filter((part) => part.field === "reasoning" && part.index === 1)
      .map((part) => part.text).join(""),
    "So I do",
  );
  assert(parts.filter(({ type }) => type === "delta").length > 3);
});

Deno.test("stream() returns a structured answer as its JSON", async () => {
  const agent = new Agent({
    name: "counter",
    llm: new MockLLM([decide.respond({ count: 3, of: ["tea"] })], { chunkLength: 5 }),
    start: "count",
    steps: {
      count: {
        description: "Count",
        answer: v.object({ count: v.number(), of: v.array(v.string()) }),
      },
    },
  });
  const parts = await partsOf(agent.createSession().stream("How many?"));
  assertEquals(JSON.parse(shown(parts, "response")), { count: 3, of: ["tea"] });
});

Deno.test("stream() of a model that does not stream returns the same events, and no deltas", async () => {
  const parts = await partsOf(
    talking(new MockLLM([decide.respond("Hello")])).createSession().stream("Hi"),
  );
  assertEquals(parts.map(({ type }) => type), ["user", "decision"]);
});

Deno.test("next() reads the stream of the model too, once", async () => {
  let asked = 0;
  const llm = streaming(async function* () {
    asked++;
    yield text(TEXT);
    yield result;
  });
  const turn = await talking(llm).createSession().next("Hi");
  assertEquals([turn.response, asked], ["Good day", 1]);
});

Deno.test("a stream supports decisions of every kind, with tools and moves between", async () => {
  const tool = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => "seen",
  });
  const llm = new MockLLM([
    decide.call("look"),
    raw('{"reasoning":[],"decision":{"action":"SING","response":"la"}}'),
    decide.move("end"),
    decide.end("Bye"),
  ], { chunkLength: 3 });
  const agent = new Agent({
    name: "walker",
    llm,
    start: "begin",
    steps: {
      begin: { description: "Begin", tools: [tool], routes: { end: "done" } },
      end: { description: "End" },
    },
  });
  const parts = await partsOf(agent.createSession().stream("Go"));
  assertEquals(parts.map(({ type }) => type).filter((type) => type !== "delta"), [
    "user",
    "decision",
    "tool_started",
    "tool_finished",
    "error",
    "decision",
    "moved",
    "decision",
    "ended",
  ]);
  assertEquals(shown(parts, "response"), "Bye");
});

Deno.test("a stream is read no further than its consumer reads", async () => {
  let produced = 0;
  const llm = streaming(async function* () {
    for (const part of TEXT) {
      produced++;
      yield text(part);
    }
    yield result;
  });
  const stream = talking(llm).createSession().stream("Hi");
  for (let at = 0; at < 2; at++) await stream.next();
  assert(produced > 0);
  const first = produced;
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  assertEquals(produced, first);
  await stream.next();
  assertEquals(produced, first + 1);
  await stream.return();
});

Deno.test("leaving a stream ends that of the model, and leaves the session interrupted", async () => {
  let isOver = false;
  const llm = streaming(async function* () {
    try {
      for (const part of TEXT) yield text(part);
      yield result;
    } finally {
      isOver = true;
    }
  });
  const session = talking(llm).createSession();
  for await (const part of session.stream("Hi")) if (part.type === "delta") break;
  assertEquals([isOver, session.status], [true, "interrupted"]);
  const turn = await session.resume();
  assertEquals([turn.status, turn.response], ["waiting", "Good day"]);
});

Deno.test("return() takes effect while the model sends nothing, and aborts its request", async () => {
  const waiting = Promise.withResolvers<AbortSignal>();
  const llm = streaming(async function* ({ signal }) {
    waiting.resolve(signal!);
    await new Promise((_, reject) =>
      signal!.addEventListener("abort", () => reject(signal!.reason))
    );
    yield result;
  });
  const session = talking(llm).createSession();
  const stream = session.stream("Hi");
  await stream.next();
  const silent = stream.next();
  const signal = await waiting.promise;
  await stream.return();
  assert(signal.aborted);
  assertEquals((await silent).done, true);
  assertEquals(session.status, "interrupted");
});

Deno.test("the option signal aborts a stream like next(), also between its parts", async () => {
  const controller = new AbortController();
  const heard: boolean[] = [];
  const llm = streaming(async function* ({ signal }) {
    yield text(TEXT.slice(0, 70));
    heard.push(signal!.aborted);
    yield result;
  });
  const session = talking(llm).createSession();
  const stream = session.stream("Hi", { signal: controller.signal });
  const types: string[] = [];
  for await (const { type } of stream) {
    types.push(type);
    if (type === "delta") controller.abort();
  }
  assertEquals(types.slice(0, 2), ["user", "delta"]);
  assertEquals([session.status, heard.includes(false)], ["interrupted", false]);
});

Deno.test("a restart discards earlier deltas, and the answer is the one after it", async () => {
  const llm = streaming(async function* () {
    yield text('{"reasoning":[],"decision":{"action":"RESPOND","response":"Goo');
    yield { type: "restart" };
    yield text(TEXT);
    yield result;
  });
  const parts = await partsOf(talking(llm).createSession().stream("Hi"));
  assertEquals(parts.filter(({ type }) => type === "restart").length, 1);
  assertEquals(shown(parts, "response"), "Good day");
  // next() reads no deltas, so a restart discards nothing.
  assertEquals((await talking(llm).createSession().next("Hi")).response, "Good day");
});

Deno.test("a stream that fails, ends without a result or returns an invalid one is an LLMError, nothing is lost", async () => {
  const failing: [LLM, string][] = [
    [
      streaming(async function* () {
        yield text(TEXT.slice(0, 60));
        throw new Error("the line broke");
      }),
      "the line broke",
    ],
    [
      streaming(async function* () {
        yield text(TEXT);
      }),
      'its stream ended: expected a chunk of type "result" before its end',
    ],
    [
      streaming(async function* () {
        yield { type: "result", result: null as never };
      }),
      "expected a result with an output",
    ],
    [streaming(() => undefined as never), "streaming"],
  ];
  for (const [llm, reason] of failing) {
    const session = talking(llm).createSession();
    await assertRejects(() => partsOf(session.stream("Hi")), LLMError, reason);
    assertEquals(session.status, "interrupted");
    assertEquals(session.state.events.map(({ type }) => type), ["user", "model_failed"]);
  }
});

Deno.test("a streamed output that is not a legal decision is refused like any other", async () => {
  const outputs = ["{", TEXT];
  const llm = streaming(async function* () {
    const output = outputs.shift()!;
    yield text(output);
    yield { type: "result", result: { output } };
  });
  const turn = await talking(llm).createSession().next("Hi");
  assertEquals(turn.events.map(({ type }) => type), ["user", "error", "decision"]);
});

Deno.test("a model that streams plays the same session as one that does not", async () => {
  const menu = new Tool({
    name: "menu",
    description: "Read the menu",
    args: v.object({ of: v.optional(v.picklist(["tea", "cake"])) }),
    run: ({ of }) => of ?? "all",
  });
  const eventsOf = async (llm: LLM) => {
    const agent = new Agent({
      name: "waiter",
      llm,
      start: "greet",
      steps: {
        greet: { description: "Greet", tools: [menu], routes: { order: "hungry" } },
        order: { description: "Order", suggestions: true, routes: { greet: "not yet" } },
      },
      ids: () => "s",
      clock: () => 0,
    });
    const session = agent.createSession();
    while (session.status !== "ended") await session.next("Go on");
    return session.state.events;
  };
  for (let seed = 1; seed <= 20; seed++) {
    const expected = await eventsOf(MockLLM.auto({ seed }));
    for (const chunkLength of [1, 17]) {
      assertEquals(await eventsOf(MockLLM.auto({ seed, chunkLength })), expected);
    }
  }
});

Deno.test("MockLLM streams chunks of chunkLength, and refuses invalid lengths", async () => {
  const llm = new MockLLM([decide.respond("Hello"), raw("abc")], { chunkLength: 4 });
  const parts = await partsOf(talking(llm).createSession().stream("Hi"));
  assertEquals(shown(parts, "response"), "Hello");
  assertEquals(new MockLLM([]).stream, undefined);
  for (const chunkLength of [0, -1, 1.5, NaN, "4" as never]) {
    let message = "";
    try {
      new MockLLM([], { chunkLength });
    } catch (error) {
      message = (error as Error).message;
    }
    assert(message.includes("expected a whole number from 1"), String(chunkLength));
  }
});
