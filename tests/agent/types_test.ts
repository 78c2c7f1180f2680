/**
 * What the compiler accepts and refuses. A `@ts-expect-error` that expects in
 * vain is itself an error, so that checking this file is the test.
 *
 * @module
 */
import {
  Agent,
  type AnyTool,
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
} from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";

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
    // The tool is given what the schema gives, not what it takes.
    same<typeof text, number>();
    return text;
  },
});

Deno.test("Agent, an unknown start is a compile error, and a GraphError", () => {
  assertThrows(() =>
    // @ts-expect-error no step "c"
    new Agent({ name: "x", llm, start: "c", steps: { a: { description: "A" } } })
  );
  assertThrows(() =>
    // @ts-expect-error no step "c"
    new Agent({ name: "x", llm, start: "c", steps: [{ id: "a", description: "A" }] })
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
  assertThrows(() =>
    new Agent({
      name: "x",
      llm,
      start: "a",
      // @ts-expect-error no step "c"
      steps: [{ id: "a", description: "A", routes: [{ to: "c", when: "go" }] }],
    })
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

Deno.test("Agent, steps are inferred from both forms, and turn.step is one of them", () => {
  const record = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } },
  });
  const list = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: [{ id: "a", description: "A", routes: [{ to: "b", when: "go" }] }, {
      id: "b",
      description: "B",
    }],
  });
  same<typeof record, Agent<"a" | "b", unknown>>();
  same<typeof list, Agent<"a" | "b", unknown>>();
  const session = record.createSession();
  same<typeof session, Session<"a" | "b">>();
  same<typeof session.step, "a" | "b">();
  type OneTurn = Awaited<ReturnType<typeof session.next>>;
  same<OneTurn, Turn<"a" | "b">>();
  same<OneTurn["step"], "a" | "b">();
  same<OneTurn["decision"], Decision<"a" | "b"> | undefined>();
  same<Extract<NonNullable<OneTurn["decision"]>, { action: "MOVE" }>["step"], "a" | "b">();
  assertEquals<"a" | "b">(session.step, "a");
});

Deno.test("Agent, a list of tools with different arguments is inferred", () => {
  const agent = new Agent({
    name: "x",
    llm,
    start: "a",
    tools: [say],
    steps: { a: { description: "A", tools: [getPrice, say, "say"] } },
  });
  same<typeof agent, Agent<"a", Shop>>();
  const tools: AnyTool<Shop>[] = [getPrice, say];
  assertEquals(tools.length, 2);
});

Deno.test("Agent.createSession, a context that tools want is required, and of their type", () => {
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

Deno.test("Agent, contexts of several tools are told as type arguments", () => {
  const whoAmI = new Tool({
    name: "who_am_i",
    description: "Who",
    args: v.object({}),
    run: (_, { context }: { readonly context: Visitor }) => context.user,
  });
  const agent = new Agent<"a", Shop & Visitor>({
    name: "x",
    llm,
    start: "a",
    steps: { a: { description: "A", tools: [getPrice, whoAmI] } },
  });
  // @ts-expect-error half of the context is missing
  const half = () => agent.createSession({ context: { currency: "EUR" } });
  assertEquals(typeof half, "function");
  agent.createSession({ context: { currency: "EUR", user: "Ada" } });
});

Deno.test("Agent, guards know the context", () => {
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
  same<typeof agent, Agent<"a" | "b", Shop>>();

  const guard = ({ context }: GuardContext<Visitor>) => context.user !== "";
  const guarded = new Agent({
    name: "x",
    llm,
    start: "a",
    steps: [{ id: "a", description: "A", routes: [{ to: "a", when: "again", guard }] }],
  });
  same<typeof guarded, Agent<"a", Visitor>>();

  const available = new Tool({
    name: "t",
    description: "T",
    args: v.object({}),
    run: () => "",
    available: guard,
  });
  const steps = { a: { description: "A", tools: [available] } };
  // @ts-expect-error a context is missing
  const missing = () => new Agent({ name: "x", llm, start: "a", steps }).createSession();
  assertEquals(typeof missing, "function");

  new Agent<"a", Shop>({
    name: "x",
    llm,
    start: "a",
    // @ts-expect-error the guard wants another context
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
});

Deno.test("LLM, a model is an object literal; a request is one, but not a copy", async () => {
  const model: LLM = {
    name: "echo",
    decide: (request) => Promise.resolve({ output: request.messages.length }),
  };
  const request: LLMRequest = {
    messages: [],
    schema: {},
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
  };
  // @ts-expect-error a copy loses the messages
  const copy: LLMRequest = { ...request };
  // @ts-expect-error a copy with another signal as well
  const changed: LLMRequest = { ...request, signal: AbortSignal.abort() };
  assert(copy !== changed);
  assertEquals((await model.decide(request)).output, 0);
});

Deno.test("Session.next, what it is given is typed", () => {
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "x", llm, start: "a", steps }).createSession();
  // @ts-expect-error input is text
  const number = () => session.next(5);
  // @ts-expect-error no such stop
  const stop = () => session.next("x", { stopAfter: "decision" });
  // @ts-expect-error a state has a version
  const state = () => session.next("x", { state: {} });
  assertEquals([number, stop, state].length, 3);
});
