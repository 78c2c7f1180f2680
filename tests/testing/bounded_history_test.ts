/** The tools for tests work with agents whose history is bounded. */
import { Agent, decide, type LLMRequest, MockLLM, raw, Tool } from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import {
  explore,
  fuzz,
  playFuzzCase,
  record,
  replay,
  replaySession,
  trajectoryOf,
  transcriptText,
} from "@nomos/agent/testing";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { MemoryTracing } from "../otel/memory_tracing.ts";
import { LONG, makeFriend, SmallModel, summariesIn, talk } from "../turn/small_model.ts";
import { withFile } from "./cassette/cassette_fixture.ts";

/** Agent with long texts, whose requests are bounded so closely that each turn is compacted. */
function makeReader(): Agent {
  const forbidden = () => {
    throw new Error("a summary was asked for");
  };
  const read = new Tool({
    name: "read",
    description: "Read a page",
    args: v.object({ page: v.pipe(v.number(), v.integer()) }),
    run: () => "page ".repeat(500),
  });
  return new Agent({
    name: "reader",
    llm: new MockLLM(),
    start: "read",
    steps: {
      read: { description: "Read", tools: [read], routes: { talk: "they want to talk" } },
      talk: { description: "Talk", routes: { read: "they want to read" } },
    },
    history: { maxTokens: 150, keepTurns: 1, summarize: forbidden },
  });
}

Deno.test("explore() plays a bounded agent, and asks no one for summaries", async () => {
  const exploration = await explore(makeReader());
  exploration.assertComplete();
});

Deno.test("fuzz() plays a bounded agent, and asks no one for summaries", async () => {
  await fuzz(makeReader(), { runs: 50 });
  const turn = { input: LONG, outputs: [], tools: [] };
  const turns = Array.from({ length: 8 }, () => turn);
  assertEquals(await playFuzzCase(makeReader(), { turns }), []);
  assertEquals(await playFuzzCase(makeReader(), { turns, chunkLength: 3 }), []);
});

Deno.test("MockLLM.auto() writes summaries, and MockLLM plays them as raw outputs", async () => {
  const auto = MockLLM.auto({ answers: { summary: { summary: "Cars" } } });
  const friend = makeFriend(new SmallModel(), { maxTokens: 400, summarize: auto }).createSession();
  await talk(friend, 10);
  assertEquals(summariesIn(friend.state.events)[0]!.text, "Cars");
  const decisions = new Array(20).fill(decide.respond(LONG));
  const scripted = new MockLLM([...decisions, raw({ summary: "Planes" }), decide.end("Bye")]);
  const long = makeFriend(scripted, { maxTokens: 750 }).createSession();
  await talk(long, 20);
  assertEquals(long.status, "waiting");
  assertEquals(summariesIn(long.state.events)[0]!.text, "Summary by a mock");
  const play = ({ legal }: LLMRequest) =>
    legal === undefined ? raw({ summary: "Boats" }) : decide.respond(LONG);
  const llm = new MockLLM([play], { whenDone: "repeat" });
  const session = makeFriend(llm, { maxTokens: 750 }).createSession();
  await talk(session, 10);
  assertEquals(summariesIn(session.state.events)[0]!.text, "Boats");
});

Deno.test("record() and replay() have the requests for summaries", async () => {
  await withFile(async (file) => {
    const recorded = makeFriend(record(new SmallModel(), file), { maxTokens: 400 }).createSession();
    await talk(recorded, 20);
    const llm = replay(file);
    const replayed = makeFriend(llm, { maxTokens: 400 }).createSession();
    await talk(replayed, 20);
    llm.assertDone();
    const texts = [recorded, replayed].map(({ state }) =>
      summariesIn(state.events).map(({ text }) => text)
    );
    assertEquals(texts[1], texts[0]);
    assert(texts[0]!.length > 1);
  });
});

Deno.test("replaySession() takes summaries from the recording", async () => {
  const agent = makeFriend(new SmallModel(), { maxTokens: 400 });
  const session = agent.createSession();
  await talk(session, 20);
  assertEquals(await replaySession(session.state, agent), undefined);
  const seen = new SmallModel();
  assertEquals(await replaySession(session.state, agent, { llm: seen }), undefined);
  assert(seen.requests.at(-1)!.messages.length < 20);
  assertEquals(seen.summaries, []);
});

Deno.test("transcriptText() and trajectories have a line for a summary", async () => {
  const session = makeFriend(new SmallModel(), { maxTokens: 400 }).createSession();
  let turn = await session.next(LONG);
  while (!turn.compacted) turn = await session.next(LONG);
  assertStringIncludes(transcriptText(turn), "\nsummary: SUMMARY 1\n");
  trajectoryOf(turn).answered(`${turn.response}`);
});

Deno.test("otel, makes a span for a summary by a model, and adds its usage to the turn", async () => {
  using tracing = new MemoryTracing();
  const agent = makeFriend(new SmallModel({ reports: 1 }), { maxTokens: 400 }, {
    observers: [otel({ content: true })],
  });
  const session = agent.createSession();
  let turn = await session.next(LONG);
  while (!turn.compacted) turn = await session.next(LONG);
  const spans = tracing.spans.slice(-3);
  assertEquals(spans.map(({ name, ends }) => [name, ends]), [
    ["invoke_agent friend", 1],
    ["chat small", 1],
    ["chat small", 1],
  ]);
  assertEquals(spans[0]!.attributes["gen_ai.usage.input_tokens"], turn.usage.input);
  assertStringIncludes(`${spans[1]!.attributes["gen_ai.output.messages"]}`, "SUMMARY 1");
  assertEquals(spans[0]!.events.map(({ name }) => name), ["nomos.summary"]);
});

Deno.test("A state and a fork have the summary and all events, and continue alike", async () => {
  const llm = new SmallModel();
  const agent = makeFriend(llm, { maxTokens: 400 });
  const session = agent.createSession();
  await talk(session, 20);
  const state = JSON.parse(JSON.stringify(session.state));
  const { seq } = summariesIn(state.events).at(-1)!;
  const others = [
    agent.createSession({ state }),
    await session.fork(),
    await session.fork({ at: seq + 1 }),
  ];
  for (const other of others) {
    assertEquals((await Array.fromAsync(other.events()))[0]!.type, "user");
    await other.next("Well?");
    const [, summary] = llm.requests.at(-1)!.messages;
    assertStringIncludes(summary!.content, summariesIn(other.state.events).at(-1)!.text!);
  }
});

Deno.test("A child session is compacted by its own agent, and the parent counts its summaries", async () => {
  const worker = new SmallModel({
    reports: 1,
    decide: (_, count) => count % 8 === 0 ? decide.respond("Done") : decide.call("look"),
  });
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => "seen",
  });
  const child = makeFriend(worker, { maxTokens: 1_000, summarize: false }, {
    steps: { talk: { description: "Talk", tools: [look] } },
    maxRepeats: Infinity,
  });
  const parent = makeFriend(
    new SmallModel({
      reports: 1,
      decide: (_, count) =>
        count % 2 === 1 ? decide.call("work", { input: LONG }) : decide.respond("Done"),
    }),
    { maxTokens: 400 },
    {
      steps: {
        talk: {
          description: "Talk",
          tools: [child.asTool({ name: "work", description: "Work" })],
        },
      },
    },
  );
  const session = parent.createSession();
  await talk(session, 12);
  assert(summariesIn(session.state.events).length > 0);
  assert(worker.requests.every(({ messages }) => messages.length < 30));
});
