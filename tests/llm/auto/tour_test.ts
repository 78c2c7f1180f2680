import { Agent, type AutoOptions, ConfigError, MockLLM, Tool } from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { agentOf, look, play, playAndSummarize, summarize, take, tool } from "./auto_fixture.ts";
import * as v from "valibot";

Deno.test("MockLLM.auto, calls each tool once, takes each route, answers, and ends", async () => {
  const agent = agentOf({
    a: { tools: [look, take], to: ["b"] },
    b: { tools: [look], to: ["a"] },
  });
  const [first, ...rest] = await playAndSummarize(agent.createSession());
  assert(["look() take() b look() a RESPOND", "take() look() b look() a RESPOND"].includes(first!));
  assertEquals(rest, ["b RESPOND", "END"]);
});

Deno.test("MockLLM.auto, follows a path to its end, answers once, and ends at the next input", async () => {
  const agent = agentOf({ a: { to: ["b"] }, b: { to: ["c"] }, c: {} });
  assertEquals(await playAndSummarize(agent.createSession()), ["b c RESPOND", "END"]);
});

Deno.test("MockLLM.auto, in later sessions, answers before it takes a one-way route", async () => {
  const agent = agentOf({ a: { to: ["b"] }, b: { to: ["c"] }, c: {} });
  await play(agent.createSession());
  assertEquals(await playAndSummarize(agent.createSession()), [
    "RESPOND",
    "b RESPOND",
    "c RESPOND",
    "END",
  ]);
});

Deno.test("MockLLM.auto, takes routes that lead back first, and so misses none", async () => {
  const agent = agentOf({
    a: { to: ["b"], tools: [look] },
    b: { to: ["exit", "a", "c"] },
    c: { to: ["b"] },
    exit: {},
  });
  await play(agent.createSession());
  const turns = await play(agent.createSession());
  const moves = turns.flatMap(({ events }) => events).filter(({ type }) => type === "moved");
  const taken = new Set(moves.map((event) => event.type === "moved" && `${event.from}${event.to}`));
  assertEquals([...taken].sort(), ["ab", "ba", "bc", "bexit", "cb"]);
});

Deno.test("MockLLM.auto, takes the branch that earlier sessions took least often", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const steps = { a: { to: ["b", "c", "d"] }, b: {}, c: {}, d: {} };
    const agent = agentOf(steps, MockLLM.auto({ seed }));
    const ends: string[] = [];
    for (let round = 0; round < 9; round++) {
      const session = agent.createSession();
      await play(session);
      ends.push(session.step);
    }
    assertEquals(ends.sort(), ["b", "b", "b", "c", "c", "c", "d", "d", "d"]);
  }
});

Deno.test("MockLLM.auto, plays whole graphs: every step, route, tool and answer", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const steps = Object.fromEntries(ids.map((id, index) => {
      const others = ids.filter((_, other) => (index * 7 + other * (seed + 3)) % 3 === 0);
      const to = [...new Set([ids[(index + 1) % ids.length]!, ...others])];
      return [id, { to, tools: index % 2 === 0 ? [look, take] : [] }];
    }));
    const llm = MockLLM.auto({ seed });
    const turns = await play(agentOf(steps, llm).createSession(), 60);
    assertEquals(turns.at(-1)!.status, "ended");
    const done = new Map<string, number>();
    for (const event of turns.flatMap(({ events }) => events)) {
      if (event.type !== "decision") continue;
      const { decision, step } = event;
      const action = decision.action === "TOOL_CALL"
        ? decision.calls[0]!.tool
        : decision.action === "MOVE"
        ? decision.step
        : decision.action;
      done.set(`${step} ${action}`, (done.get(`${step} ${action}`) ?? 0) + 1);
    }
    for (const [step, { to, tools }] of Object.entries(steps)) {
      for (const route of to) {
        assert(done.has(`${step} ${route}`), `seed ${seed}: ${step} ${route}`);
      }
      for (const { name } of tools) assertEquals(done.get(`${step} ${name}`), 1);
      assert(done.has(`${step} RESPOND`), `seed ${seed}: ${step} was never answered in`);
    }
  }
});

