import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Agent,
  AgentToolError,
  ConfigError,
  decide,
  type GuardContext,
  MockLLM,
  RedirectError,
  type Session,
  Tool,
} from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import * as v from "valibot";
import { agentOf, modelOf, payer } from "./agents.ts";

const tool = { name: "help", description: "Help" };
const call = (input: string) => decide.call("help", { input });

/** Calls an agent once from a parent, and returns the session, the turn and the result. */
async function callOf(agent: Agent<Record<"work", unknown>>, input = "What is it?") {
  const caller = agentOf("caller", modelOf([call(input), decide.respond("done")]), [
    agent.asTool(tool),
  ]);
  const session: Session = caller.createSession({ id: "s", keepChildren: true });
  const turn = await session.next("Go");
  return { session, turn, result: turn.toolResults[0]! };
}

Deno.test("an agent called as a tool runs one turn in a session named by its place in the parent", async () => {
  const asked: string[] = [];
  const agent = agentOf("helper", modelOf([decide.respond("An answer")], asked), []);
  const { turn, session, result } = await callOf(agent, "What is it?");
  assertEquals([turn.status, turn.response], ["waiting", "done"]);
  const { args: _, ...rest } = result;
  assertEquals(rest, { tool: "help", callKey: "s~caller/1/0", outcome: "ok", text: "An answer" });
  const child = session.state.children!["s~caller/1/0"]!;
  assertEquals(child.sessionId, "caller/1/0");
  assertEquals(child.events.map(({ type }) => type), ["user", "decision"]);
  assertEquals(child.events[0], { seq: 0, time: 0, type: "user", text: "What is it?" });
  assertEquals(asked, ["caller/1/0 0"]);
  // The logs are separate: the parent's has the call and its result only.
  assertEquals(session.state.events.map(({ type }) => type), [
    "user",
    "decision",
    "tool_started",
    "tool_finished",
    "decision",
  ]);
});

Deno.test("the result is the response of the agent as text or JSON, or its last message at the end", async () => {
  const answer = v.object({ total: v.number() });
  const structured = new Agent<Record<"work", unknown>>({
    name: "adder",
    llm: new MockLLM([decide.respond({ total: 3 })]),
    start: "work",
    steps: { work: { description: "Add", answer } },
  });
  assertEquals((await callOf(structured)).result.text, '{"total":3}');
  const ending = agentOf("helper", modelOf([decide.end("Goodbye")]), []);
  assertEquals((await callOf(ending)).result.text, "Goodbye");
  const silent = agentOf("helper", modelOf([decide.end()]), []);
  const { result } = await callOf(silent);
  assertEquals([result.outcome, result.text], ["ok", "The agent has ended the conversation"]);
});

Deno.test("a child turn that ends limited gives its call the outcome error, with the reason", async () => {
  const agent = agentOf("helper", modelOf([decide.call("pay", { to: "ann" })]), [payer([])], {
    limits: { turn: { modelCalls: 1 } },
  });
  const { turn, result } = await callOf(agent);
  assertEquals([result.outcome, result.text], [
    "error",
    'Agent "help" has no result: its turn was limited (limits.turn.modelCalls) before it answered',
  ]);
  assertEquals(turn.response, "done");
});

Deno.test("custom arguments become the input of the agent", async () => {
  const seen: unknown[] = [];
  const agent = agentOf(
    "translator",
    new MockLLM([({ messages }) => {
      seen.push(messages[1]!.content);
      return decide.respond("Bonjour");
    }], { whenDone: "repeat" }),
    [],
  );
  const translate = agent.asTool({
    name: "translate",
    description: "Translate",
    args: v.object({ text: v.string(), language: v.string() }),
    input: ({ text, language }) => `Into ${language}: ${text}`,
  });
  const llm = modelOf([
    decide.call("translate", { text: "Hello", language: "French" }),
    decide.respond("done"),
  ]);
  const turn = await agentOf("caller", llm, [translate]).next("Go");
  assertEquals(turn.toolResults[0]!.text, "Bonjour");
  assertEquals(seen, ["Into French: Hello"]);
  // Without the option `input`, the arguments are passed as JSON.
  const plain = agent.asTool({ ...tool, args: v.object({ n: v.number() }) });
  const json = modelOf([decide.call("help", { n: 1 }), decide.respond("done")]);
  await agentOf("caller", json, [plain]).next("Go");
  assertEquals(seen.at(-1), '{"n":1}');
});

