/** The request that offers RESPOND alone, after a limit of errors, decisions or repeats. */
import {
  Agent,
  type AgentOptions,
  decide,
  type LLM,
  LLMError,
  MockLLM,
  raw,
  type ScriptEntry,
  type SessionEvent,
  type StepOptions,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import * as v from "valibot";

interface World {
  readonly agent: Agent;
  readonly llm: MockLLM;
  /** Argument `n` of each run of the tool. */
  readonly runs: number[];
}

function play(
  script: readonly ScriptEntry[],
  options: Partial<AgentOptions> = {},
  step: Partial<StepOptions<string, unknown>> = {},
): World {
  const runs: number[] = [];
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({ n: v.optional(v.number()) }),
    run: ({ n }) => {
      runs.push(n ?? 0);
      return "seen";
    },
  });
  const llm = new MockLLM(script);
  const agent = new Agent({
    name: "tested",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look], routes: { talk: "again" }, ...step } },
    maxErrors: 1,
    maxIterations: 4,
    ...options,
  });
  return { agent, llm, runs };
}

const look = (n?: number) => decide.call("look", n === undefined ? {} : { n });
const types = (events: readonly SessionEvent[]) => events.map(({ type }) => type);

/** The shortest script that reaches each limit. */
const REACHED = {
  errors: [raw("1"), raw("2")],
  iterations: [look(1), look(2), look(3), look(4)],
  loop: [look(), look(), look()],
} satisfies Record<string, readonly ScriptEntry[]>;
const REASONS = Object.keys(REACHED) as (keyof typeof REACHED)[];

Deno.test("respond_only: each limit leaves RESPOND alone, once, and is recorded with its reason", async () => {
  for (const reason of REASONS) {
    const { agent, llm } = play([...REACHED[reason], decide.respond("So far")]);
    const turn = await agent.createSession().next("Hi");
    assertEquals([turn.status, turn.response, turn.reason], ["waiting", "So far", undefined]);
    const limits = turn.events.filter((event) => event.type === "respond_only");
    assertEquals(limits.map((event) => event.reason), [reason]);
    assertEquals(types(turn.events.slice(-2)), ["respond_only", "decision"]);
    const last = llm.requests.at(-1)!;
    assertEquals(last.legal, { actions: ["RESPOND"], routes: [], tools: [] });
    const text = JSON.stringify(last.schema);
    for (const word of ["TOOL_CALL", "MOVE", "END", "look"]) assert(!text.includes(word), word);
    // All requests before offered everything.
    const others = llm.requests.slice(0, -1);
    assert(others.every(({ legal }) => legal!.actions.length === 4), reason);
    llm.assertDone();
  }
});

Deno.test("respond_only: an answer that is refused ends the turn, limited for the same reason", async () => {
  for (const reason of REASONS) {
    const illegal: ScriptEntry[] = [
      raw("no JSON"),
      raw({
        reasoning: [],
        decision: { action: "TOOL_CALL", calls: [{ tool: "look", args: {} }] },
      }),
    ];
    for (const refused of illegal) {
      const { agent, llm, runs } = play([...REACHED[reason], refused]);
      const session = agent.createSession();
      const turn = await session.next("Hi");
      assertEquals([turn.status, turn.reason, session.status], ["limited", reason, "limited"]);
      assertEquals(types(turn.events.slice(-3)), ["respond_only", "error", "limit"]);
      // The call that was not offered did not run.
      assertEquals(runs.length, reason === "errors" ? 0 : REACHED[reason].length);
      llm.assertDone();
    }
  }
});

Deno.test("respond_only: an auto step cannot answer, so its turn is limited at once", async () => {
  for (const reason of REASONS) {
    const { agent, llm } = play(REACHED[reason], {}, { auto: true });
    const turn = await agent.createSession().next("Hi");
    assertEquals([turn.status, turn.reason], ["limited", reason]);
    assertEquals(types(turn.events).includes("respond_only"), false);
    llm.assertDone();
  }
});

Deno.test("respond_only: after a failed model call, resume() asks for the answer again, in any process", async () => {
  for (const reason of REASONS) {
    const store = memoryStore();
    const script = [...REACHED[reason], new Error("down")];
    const stored = await play(script).agent.openSession("s", { store });
    await assertRejects(() => stored.next("Hi"), LLMError, "down");
    const live = play([...script, decide.respond("So far")]);
    const session = live.agent.createSession();
    await assertRejects(() => session.next("Hi"), LLMError, "down");
    const state = JSON.parse(JSON.stringify(session.state));

    const kept = play([decide.respond("So far")]);
    const opened = play([decide.respond("So far")]);
    const resumed: [typeof session, World][] = [
      [session, live],
      [kept.agent.createSession({ state }), kept],
      [await opened.agent.openSession("s", { store }), opened],
    ];
    for (const [other, { llm }] of resumed) {
      assertEquals((await other.resume()).response, "So far");
      assertEquals(llm.requests.at(-1)!.legal?.actions, ["RESPOND"]);
      const events = await Array.fromAsync(other.events());
      assertEquals(events.filter(({ type }) => type === "respond_only").length, 1, reason);
    }
  }
});

