import {
  Agent,
  ConfigError,
  decide,
  type LLM,
  LLMError,
  MockLLM,
  raw,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { retry } from "@nomos/agent/llm";
import { formatProfile, profileLog, Profiler } from "@nomos/agent/profile";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { playRandomTalk } from "./random_talk.ts";
import { SimClock } from "./sim_clock.ts";

/** Plays a conversation on a clock, and returns its profile as it was observed, and its log. */
async function play() {
  const clock = new SimClock();
  const wait = async <Value>(milliseconds: number, value: Value): Promise<Value> => {
    await clock.wait(milliseconds);
    return value;
  };
  const args = v.object({ ms: v.number() });
  const slow = new Tool({
    name: "slow",
    description: "Slow",
    args,
    run: ({ ms }) => wait(ms, "ok"),
  });
  const both = [20, 50].map((ms) => ({ tool: "slow", args: { ms } }));
  const script = [
    decide.calls(both),
    raw({ decision: { action: "DANCE" } }),
    decide.move("b"),
    decide.respond("Here you are"),
    decide.end(),
  ];
  const mock = new MockLLM(script);
  const profiler = new Profiler({ now: () => clock.now() });
  const agent = new Agent({
    name: "shop",
    llm: {
      name: "acme/mock",
      decide: async (request) => {
        await clock.wait(100);
        const usage = { input: 1_000, output: 20, cachedInput: 400 };
        return { ...await mock.decide(request), usage, model: "mock-2" };
      },
    },
    observers: [profiler],
    cost: ({ input = 0, output = 0 }) => (input + output) / 1e6,
    clock: () => clock.now(),
    start: "a",
    steps: {
      a: { description: "A", tools: [slow], routes: { b: "next" } },
      b: { description: "B", end: true },
    },
  });
  const session = agent.createSession({ id: "s" });
  await clock.drive(session.next("Hello"));
  await clock.drive(session.next("Bye"));
  return { observed: profiler.profile(), events: await Array.fromAsync(session.events()) };
}

Deno.test("a log tells turns, tools, models, tokens and money as an observer sees them", async () => {
  const { observed, events } = await play();
  const profile = profileLog(events, { agent: "shop", sessionId: "s" });
  const pick = ({ turns, total, tools, steps, waste }: typeof profile) => ({
    turns: turns.map(({ input, status, step, wall, events }) => ({
      input,
      status,
      step,
      wall,
      events,
    })),
    total,
    tools: tools.map(({ tool, calls, wall, busy }) => ({ tool, calls, wall, busy })),
    // A log tells what was offered only with the option `timings`.
    steps: steps.map(({ offers: _, ...step }) => step),
    waste,
  });
  assertEquals(pick(profile), pick(observed));
  assertEquals(profile.model, "mock-2");
  assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
  const rest = profile.parts.find(({ part }) => part === "not in the log");
  assert(rest!.tokens > 4_000);
  assertEquals(profile.parts.filter(({ part }) => part === "schema"), []);
  assert(formatProfile(profile).includes("not known: "));
});

Deno.test("with the times of model calls, a log tells first tokens, schemas and failed attempts", async () => {
  const clock = new SimClock();
  const failures = [new LLMError("It is down", { isRetryable: true })];
  const llm: LLM = {
    name: "acme/mock",
    decide: () => Promise.reject(new Error("It streams")),
    stream: async function* () {
      await clock.wait(40);
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      yield { type: "text", text: "{" };
      await clock.wait(20);
      const decision = { action: "RESPOND", response: "Hello" };
      yield { type: "result", result: { output: { reasoning: ["…"], decision } } };
    },
  };
  const profiler = new Profiler({ now: () => clock.now() });
  const agent = new Agent({
    name: "shop",
    llm: retry(llm, { attempts: 2, firstDelay: 100, clock, random: () => 1 }),
    observers: [profiler],
    timings: true,
    clock: () => clock.now(),
    start: "a",
    steps: { a: { description: "A" } },
  });
  const session = agent.createSession();
  await clock.drive(session.next("Hi"));
  await clock.drive(session.next("Hi again"));
  const profile = profileLog(await Array.fromAsync(session.events()));
  const observed = profiler.profile();
  // The first call failed after 40 ms, and was made again 100 ms later.
  for (const { time, waste } of [profile, observed]) {
    const walls = time.filter(({ wall }) => wall > 0).map(({ kind, wall }) => [kind, wall]);
    assertEquals(walls, [["first token", 220], ["generation", 40]]);
    assertEquals(waste, [{ what: "failed attempts", calls: 1, wall: 140, tokens: 0 }]);
  }
  assertEquals(profile.figures, observed.figures);
  assertEquals(profile.steps[0]!.offers, observed.steps[0]!.offers);
  assert(!formatProfile(profile).includes("first tokens of models"));
});

Deno.test("times of a log that step back make no negative segment", async () => {
  const { events } = await play();
  const stepped = events.map((event, index): SessionEvent =>
    index > 3 ? { ...event, time: event.time - 1_000 } : event
  );
  const { turns } = profileLog(stepped);
  for (const { segments, wall } of turns) {
    assert(wall >= 0 && segments.every(({ from, to }) => to > from));
  }
});

Deno.test("an empty log has an empty profile", () => {
  const profile = profileLog([]);
  const { turns, total } = profile;
  assertEquals({ turns, total }, { turns: [], total: { wall: 0, tokens: 0 } });
  assert(formatProfile(profile).startsWith("0 turns: 0.0 ms, 0 model calls"));
  assertThrows(
    () => formatProfile(profile, { turn: 1 }),
    ConfigError,
    "expected a profile of turns",
  );
});

Deno.test("a turn of more segments than a call has arguments is shown", async () => {
  const profile = profileLog((await play()).events);
  const segments = Array.from({ length: 200_000 }, (_, at) => (
    { from: at, to: at + 1, kind: at % 2 === 0 ? "reader" : "tool", name: "x" } as const
  ));
  const turn = { ...profile.turns[0]!, events: [], wall: segments.length, segments };
  const text = formatProfile({ ...profile, turns: [turn] }, { turn: 1 });
  assertEquals(text.split("\n").length, segments.length + 6);
  assert(text.includes("\n199,999.0     1.0        tool  x\n"));
});

Deno.test("logs of random conversations conserve time, tokens and money", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const { events, cost, tokens } = await playRandomTalk(seed);
    const profile = profileLog(events);
    assertEquals(profile.attributed.time, 1);
    let wall = 0;
    for (const { segments, wall: all } of profile.turns) {
      wall += all;
      assertEquals(segments.reduce((sum, { from, to }) => sum + to - from, 0), all);
    }
    assertEquals(profile.total.wall, wall);
    if (profile.isEstimated) continue;
    assertEquals(profile.total.tokens, tokens);
    assertEquals(Math.round((profile.total.cost ?? 0) * 1e12), cost);
  }
});
