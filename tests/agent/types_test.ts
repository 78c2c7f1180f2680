/**
 * Programs that the compiler accepts and refuses. An unused `@ts-expect-error` is itself
 * an error, so checking this file is the test.
 *
 * @module
 */
import {
  Agent,
  type AnyTool,
  ConfigError,
  decide,
  type Decision,
  type GuardContext,
  type InferOutput,
  type LLM,
  type LLMRequest,
  MockLLM,
  type Session,
  Tool,
  type Turn,
  type TurnOf,
} from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";

interface Shop {
  readonly currency: string;
}

interface Visitor {
  readonly user: string;
}

/** Compiles only if both types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? [] : [never]
): void {}

const llm = new MockLLM([], { whenDone: "repeat" });

const getPrice = new Tool({
  name: "get_price",
  description: "The price of a drink",
  args: v.object({ drink: v.picklist(["tea", "coffee"]), size: v.optional(v.number()) }),
  run: ({ drink, size }, { context }: { readonly context: Shop }) => {
    same<typeof drink, "tea" | "coffee">();
    same<typeof size, number | undefined>();
    return `${drink} ${size} ${context.currency}`;
  },
});

const say = new Tool({
  name: "say",
  description: "Say something",
  args: v.pipe(v.object({ text: v.pipe(v.string(), v.transform(Number)) })),
  run: ({ text }) => {
    // The tool gets the output of the schema, not its input.
    same<typeof text, number>();
    return text;
  },
});

Deno.test("Agent, an unknown start is a compile error, and a GraphError", () => {
  assertThrows(() =>
    // @ts-expect-error no step "c"
    new Agent({ name: "x", llm, start: "c", steps: { a: { description: "A" } } })
  );
});

Deno.test("Agent, an unknown route target is a compile error, and a GraphError", () => {
  assertThrows(() =>
    new Agent({
      name: "x",
      llm,
      start: "a",
      // @ts-expect-error no step "c"
      steps: { a: { description: "A", routes: { c: "go" } } },
    })
  );
});

Deno.test("Agent, a renamed step that leads to an unknown step is a compile error, and a GraphError", () => {
  const steps = { a: { description: "A" } };
  const agent = new Agent({ name: "x", llm, start: "a", steps, renamedSteps: { old: "a" } });
  const { step }: { step: "a" } = agent.createSession();
  assertEquals(step, "a");
  assertThrows(() =>
    // @ts-expect-error no step "c"
    new Agent({ name: "x", llm, start: "a", steps, renamedSteps: { old: "c" } })
  );
});

Deno.test("Agent, an example that moves to an unknown step is a compile error", () => {
  const build = () =>
    new Agent({
      name: "x",
      llm,
      start: "a",
      // @ts-expect-error no step "c"
      steps: { a: { description: "A", examples: [{ context: "x", decision: decide.move("c") }] } },
    });
  assertEquals(typeof build, "function");
});

Deno.test("Agent, unknown option keys are compile errors, and errors at run time", () => {
  const steps = { a: { description: "A" } };
  // @ts-expect-error no option "sytem"
  assertThrows(() => new Agent({ name: "x", llm, start: "a", steps, sytem: "S" }), ConfigError);
  assertThrows(() =>
    // @ts-expect-error no option "rouets"
    new Agent({ name: "x", llm, start: "a", steps: { a: { description: "A", rouets: {} } } })
  );
  assertThrows(() =>
    new Agent({
      name: "x",
      llm,
      start: "a",
      // @ts-expect-error no option "gaurd"
      steps: { a: { description: "A", routes: { a: { when: "again", gaurd: () => true } } } },
    })
  );
  const tool = { name: "t", description: "T", args: v.object({}), run: () => "" };
  // @ts-expect-error no option "available"
  assertThrows(() => new Tool({ ...tool, available: () => true }), ConfigError);
  const helper = new Agent({ name: "x", llm, start: "a", steps });
  assertThrows(
    // @ts-expect-error no option "run"
    () => helper.asTool({ name: "t", description: "T", run: () => "" }),
    ConfigError,
    'unknown option "run"',
  );
});

Deno.test("Agent, steps are inferred, and turn.step is one of them", () => {
  const agent = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } },
  });
  same<typeof agent, Agent<{ a: unknown; b: unknown }, unknown, unknown>>();
  const session = agent.createSession();
  same<typeof session, Session<TurnOf<{ a: unknown; b: unknown }>>>();
  same<typeof session.step, "a" | "b">();
  type OneTurn = Awaited<ReturnType<typeof session.next>>;
  same<OneTurn["response"], string | undefined>();
  same<OneTurn["step"], "a" | "b">();
  same<OneTurn["decision"], Decision<"a" | "b"> | undefined>();
  same<Extract<NonNullable<OneTurn["decision"]>, { action: "MOVE" }>["step"], "a" | "b">();
  assertEquals<"a" | "b">(session.step, "a");
  const wider: Session<Turn<"a" | "b" | "c", string | undefined>> = session;
  // @ts-expect-error a step is missing
  const narrower: Session<Turn<"a">> = session;
  assert(wider === narrower);
});

/** An agent that moves to "pay" and answers there. */
function answering() {
  return new Agent({
    name: "x",
    llm: new MockLLM([decide.move("pay"), decide.respond({ total: "5" })]),
    start: "talk",
    steps: {
      talk: { description: "Talk", routes: { pay: "they pay", bye: "they go" } },
      pay: {
        description: "Sum up",
        answer: v.object({ total: v.pipe(v.string(), v.transform(Number)) }),
      },
      bye: { description: "Say goodbye", answer: z.object({ ok: z.boolean() }) },
    },
  });
}

