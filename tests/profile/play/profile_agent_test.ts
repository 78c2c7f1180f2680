import {
  Agent,
  ConfigError,
  decide,
  type LLM,
  MockLLM,
  MockLLMError,
  raw,
  Tool,
} from "@nomos/agent";
import {
  type AgentProfile,
  benchAgent,
  compareWithBase,
  formatComparison,
  formatProfile,
  profileAgent,
  takeBase,
} from "@nomos/agent/profile";
import { memoryStore } from "@nomos/agent/store";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";
import { SimClock } from "../sim_clock.ts";

/** Model that must not be called, because a mock plays it. */
const unreachable: LLM = {
  name: "openai/gpt-5-mini",
  decide: () => Promise.reject(new Error("The model was called")),
};

function createShop(
  clock: SimClock,
  llm: LLM = unreachable,
): Agent<{ sell: unknown; pay: unknown }> {
  const look = new Tool({
    name: "look",
    description: "Look it up",
    args: v.object({ what: v.string() }),
    run: async ({ what }) => {
      await clock.wait(what === "slow" ? 30 : 10);
      return "3 of them";
    },
  });
  return new Agent({
    name: "shop",
    llm,
    start: "sell",
    steps: {
      sell: {
        description: "Sell",
        tools: [look],
        routes: {
          pay: {
            when: "they pay",
            guard: () => {
              clock.spend(2);
              return true;
            },
          },
        },
      },
      pay: { description: "Take the money" },
    },
  });
}

const SCRIPT = [
  {
    input: "What do you have?",
    decisions: [
      decide.calls([
        { tool: "look", args: { what: "slow" } },
        { tool: "look", args: { what: "fast" } },
      ]),
      raw({ decision: { action: "DANCE" } }),
      decide.call("look", { what: "slow" }),
      decide.respond("Three"),
    ],
  },
  { input: "I take them", decisions: [decide.move("pay"), decide.respond("Thank you")] },
];

function timeOf({ time }: AgentProfile, kind: string): number | undefined {
  return time.find((row) => row.kind === kind)?.wall;
}

Deno.test("a play of a script has the delays of its mock, tools and guards", async () => {
  const clock = new SimClock();
  const latency = { firstToken: 100 };
  const options = { latency, clock, iterations: 2 };
  const profile = await clock.drive(profileAgent(createShop(clock), SCRIPT, options));
  assertEquals(timeOf(profile, "first token"), 600);
  // Two calls at once, and one alone.
  assertEquals(timeOf(profile, "tool"), 60);
  assertEquals(profile.tools[0]!.busy, 70);
  // The guard is asked with each of the five requests in its step.
  assertEquals(timeOf(profile, "guard"), 10);
  assertEquals([profile.total.wall, profile.total.blocked], [670, 0]);
  assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
  assertEquals(profile.waste.map(({ what, calls }) => [what, calls]).sort(), [
    ["decisions that only move", 1],
    ["refused outputs", 1],
    ["repeated calls with equal results", 1],
  ]);
  const { model, source, isEstimated } = profile;
  assertEquals({ model, source, isEstimated }, {
    model: "openai/gpt-5-mini",
    source: "mock",
    isEstimated: true,
  });
});

Deno.test("tokens that are read and written take the time that the latency says", async () => {
  const clock = new SimClock();
  const latency = { perThousandRead: 1_000, perTokenWritten: 10 };
  const script = [{ input: "Hi", decisions: [decide.respond("Hello")] }];
  const options = { latency, clock, iterations: 1 };
  const profile = await clock.drive(profileAgent(createShop(clock), script, options));
  const answers = profile.parts.find(({ part }) => part === "answers")!;
  assertEquals(Math.round(timeOf(profile, "first token")!), profile.total.tokens - answers.tokens);
  assert(timeOf(profile, "generation")! > 0);
});

Deno.test("equal plays have equal counts, and a script its hash", async () => {
  const play = async () => {
    const { figures, script } = await profileAgent(createShop(new SimClock()), SCRIPT.slice(1));
    return { figures, script };
  };
  const first = await play();
  assertEquals(await play(), first);
  assertMatch(first.script!, /^[0-9a-f]{64}$/);
});

Deno.test("without a script, the agent plays by itself, and has no hash", async () => {
  const clock = new SimClock();
  const profile = await clock.drive(profileAgent(createShop(clock), undefined, { clock }));
  assertEquals(profile.script, undefined);
  assertEquals(profile.steps.map(({ step }) => step), ["sell", "pay"]);
  assertEquals(profile.figures.tool_calls, 1);
});

Deno.test("a decision that is illegal in its step is named", async () => {
  const script = [{ input: "Hi", decisions: [decide.move("nowhere")] }];
  await assertRejects(
    () => profileAgent(createShop(new SimClock()), script),
    MockLLMError,
    '"nowhere"',
  );
});

Deno.test("real models decide by themselves, with the inputs of the script", async () => {
  const llm = new MockLLM([decide.respond("Hello")], { whenDone: "repeat", name: "acme/real" });
  const agent = createShop(new SimClock(), llm);
  const profile = await profileAgent(agent, [{ input: "Hi" }], { model: "real", iterations: 2 });
  assertEquals([profile.source, profile.model, llm.requests.length], ["real", "acme/real", 3]);
});