Deno.test("an input function that throws or does not return text gives the call the outcome error", async () => {
  const agent = agentOf("helper", modelOf([decide.respond("never")]), []);
  const inputs: [() => string, string, string][] = [
    [
      () => {
        throw new RedirectError("closed", "come back");
      },
      "redirected",
      "closed\nInstead: come back",
    ],
    [
      () => 5 as never,
      "error",
      'Cannot call agent "help": the option "input" returned 5: expected text',
    ],
  ];
  for (const [input, outcome, text] of inputs) {
    const help = agent.asTool({ ...tool, args: v.object({}), input });
    const llm = modelOf([decide.call("help"), decide.respond("done")]);
    const [result] = (await agentOf("caller", llm, [help]).next("Go")).toolResults;
    assertEquals([result!.outcome, result!.text], [outcome, text]);
  }
});

Deno.test("the input function is called once, however often the call is resumed", async () => {
  let inputs = 0;
  const pays = modelOf([decide.call("pay", { to: "ann" }), decide.respond("paid")]);
  const agent = agentOf("helper", pays, [payer([], { needsApproval: true })]);
  const input = () => {
    inputs++;
    return "Pay";
  };
  const help = agent.asTool({ ...tool, args: v.object({}), input });
  const llm = modelOf([decide.call("help"), decide.respond("done")]);
  const session = agentOf("caller", llm, [help]).createSession({ id: "s" });
  await session.next("Go");
  assertEquals((await session.approve("caller/1/0/1/0")).response, "done");
  assertEquals(inputs, 1);
});

Deno.test("the child session gets the parent's context, or a converted one", async () => {
  interface User {
    readonly user: string;
  }
  const seen: unknown[] = [];
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: (_, { context }: { readonly context: User }) => void seen.push(context),
  });
  const agent = new Agent({
    name: "helper",
    llm: modelOf([decide.call("look"), decide.respond("seen")]),
    start: "work",
    steps: { work: { description: "Work", tools: [look] } },
  });
  const same = agent.asTool(tool);
  const mapped = agent.asTool({
    name: "helpOther",
    description: "Help",
    context: ({ users }: { readonly users: readonly string[] }) => ({ user: users[0]! }),
    guard: ({ context }: GuardContext<unknown, { readonly users: readonly string[] }>) =>
      context.users.length > 0,
  });
  const caller = new Agent<
    Record<"work", unknown>,
    unknown,
    User & { readonly users: readonly string[] }
  >({
    name: "caller",
    llm: modelOf([
      call("a"),
      decide.call("helpOther", { input: "b" }),
      decide.respond("done"),
    ]),
    start: "work",
    steps: { work: { description: "Work", tools: [same, mapped] } },
  });
  const context = { user: "ann", users: ["bob"] };
  assertEquals((await caller.createSession({ context }).next("Go")).response, "done");
  assertEquals(seen, [context, { user: "bob" }]);
  const steps = { work: { description: "Work", tools: [same] } };
  // @ts-expect-error the agent's tools need a context
  const missing = () => new Agent({ name: "x", llm: modelOf([]), start: "work", steps }).next("Hi");
  assertEquals(typeof missing, "function");
});

Deno.test("agents that are called at once run at once, each in a session of its own", async () => {
  const gate = Promise.withResolvers<void>();
  const running: string[] = [];
  const wait = new Tool({
    name: "wait",
    description: "Wait",
    args: v.object({}),
    run: async (_, { callKey }) => {
      running.push(callKey);
      if (running.length === 3) gate.resolve();
      await gate.promise;
      return "waited";
    },
  });
  const agent = agentOf("helper", modelOf([decide.call("wait"), decide.respond("ok")]), [wait]);
  const three = ["a", "b", "c"].map((input) => ({ tool: "help", args: { input } }));
  const llm = modelOf([decide.calls(three), decide.respond("done")]);
  const session = agentOf("caller", llm, [agent.asTool(tool)])
    .createSession({ id: "s", keepChildren: true });
  assertEquals((await session.next("Go")).response, "done");
  assertEquals(running, [0, 1, 2].map((call) => `caller/1/${call}/1/0`));
  assertEquals(Object.keys(session.state.children!), [
    "s~caller/1/0",
    "s~caller/1/1",
    "s~caller/1/2",
  ]);
});

Deno.test("agents that call each other deeper than maxDepth are stopped", async () => {
  let agent = agentOf("bottom", modelOf([decide.respond("reached the bottom")]), []);
  for (let level = 0; level < 10_000; level++) {
    const llm = modelOf([call("deeper"), decide.respond("came back")]);
    agent = agentOf(`level ${level}`, llm, [agent.asTool(tool)]);
  }
  const session: Session = agent.createSession({ id: "s", keepChildren: true });
  assertEquals((await session.next("Go")).response, "came back");
  let state = session.state;
  let depth = 0;
  while (state.children !== undefined) {
    state = Object.values(state.children)[0]!;
    depth++;
  }
  assertEquals(depth, 8);
  const finished = state.events.find((event) => event.type === "tool_finished");
  assert(finished?.type === "tool_finished" && finished.outcome === "error");
  assertEquals(
    finished.text,
    'Cannot call agent "help": the maximum depth of child sessions is ' +
      'reached ("maxDepth"): do the work without this tool',
  );
});