Deno.test("Turn, its response is text or an answer, and comparing its step narrows it", async () => {
  const turn = await answering().createSession().next("Hi");
  same<typeof turn.response, string | undefined | { total: number } | { ok: boolean }>();
  const { step, response } = turn;
  assert(turn.step === "pay" && step === "pay");
  same<typeof turn.response, string | undefined | { total: number }>();
  same<typeof response, string | undefined | { total: number }>();
  assert(typeof turn.response === "object");
  assertEquals(turn.response.total, 5);
  // @ts-expect-error an answer has no such field
  assertEquals(turn.response.cents, undefined);
  const again = await answering().next("Hi");
  same<typeof again, TurnOf<{ talk: unknown; pay: { total: number }; bye: { ok: boolean } }>>();
});

Deno.test("Agent, without type arguments is any agent that needs no context", async () => {
  const plain = new Agent({ name: "x", llm, start: "a", steps: { a: { description: "A" } } });
  const agents: Agent[] = [answering(), plain];
  const turn = await agents[0]!.next("Hi");
  same<typeof turn.response, unknown>();
  same<typeof turn.step, string>();
  const accept = (_: Agent<Record<string, unknown>, unknown, never>) => {};
  // deno-lint-ignore no-explicit-any
  const acceptAny = (_: Agent<any, any, any>) => {};
  const steps = { a: { description: "A", tools: [getPrice] } };
  const wanting = new Agent({ name: "x", llm, start: "a", steps });
  for (const take of [accept, acceptAny]) {
    take(answering());
    take(plain);
    take(wanting);
  }
  const turns: Turn[] = [turn, await answering().next("Hi")];
  assertEquals(turns.map(({ step }) => step), ["pay", "pay"]);
});

Deno.test("Agent, a list of tools with different arguments is inferred", () => {
  const agent = new Agent({
    name: "x",
    llm,
    start: "a",
    tools: [say],
    steps: { a: { description: "A", tools: [getPrice, say, "say"] } },
  });
  same<typeof agent, Agent<{ a: unknown }, unknown, Shop>>();
  const tools: AnyTool<unknown, Shop>[] = [getPrice, say];
  assertEquals(tools.length, 2);
});

Deno.test("Agent.createSession, a context that tools need is required, and of their type", () => {
  const steps = { a: { description: "A", tools: [getPrice] } };
  const agent = new Agent({ name: "x", llm, start: "a", steps });
  // @ts-expect-error a context is missing
  const missing = () => agent.createSession();
  // @ts-expect-error a context is missing
  const empty = () => agent.createSession({});
  // @ts-expect-error a context of another type
  const wrong = () => agent.createSession({ context: { currency: 5 } });
  // @ts-expect-error a context is missing
  const next = () => agent.next("hi", undefined);
  assertEquals([missing, empty, wrong, next].length, 4);
  agent.createSession({ context: { currency: "EUR" } });
  new Agent({ name: "x", llm, start: "a", steps: { a: { description: "A" } } }).createSession();
});

Deno.test("Agent, the contexts of several tools are declared by the agent's schema", () => {
  const whoAmI = new Tool({
    name: "who_am_i",
    description: "Who",
    args: v.object({}),
    run: (_, { context }: { readonly context: Visitor }) => context.user,
  });
  const steps = { a: { description: "A", tools: [getPrice, whoAmI] } };
  const context = v.object({ currency: v.string(), user: v.string() });
  const agent = new Agent({ name: "x", llm, start: "a", steps, context });
  same<typeof agent, Agent<{ a: unknown }, unknown, { currency: string; user: string }>>();
  // @ts-expect-error half of the context is missing
  const half = () => agent.createSession({ context: { currency: "EUR" } });
  assertThrows(half, ConfigError, "context.user");
  agent.createSession({ context: { currency: "EUR", user: "Ada" } });
  new Agent<{ a: unknown }, unknown, Shop & Visitor>({ name: "x", llm, start: "a", steps });
  const visitor = v.object({ user: v.string() });
  // @ts-expect-error a tool needs another context
  new Agent({ name: "x", llm, start: "a", steps, context: visitor });
});