Deno.test("the calls of an agent that runs as a tool are profiled with it", async () => {
  const clock = new SimClock();
  const helper = createShop(clock);
  const boss = new Agent({
    name: "boss",
    llm: unreachable,
    start: "lead",
    steps: {
      lead: {
        description: "Lead",
        tools: [helper.asTool({ name: "shop", description: "Ask the shop" })],
      },
    },
  });
  const decisions = [decide.call("shop", { input: "Look" }), decide.respond("Done")];
  const options = { latency: { firstToken: 100 }, clock, iterations: 1 };
  const profile = await clock.drive(profileAgent(boss, [{ input: "Go", decisions }], options));
  const own = profile.time.filter(({ agent }) => agent === undefined);
  const child = profile.time.filter(({ agent }) => agent === "shop");
  assertEquals(own.find(({ kind }) => kind === "first token")?.wall, 200);
  assert(child.find(({ kind }) => kind === "first token")!.wall >= 200);
  assertEquals(profile.figures.turns, 2);
  assertEquals(profile.turns[0]!.lanes?.map(({ name }) => name), ["shop"]);
  assertEquals(profile.parts.filter(({ part }) => part === "child agents"), []);
});

Deno.test("a conversation is played for a benchmark as often as it is called", async () => {
  const priced = createShop(new SimClock()).with({
    limits: { turn: { cost: 1 } },
    cost: (_, { llm }) => llm === "openai/gpt-5-mini" ? 0.001 : undefined,
  });
  const seen: string[] = [];
  const context = ({ sessionId }: { readonly sessionId: string }) => void seen.push(sessionId);
  const playOnce = benchAgent(priced, SCRIPT.slice(1), { context });
  for (let run = 0; run < 3; run++) await playOnce();
  assertEquals(new Set(seen).size, 3);
});

Deno.test("commits to a store have time of their own", async () => {
  const clock = new SimClock();
  const store = memoryStore();
  const append = store.append.bind(store);
  store.append = async (...args) => {
    await clock.wait(5);
    await append(...args);
  };
  const script = [{ input: "Hi", decisions: [decide.respond("Hello")] }];
  const options = { store, clock, iterations: 1 };
  const profile = await clock.drive(profileAgent(createShop(clock), script, options));
  assertEquals(timeOf(profile, "commit"), 5);
});

Deno.test("text of a model cannot reach a terminal as it is", async () => {
  const script = [{ input: "\u001b[2J\u202egone", decisions: [decide.respond("Hi")] }];
  const profile = await profileAgent(createShop(new SimClock()), script, { iterations: 1 });
  const text = formatProfile(profile, { turn: 1 });
  assert(text.includes("\\u{1b}[2J\\u{202e}gone"));
  assert(!text.includes("\u001b") && !text.includes("\u202e"));
});

Deno.test("a tool that blocks the event loop is seen, also if the play ends before a timer fires", async () => {
  const clock = new SimClock();
  const compute = new Tool({
    name: "compute",
    description: "Compute it",
    args: v.object({}),
    run: () => clock.spend(150),
  });
  const agent = new Agent({
    name: "shop",
    llm: unreachable,
    start: "sell",
    steps: { sell: { description: "Sell", tools: [compute] } },
  });
  const decisions = [decide.call("compute"), decide.respond("Done")];
  const script = [{ input: "Go", decisions }, { input: "Bye", decisions: [decide.respond("Bye")] }];
  const { total } = await clock.drive(profileAgent(agent, script, { clock, iterations: 1 }));
  // A timer was due after 10 ms.
  assertEquals([total.wall, total.blocked], [150, 140]);
});

Deno.test("counts that differ between equal plays are named, also beside a base", async () => {
  let plays = 0;
  const grow = new Tool({
    name: "grow",
    description: "Grow",
    args: v.object({}),
    run: () => "x".repeat(100 * plays++),
  });
  const agent = new Agent({
    name: "shop",
    llm: unreachable,
    start: "sell",
    steps: { sell: { description: "Sell", tools: [grow] } },
  });
  const script = [{ input: "Go", decisions: [decide.call("grow"), decide.respond("Done")] }];
  const profile = await profileAgent(agent, script);
  assertEquals(profile.unknown, [
    "counts that differ between plays of the same conversation: prompt_chars, result_chars, " +
    "max_prompt_chars",
  ]);
  const comparison = compareWithBase(profile, takeBase(profile));
  const text = formatComparison(comparison, { markdown: true });
  assertStringIncludes(text, "Not known: counts that differ between plays");
});

Deno.test("a script that is none is refused before it is played, with the turn and the field", async () => {
  const agent = createShop(new SimClock());
  const wrong: [script: unknown, message: string][] = [
    [[], "Cannot play the script a list: expected a list of at least one turn"],
    [[{ input: "Hi" }, null], "Cannot play turn 2 of the script: options is null"],
    [[{ inptu: "Hi" }], 'turn 1 of the script: unknown option "inptu"'],
    [[{ input: 5 }], "Cannot play turn 1 of the script with input 5: expected a text"],
    [[{ decisions: "Hi" }], 'turn 1 of the script with decisions "Hi": expected a list'],
    [[{ decisions: [{ deny: "look", raeson: "No" }] }], 'did you mean "reason"?'],
    [[{ decisions: [{ approve: 5 }] }], "play entry 1 of turn 1 of the script with approve 5"],
  ];
  for (const [script, message] of wrong) {
    await assertRejects(() => profileAgent(agent, script as never), ConfigError, message);
    assertThrows(() => benchAgent(agent, script as never), ConfigError, message);
  }
});