Deno.test("MockLLM.auto, moves from an auto step to a step that can answer", async () => {
  const agent = agentOf({
    chat: { to: ["sort"] },
    sort: { auto: true, to: ["chat", "faq"] },
    faq: { auto: true, to: ["sort"] },
  });
  for (let seed = 0; seed < 5; seed++) {
    for (const turn of await play(agent.createSession())) {
      assertEquals([turn.step, turn.status === "limited"], ["chat", false]);
    }
  }
  assertEquals(await playAndSummarize(agentOf({ a: { auto: true } }).createSession()), ["END"]);
});

Deno.test("MockLLM.auto, without END, answers every input once all is explored, and stays in its step", async () => {
  const agent = agentOf({ a: { to: ["b"], end: false }, b: { to: ["a"], end: false } });
  const turns = await play(agent.createSession(), 8);
  assertEquals(turns.slice(2).map(summarize), new Array(6).fill("RESPOND"));
});

Deno.test("MockLLM.auto, reaches the limit of a turn in which only moves or calls are legal", async () => {
  const step = { auto: true, end: false } as const;
  const agent = agentOf({ a: { ...step, to: ["b"] }, b: { ...step, to: ["a"] } });
  const turn = await agent.createSession().next("Go on");
  assertEquals([turn.status, turn.reason, turn.decisions.length], ["limited", "iterations", 10]);
  const only = agentOf({ a: { ...step, tools: [look] } });
  assertEquals((await only.createSession().next("Go on")).reason, "loop");
});

Deno.test("MockLLM.auto, answers when a turn reaches its limit, and continues in the next", async () => {
  const tools = Array.from({ length: 14 }, (_, index) => tool(`tool_${index}`));
  const turns = await play(agentOf({ a: { tools } }).createSession());
  assertEquals(turns.map(({ decisions }) => decisions.length), [11, 5, 1]);
  assertEquals(turns.map(({ status }) => status), ["waiting", "waiting", "ended"]);
  const called = turns.flatMap(({ toolResults }) => toolResults.map((result) => result.tool));
  assertEquals([...called].sort(), tools.map(({ name }) => name).sort());
});

Deno.test("MockLLM.auto, does not move endlessly when guards close behind it", async () => {
  const cart = { open: false };
  const guarded = { when: "x", guard: () => cart.open = !cart.open };
  const agent = new Agent({
    name: "test",
    llm: MockLLM.auto(),
    start: "a",
    steps: {
      a: { description: "a", routes: { b: "x", c: guarded } },
      b: { description: "b", routes: { a: "x", c: guarded } },
      c: { description: "c", routes: { a: "x", b: guarded } },
    },
  });
  for (let round = 0; round < 5; round++) {
    const turns = await play(agent.createSession());
    assertEquals(turns.at(-1)!.status, "ended");
  }
});

Deno.test("MockLLM.auto, abandons remembered actions whose guards have closed", async () => {
  let asked = 0;
  const agent = new Agent({
    name: "test",
    llm: MockLLM.auto(),
    start: "a",
    steps: {
      a: {
        description: "a",
        tools: [look],
        routes: { b: "x", c: { when: "x", guard: () => asked++ === 0 } },
      },
      b: { description: "b", routes: { a: "x" } },
      c: { description: "c" },
    },
  });
  const turns = await play(agent.createSession());
  assertEquals(turns.at(-1)!.status, "ended");
  assertEquals(turns.map(summarize).filter((one) => one.includes("respond_only")), []);
});

Deno.test("MockLLM.auto, returns to every step to answer in it", async () => {
  const leaves = ["b", "c", "d", "e", "f", "g"];
  const star = Object.fromEntries(leaves.map((leaf) => [leaf, { to: ["a"] }]));
  const turns = await play(agentOf({ a: { to: leaves }, ...star }).createSession());
  const answered = turns.filter(({ status }) => status === "waiting").map(({ step }) => step);
  assertEquals([...new Set(answered)].sort(), ["a", ...leaves]);
  assertEquals(turns.at(-1)!.status, "ended");
});

Deno.test("MockLLM.auto, returns to call a known tool whose guard was closed before", async () => {
  for (let seed = 0; seed < 10; seed++) {
    let cart = 0;
    const add = tool("add", v.object({}), () => `${++cart}`);
    const pay = new Tool({
      name: "pay",
      description: "Pay",
      args: v.object({}),
      guard: () => cart > 0,
      run: () => "paid",
    });
    const llm = MockLLM.auto({ seed });
    const agent = agentOf(
      { a: { tools: [pay], to: ["b"] }, b: { to: ["a", "c"] }, c: { tools: [add], to: ["b"] } },
      llm,
    );
    // In the first session, the model learns that the tool exists.
    for (const [filled, called] of [[1, ["pay", "add"]], [0, ["add", "pay"]]] as const) {
      cart = filled;
      const turns = await play(agent.createSession());
      const results = turns.flatMap(({ toolResults }) => toolResults);
      assertEquals(results.map((result) => result.tool), [...called]);
    }
  }
});