Deno.test("respond_only: a turn that was aborted there continues there", async () => {
  const { agent, llm } = play([...REACHED.loop, decide.respond("So far")]);
  const session = agent.createSession();
  for await (const { type } of session.stream("Hi")) if (type === "respond_only") break;
  assertEquals(session.status, "interrupted");
  const explained = await agent.explain(session);
  assertEquals(explained.legal.actions, ["RESPOND"]);
  assertEquals((await session.resume()).response, "So far");
  assertEquals(llm.requests.at(-1)!.messages, explained.messages);
});

Deno.test("respond_only: explain() shows what the next request will offer at a limit", async () => {
  const { agent } = play(REACHED.iterations);
  const session = agent.createSession();
  await session.next("Hi", { stopAfter: "tool" });
  for (let round = 1; round < 4; round++) {
    assertEquals((await agent.explain(session)).legal.actions.length, 4);
    await session.resume({ stopAfter: "tool" });
  }
  assertEquals((await agent.explain(session)).legal.actions, ["RESPOND"]);
  assertEquals(types(session.state.events).includes("respond_only"), false);
});

Deno.test("respond_only: the next turn offers everything again", async () => {
  for (const goOn of ["next", "resume"] as const) {
    const { agent, llm } = play([...REACHED.errors, raw("3"), decide.respond("Better")]);
    const session = agent.createSession();
    assertEquals((await session.next("Hi")).status, "limited");
    const turn = goOn === "next" ? await session.next("Go on") : await session.resume();
    assertEquals(turn.response, "Better");
    assertEquals(llm.requests.at(-1)!.legal?.actions.length, 4);
  }
});

Deno.test("respond_only: the answer schema and the suggestions of the step still apply", async () => {
  const answer = v.object({ total: v.number() });
  const script = [...REACHED.errors, decide.respond({ total: 3 }, { suggestions: ["Yes"] })];
  const { agent, llm } = play(script, {}, { answer, suggestions: true });
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.response, turn.suggestions], [{ total: 3 }, ["Yes"]]);
  assert(JSON.stringify(llm.requests.at(-1)!.schema).includes('"total"'));
});

Deno.test("respond_only: polling is not a loop if the agent or the tool allows it", async () => {
  const pollsOf = async (tool: number | undefined, agent: number | undefined, auto = false) => {
    let polls = 0;
    const status = new Tool({
      name: "job_status",
      description: "Status of a job",
      args: v.object({ id: v.string() }),
      run: () => ++polls < 6 ? "pending" : "finished",
      ...(tool !== undefined && { maxRepeats: tool }),
    });
    const llm: LLM = {
      name: "polling",
      decide: ({ messages, legal }) => {
        const isDone = messages.some(({ content }) => content.includes("finished"));
        const decision = !isDone && legal!.actions.includes("TOOL_CALL")
          ? { action: "TOOL_CALL", calls: [{ tool: "job_status", args: { id: "7" } }] }
          : auto
          ? { action: "END", response: "finished" }
          : { action: "RESPOND", response: isDone ? "finished" : "I had to answer before" };
        return Promise.resolve({ output: { reasoning: [], decision } });
      },
    };
    const turn = await new Agent({
      name: "waiter",
      llm,
      maxIterations: 50,
      ...(agent !== undefined && { maxRepeats: agent }),
      start: "wait",
      steps: { wait: { description: "Wait", tools: [status], auto } },
    }).createSession().next("Wait for job 7");
    return [turn.response ?? turn.reason, polls];
  };
  assertEquals(await pollsOf(undefined, undefined), ["I had to answer before", 3]);
  assertEquals(await pollsOf(undefined, undefined, true), ["loop", 3]);
  assertEquals(await pollsOf(Infinity, undefined), ["finished", 6]);
  assertEquals(await pollsOf(undefined, Infinity), ["finished", 6]);
  assertEquals(await pollsOf(Infinity, undefined, true), ["finished", 6]);
  // The tool's own value wins.
  assertEquals(await pollsOf(2, Infinity), ["I had to answer before", 2]);
  assertEquals(await pollsOf(10, 2), ["finished", 6]);
});

Deno.test("respond_only: its schema is built once for a step", async () => {
  const round = [...REACHED.errors, decide.respond("ok")];
  const { agent, llm } = play([...round, ...round]);
  const session = agent.createSession();
  await session.next("Hi");
  await session.next("Again");
  assertStrictEquals(llm.requests[2]!.schema, llm.requests[5]!.schema);
});
