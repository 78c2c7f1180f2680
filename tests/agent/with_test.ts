import { assertEquals, assertThrows } from "@std/assert";
import {
  Agent,
  type AgentChanges,
  ConfigError,
  decide,
  GraphError,
  type LLM,
  MockLLM,
  SchemaCache,
} from "@nomos/agent";
import { localGrammar } from "@nomos/agent/llm";
import type { Observer } from "@nomos/agent/observer";
import { memoryStore } from "@nomos/agent/store";

const endless = (text: string, name = "mock", options = {}) =>
  new MockLLM([decide.respond(text)], { whenDone: "repeat", name, ...options });

/** Observer that writes the names of the models that are called. */
const watching = (called: string[]): Observer => ({
  beginTurn: () => ({ onModelCall: ({ llm }) => void called.push(llm) as undefined }),
});

function twoModels(
  options: { readonly schemaCache?: SchemaCache; readonly observers?: Observer[] } = {},
) {
  return new Agent({
    name: "pair",
    llm: { default: endless("slow", "slow"), fast: endless("fast", "fast") },
    start: "a",
    steps: {
      a: { description: "A", routes: { b: "go" } },
      b: { description: "B", llm: "fast" },
    },
    clock: () => 1,
    ...options,
  });
}

/** Returns the first answer in each step. */
async function answersOf(agent: ReturnType<typeof twoModels>): Promise<unknown[]> {
  const { state } = agent.createSession();
  return [
    (await agent.next("Hi", state)).response,
    (await agent.next("Hi", {
      ...state,
      step: "b",
      events: [
        { seq: 0, time: 0, type: "moved", from: "a", to: "b" },
      ],
    })).response,
  ];
}

Deno.test("Agent.with(), one model replaces all of them, several those with their names", async () => {
  const agent = twoModels();
  assertEquals(await answersOf(agent), ["slow", "fast"]);
  assertEquals(await answersOf(agent.with({ llm: endless("mock") })), ["mock", "mock"]);
  assertEquals(await answersOf(agent.with({ llm: { fast: endless("mock") } })), ["slow", "mock"]);
  assertEquals(await answersOf(agent.with({ llm: { default: endless("mock") } })), [
    "mock",
    "fast",
  ]);
  // The agent itself is not changed, and a change of a changed agent keeps the others.
  assertEquals(await answersOf(agent), ["slow", "fast"]);
  const twice = agent.with({ llm: { fast: endless("1") } }).with({
    llm: { default: endless("2") },
  });
  assertEquals(await answersOf(twice), ["2", "1"]);
});

Deno.test("Agent.with(), a model replaces those that write summaries and embed, too", async () => {
  const embedded: string[] = [];
  const embedding = (name: string): LLM => ({
    name,
    decide: (request) => endless(name).decide(request),
    embed: (texts) => {
      embedded.push(name);
      return Promise.resolve(texts.map(() => [1]));
    },
  });
  const agent = new Agent({
    name: "friend",
    llm: embedding("old"),
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        examples: [{ context: "a", decision: "b", show: "similar" }],
      },
    },
    history: { maxTokens: 200, summarize: endless("summary", "writer") },
  });
  const called: string[] = [];
  const changed = agent.with({ llm: embedding("new"), observers: [watching(called)] });
  const session = changed.createSession();
  for (let turn = 0; turn < 8; turn++) await session.next("long ".repeat(40));
  assertEquals([...new Set(embedded)], ["new"]);
  assertEquals([...new Set(called)], ["new"]);
  assertThrows(
    () => agent.with({ llm: { name: "mute", decide: () => Promise.reject() } }),
    GraphError,
    'steps.talk.examples: an example has show: "similar", but the default model cannot embed',
  );
});

Deno.test("Agent.with(), observers, cost, clock and limits are replaced, and others stay", async () => {
  const [before, after]: string[][] = [[], []];
  const agent = twoModels({ observers: [watching(before!)] });
  const changed = agent.with({
    llm: {
      name: "priced",
      decide: async (request) => {
        const { output } = await endless("1").decide(request);
        return { output, usage: { input: 1, output: 1 } };
      },
    },
    observers: [watching(after!)],
    cost: () => 0.5,
    clock: () => 7,
  });
  const turn = await changed.next("Hi");
  assertEquals([before, after, turn.cost], [[], ["priced"], 0.5]);
  assertEquals(turn.events.map(({ time }) => time), [7, 7]);
  const limited = await agent.with({ limits: { turn: { modelCalls: 0 } } }).next("Hi");
  assertEquals([limited.status, before], ["limited", []]);
  assertEquals((await agent.with({ observers: [] }).next("Hi")).events[0]!.time, 1);
  assertEquals([before, changed.name], [[], "pair"]);
});

Deno.test("Agent.with(), shares decision schemas among models with an equal profile, and builds others", async () => {
  const schemaCache = new SchemaCache();
  const agent = twoModels({ schemaCache });
  const { built } = schemaCache;
  const same = agent.with({ llm: endless("mock") });
  await same.next("Hi");
  assertEquals(schemaCache.built, built);
  const llm = endless("mock", "local", { schemaProfile: localGrammar });
  await agent.with({ llm }).next("Hi");
  assertEquals(schemaCache.built > built, true);
});

Deno.test("Agent.with(), a session goes on with the changed agent by its state or its store", async () => {
  const agent = twoModels();
  const changed = agent.with({ llm: endless("mock") });
  const { state } = await agent.next("Hi");
  assertEquals((await changed.next("Again", state)).response, "mock");
  const store = memoryStore();
  await (await agent.openSession("ann", { store })).next("Hi");
  const session = await changed.openSession("ann", { store });
  assertEquals((await session.next("Again")).response, "mock");
  assertEquals((await Array.fromAsync(session.events())).length, 4);
});

Deno.test("Agent.with(), refuses what the constructor refuses, and says what it expected", () => {
  const agent = twoModels();
  const refused: [unknown, string][] = [
    [undefined, "options is undefined: expected an object"],
    [{ model: 1 }, 'unknown option "model": expected one of "llm", "observers", "cost"'],
    [{ llm: 5 }, "llm is 5: expected an LLM, or an object of LLMs by name"],
    [{ llm: { smart: endless("x") } }, 'unknown model "smart": expected one of "default", "fast"'],
    [
      { llm: { fast: {} } },
      'model "fast" is not an LLM: expected an object with a name and decide()',
    ],
    [{ observers: [{}] }, "expected an observer with beginTurn()"],
    [{ cost: 1 }, "cost is 1: expected a function"],
    [{ clock: 1 }, "clock is 1: expected a function"],
    [{ limits: { turn: { tokens: -1 } } }, "limits.turn.tokens is -1"],
    [{ limits: { turn: { cost: 1 } } }, "a limit of cost needs the prices of models"],
    [
      {
        limits: { turn: { cost: 1 } },
        cost: (_: unknown, { llm }: { llm: string }) => llm === "slow" ? 1 : undefined,
      },
      'needs the price of model "fast"',
    ],
  ];
  for (const [changes, message] of refused) {
    const error = assertThrows(() => agent.with(changes as AgentChanges), ConfigError, message);
    assertEquals(error.message.startsWith('Cannot change agent "pair": '), true, error.message);
  }
});
