import {
  Agent,
  type AnyTool,
  decide,
  type GuardContext,
  GuardError,
  type LegalActions,
  MockLLM,
  type StepOptions,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

interface Cart {
  items: number;
}

async function legalIn(
  step: Partial<StepOptions<"a" | "b", unknown>>,
  context?: unknown,
): Promise<LegalActions> {
  const agent = new Agent<Record<"a" | "b", unknown>>({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A", ...step }, b: { description: "B" } },
  });
  return (await agent.explain(agent.createSession({ context, id: "s" }))).legal;
}

function tool(name: string, guard?: (context: GuardContext) => boolean): AnyTool<unknown> {
  const run = () => "";
  return new Tool({
    name,
    description: name,
    args: v.object({}),
    run,
    ...(guard && { guard }),
  });
}

Deno.test("Agent, legal actions follow from what a step declares", async () => {
  const cases: [Partial<StepOptions<"a" | "b", unknown>>, LegalActions["actions"]][] = [
    [{}, ["RESPOND", "END"]],
    [{ end: false }, ["RESPOND"]],
    [{ end: "when they leave" }, ["RESPOND", "END"]],
    [{ auto: true }, ["END"]],
    [{ routes: { b: "go" } }, ["RESPOND", "MOVE", "END"]],
    [{ tools: [tool("t")] }, ["RESPOND", "TOOL_CALL", "END"]],
    [{ auto: true, end: false, routes: { b: "go" }, tools: [tool("t")] }, ["TOOL_CALL", "MOVE"]],
  ];
  for (const [step, actions] of cases) assertEquals((await legalIn(step)).actions, actions);
});

Deno.test("Agent, a route or tool is offered only while its guard returns true", async () => {
  const guard = ({ context }: GuardContext) => (context as Cart).items > 0;
  const step = {
    routes: { b: { when: "pay", guard }, a: "stay" },
    tools: [tool("pay", guard), tool("look")],
  };
  assertEquals(await legalIn(step, { items: 0 }), {
    actions: ["RESPOND", "TOOL_CALL", "MOVE", "END"],
    routes: ["a"],
    tools: ["look"],
  });
  assertEquals(await legalIn(step, { items: 1 }), {
    actions: ["RESPOND", "TOOL_CALL", "MOVE", "END"],
    routes: ["b", "a"],
    tools: ["look", "pay"],
  });
});

Deno.test("Agent, an action without an offered route or tool is not legal", async () => {
  const closed = () => false;
  const step = { routes: { b: { when: "go", guard: closed } }, tools: [tool("t", closed)] };
  assertEquals(await legalIn(step), { actions: ["RESPOND", "END"], routes: [], tools: [] });
});

Deno.test("Agent, guards are called for every decision, with the session and the step", async () => {
  const asked: GuardContext[] = [];
  const cart: Cart = { items: 0 };
  const guard = (context: GuardContext<unknown, Cart>) => {
    asked.push(context);
    return context.context.items > 0;
  };
  const add = new Tool({
    name: "add",
    description: "Add",
    args: v.object({}),
    run: (_, { context }: { context: Cart }) => ++context.items,
  });
  const llm = new MockLLM([decide.call("add"), decide.move("b"), decide.respond("Paid")]);
  const agent = new Agent({
    name: "shop",
    llm,
    start: "a",
    steps: {
      a: { description: "A", tools: [add], routes: { b: { when: "pay", guard } } },
      b: { description: "B" },
    },
  });
  const turn = await agent.createSession({ id: "s", context: cart }).next("hi");
  assertEquals(turn.step, "b");
  assertEquals(llm.requests.map(({ legal }) => legal!.routes), [[], ["b"], []]);
  assertEquals(asked.length, 2);
  assert(asked[0]!.context === cart);
  assertEquals([asked[0]!.sessionId, asked[0]!.step], ["s", "a"]);
});

Deno.test("Agent, the last message names only offered routes and tools", async () => {
  const agent = new Agent({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    steps: {
      a: {
        description: "A",
        routes: { b: { when: "SECRET-ROUTE", guard: () => false } },
        tools: [tool("secret_tool", () => false)],
      },
      b: { description: "B" },
    },
  });
  const { messages, schema } = await agent.explain(agent.createSession());
  assert(!/SECRET-ROUTE|secret_tool/.test(JSON.stringify([messages, schema])));
});

const BAD_GUARDS: Readonly<Record<string, () => unknown>> = {
  "that throws": () => {
    throw new Error("broken");
  },
  "that throws nothing": () => {
    throw undefined;
  },
  "that gives a promise": () => Promise.resolve(true),
  "that gives nothing": () => undefined,
  "that gives a number": () => 1,
  "that gives a big integer": () => 1n,
  "that gives a cycle": () => {
    const cycle: Record<string, unknown> = {};
    return cycle.cycle = cycle;
  },
};

for (const [what, guard] of Object.entries(BAD_GUARDS)) {
  Deno.test(`Agent, a guard ${what} is a GuardError that names the place`, async () => {
    const bad = guard as () => boolean;
    const route = await assertRejects(
      () => legalIn({ routes: { b: { when: "go", guard: bad } } }),
      GuardError,
    );
    assertEquals(route.code, "GUARD_FAILED");
    assertStringIncludes(route.message, 'the route to "b" of step "a"');
    const failed = await assertRejects(() => legalIn({ tools: [tool("t", bad)] }), GuardError);
    assertStringIncludes(failed.message, 'tool "t" of step "a"');
  });
}

Deno.test("Session.next, a guard that fails leaves the session interrupted, and nothing is lost", async () => {
  let isBroken = true;
  const guard = () => {
    if (isBroken) throw new Error("broken");
    return true;
  };
  const agent = new Agent({
    name: "test",
    llm: new MockLLM([decide.move("b"), decide.respond("Done")]),
    start: "a",
    steps: {
      a: { description: "A", routes: { b: { when: "go", guard } } },
      b: { description: "B" },
    },
  });
  const session = agent.createSession();
  const error = await assertRejects(() => session.next("hi"), GuardError);
  assertEquals((error.cause as Error).message, "broken");
  assertEquals([session.status, session.state.events.length], ["interrupted", 1]);
  isBroken = false;
  assertEquals((await session.resume()).response, "Done");
});

Deno.test("Session.next, offers the right tools for many combinations of guards", async () => {
  const open = new Set<string>();
  const names = Array.from({ length: 8 }, (_, index) => `t${index}`);
  const llm = new MockLLM([decide.respond("x")], { whenDone: "repeat" });
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    steps: {
      a: { description: "A", tools: names.map((name) => tool(name, () => open.has(name))) },
    },
  });
  const session = agent.createSession();
  for (let round = 0; round < 2; round++) {
    for (let bits = 0; bits < 256; bits++) {
      open.clear();
      const expected = names.filter((_, index) => bits & 1 << index);
      for (const name of expected) open.add(name);
      await session.next("x");
      const { legal, messages } = llm.requests.at(-1)!;
      assertEquals(legal!.tools, expected);
      const last = messages.at(-1)!.content as string;
      assertEquals(names.filter((name) => last.includes(`- ${name}:`)), expected);
    }
  }
});