Deno.test("MockLLM.auto, takes a route whose guard opens later", async () => {
  const cart: string[] = [];
  const add = tool("add", v.object({}), () => `${cart.push("tea")}`);
  const agent = new Agent({
    name: "test",
    llm: MockLLM.auto(),
    start: "shop",
    steps: {
      shop: {
        description: "s",
        tools: [add],
        routes: { pay: { when: "x", guard: () => cart.length > 0 } },
      },
      pay: { description: "p" },
    },
  });
  assertEquals(await playAndSummarize(agent.createSession()), ["add() pay RESPOND", "END"]);
});

Deno.test("MockLLM.auto, completes its tour although outputs are refused", async () => {
  const auto = MockLLM.auto();
  const agent = agentOf({ a: { tools: [look, take], to: ["b"] }, b: { to: ["a"] } }, {
    name: "noisy",
    decide: async (request) => {
      const result = await auto.decide(request);
      if (auto.requests.length % 2 === 0) return result;
      const output = structuredClone(result.output) as { decision: Record<string, unknown> };
      output.decision.surplus = true;
      return { output };
    },
  });
  const turns = await play(agent.createSession());
  assertEquals(turns.at(-1)!.status, "ended");
  const events = turns.flatMap(({ events }) => events);
  assert(events.filter(({ type }) => type === "error").length >= 5);
  const called = turns.flatMap(({ toolResults }) => toolResults.map((result) => result.tool));
  assertEquals([...called].sort(), ["look", "take"]);
  assert(events.some((event) => event.type === "moved" && event.to === "a"));
});

Deno.test("MockLLM.auto, plays the same for the same seed, another order and values for others", async () => {
  const steps = {
    a: { tools: [look, take], to: ["b", "c", "d"] },
    b: { to: ["a"] },
    c: { to: ["a"] },
    d: { to: ["a"] },
  };
  const played = async (options?: AutoOptions) => {
    const agent = agentOf(steps, MockLLM.auto(options));
    const turns = [...await play(agent.createSession()), ...await play(agent.createSession())];
    return JSON.stringify(turns.map(({ decisions }) => decisions));
  };
  assertEquals(await played({ seed: 5 }), await played({ seed: 5 }));
  assertEquals(await played(), await played({ seed: 1 }));
  const seeds = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => played({ seed })));
  assert(new Set(seeds).size > 3);
  for (const seed of [1.5, NaN, "1"]) {
    assertThrows(() => MockLLM.auto({ seed: seed as number }), ConfigError, "whole number");
  }
});

Deno.test("MockLLM.auto, plays a session independently of concurrent sessions", async () => {
  const steps = { a: { tools: [take], to: ["b"] }, b: { tools: [take], to: ["a"] } };
  const alone = agentOf(steps);
  const one = await play(alone.createSession());
  const beside = agentOf(steps);
  const sessions = Array.from({ length: 4 }, () => beside.createSession());
  const [turns] = await Promise.all(sessions.map((session) => play(session)));
  assertEquals(turns!.map(({ decisions }) => decisions), one.map(({ decisions }) => decisions));
});

Deno.test("MockLLM.auto, treats requests without a session id as one session", async () => {
  const auto = MockLLM.auto();
  const agent = agentOf({ a: { tools: [look, take] } }, {
    name: "nameless",
    decide: (request) => {
      const { sessionId: _, ...rest } = { ...request, messages: request.messages };
      return auto.decide({ ...rest, validate: (output) => request.validate(output) });
    },
  });
  const [first] = await play(agent.createSession());
  assertEquals(first!.toolResults.length, 2);
});

Deno.test("MockLLM.auto, starts anew for a session with the id of one that has ended", async () => {
  const agent = agentOf({ a: { tools: [look] } });
  for (let round = 0; round < 2; round++) {
    assertEquals(await playAndSummarize(agent.createSession({ id: "s" })), [
      "look() RESPOND",
      "END",
    ]);
  }
});