Deno.test("an agent that calls itself is stopped at the lowest maxDepth of its parents", async () => {
  const depths: [own: number, caller: number | undefined, expected: number][] = [
    [3, undefined, 3],
    [0, undefined, 0],
    [9, 2, 2],
    [2, 9, 3],
  ];
  for (const [maxDepth, callers, expected] of depths) {
    const llm = modelOf([call("deeper"), decide.respond("back")]);
    const self: Agent<Record<"work", unknown>> = agentOf("self", llm, [
      Agent.toolOf(() => self, tool),
    ], {
      maxDepth,
    });
    const agent = callers === undefined
      ? self
      : agentOf("caller", llm, [self.asTool(tool)], { maxDepth: callers });
    const { state } = await agent.createSession({ id: "s", keepChildren: true }).next("Go");
    let depth = 0;
    for (let { children } = state; children !== undefined; depth++) {
      children = Object.values(children)[0]!.children;
    }
    assertEquals(depth, expected, `${maxDepth} of ${callers}`);
  }
});

Deno.test("toolOf() asks for an Agent when the tool is called", async () => {
  const broken = Agent.toolOf(() => ({}) as never, tool);
  const caller = agentOf("caller", modelOf([call("x"), decide.respond("done")]), [broken]);
  await assertRejects(
    () => caller.next("Go"),
    ConfigError,
    "Agent.toolOf() returned an object: expected an Agent",
  );
});

Deno.test("Tool.call() of an agent's tool runs it in a session of its own", async () => {
  const help = agentOf("helper", modelOf([decide.respond("An answer")]), []).asTool(tool);
  assertEquals(await help.call({ input: "What?" }), "An answer");
  const asking = agentOf("asker", modelOf([decide.call("pay", { to: "ann" })]), [
    payer([], { needsApproval: true }),
  ]);
  await assertRejects(
    () => asking.asTool(tool).call({ input: "Pay" }),
    AgentToolError,
    'Agent "help" has no result: one of its calls needs approval',
  );
  await assertRejects(
    () => help.call({ input: "What?" }, { signal: AbortSignal.abort(new Error("no longer")) }),
    Error,
    "no longer",
  );
});

Deno.test("asTool() refuses invalid options", () => {
  const agent = agentOf("helper", modelOf([]), []);
  const bad: [unknown, string][] = [
    [
      undefined,
      "Cannot create tool undefined of an agent: options is undefined: expected an object",
    ],
    [{ ...tool, name: "not a name" }, "expected 1 to 64 letters"],
    [
      { ...tool, input: "text" },
      'Cannot create tool "help" of an agent: input is "text": expected a function of the arguments',
    ],
    [{ ...tool, context: 5 }, "context is 5: expected a function of the parent's context"],
    [{ ...tool, timeout: 0 }, "timeout is 0"],
  ];
  for (const [options, message] of bad) {
    assertThrows(() => agent.asTool(options as never), ConfigError, message);
    assertThrows(() => Agent.toolOf(() => agent, options as never), ConfigError, message);
  }
  assertThrows(
    () => agentOf("helper", modelOf([]), [], { maxDepth: -1 }),
    ConfigError,
    "maxDepth is -1: expected a whole number from 0",
  );
});

Deno.test("asTool() infers the types of the arguments and of the input function", () => {
  const agent = agentOf("helper", modelOf([]), []);
  const args = v.object({ count: v.number() });
  agent.asTool({
    ...tool,
    args,
    input: ({ count }) => count.toFixed(),
    needsApproval: ({ count }) => count > 1,
  });
  agent.asTool({ ...tool, needsApproval: ({ input }) => input !== "" });
  // @ts-expect-error the arguments have no such field
  agent.asTool({ ...tool, args, input: ({ other }) => other });
});

Deno.test("the explorer plays an agent like any other tool, without running it", async () => {
  const asked: string[] = [];
  const agent = agentOf("helper", modelOf([decide.respond("An answer")], asked), []);
  const caller = agentOf("caller", modelOf([], asked), [agent.asTool(tool)]);
  const exploration = await explore(caller);
  assertEquals([exploration.missed, asked], [[], []]);
});