Deno.test("Agent, guards have the type of the context", () => {
  const agent = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: {
      a: {
        description: "A",
        tools: [getPrice],
        routes: {
          b: {
            when: "go",
            guard: ({ context, sessionId, step }) => {
              same<typeof context, Shop>();
              same<typeof sessionId, string>();
              same<typeof step, string>();
              return context.currency === "EUR";
            },
          },
        },
      },
      b: { description: "B" },
    },
  });
  same<typeof agent, Agent<{ a: unknown; b: unknown }, unknown, Shop>>();

  const guard = ({ context }: GuardContext<unknown, Visitor>) => context.user !== "";
  const guarded = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: { a: { description: "A", routes: { a: { when: "again", guard } } } },
  });
  same<typeof guarded, Agent<{ a: unknown }, unknown, Visitor>>();

  const guardedTool = new Tool({
    name: "t",
    description: "T",
    args: v.object({}),
    run: () => "",
    guard,
  });
  const steps = { a: { description: "A", tools: [guardedTool] } };
  // @ts-expect-error a context is missing
  const missing = () => new Agent({ name: "x", llm, start: "a", steps }).createSession();
  assertEquals(typeof missing, "function");

  new Agent<Record<"a", unknown>, unknown, Shop>({
    name: "x",
    llm,
    start: "a",
    // @ts-expect-error the guard needs another context
    steps: { a: { description: "A", routes: { a: { when: "again", guard } } } },
  });
});

Deno.test("Tool, only a Tool is a tool, and its schema must be one", () => {
  const likeness = { name: "t", description: "T", args: v.object({}), run: () => "" };
  assertThrows(() =>
    new Agent({
      name: "x",
      llm,
      start: "a",
      // @ts-expect-error not a Tool
      steps: { a: { description: "A", tools: [likeness] } },
    })
  );
  assertThrows(() =>
    // @ts-expect-error not a schema
    new Tool({ name: "t", description: "T", args: { x: "string" }, run: () => "" })
  );
  same<InferOutput<typeof getPrice.args>["drink"], "tea" | "coffee">();
  same<typeof say, Tool<{ text: number }>>();
  const tools: Tool[] = [say];
  assertEquals(tools[0]?.name, "say");
});

Deno.test("LLM, models, requests and copies of requests can be object literals", async () => {
  const model: LLM = {
    name: "echo",
    decide: (request) => Promise.resolve({ output: request.messages.length }),
  };
  const request: LLMRequest = {
    messages: [],
    schema: {},
    stable: 0,
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
  };
  const changed: LLMRequest = { ...request, signal: AbortSignal.abort() };
  // @ts-expect-error a request does not change
  const change = () => changed.stable = 1;
  assertEquals(typeof change, "function");
  assertEquals((await model.decide(changed)).output, 0);
});

Deno.test("Session.next, its command and options are typed", () => {
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "x", llm, start: "a", steps }).createSession();
  // @ts-expect-error input is text
  const number = () => session.next(5);
  // @ts-expect-error not an option of stopAfter
  const stop = () => session.next("x", { stopAfter: "decision" });
  // @ts-expect-error a state has a version
  const state = () => session.next("x", { state: {} });
  assertEquals([number, stop, state].length, 3);
});

Deno.test("Tool, a generator function gets the types of its schemas", () => {
  const count = new Tool({
    name: "count",
    description: "Count",
    args: v.object({ to: v.number() }),
    context: v.object({ from: v.number() }),
    async *run({ to }, { context, signal }) {
      same<typeof to, number>();
      same<typeof context, { from: number }>();
      for (let n = context.from; n <= to && !signal.aborted; n++) yield await Promise.resolve(n);
      return "counted";
    },
  });
  same<typeof count, Tool<{ to: number }, unknown, { from: number }>>();
  const arrow = new Tool({
    run: async function* ({ to }) {
      same<typeof to, number>();
      yield await Promise.resolve(to);
    },
    args: z.object({ to: z.number() }),
    name: "count",
    description: "Count",
  });
  same<typeof arrow, Tool<{ to: number }>>();
});
