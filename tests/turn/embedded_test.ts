/** Embeddings whose model reports tokens count as model calls do. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  decide,
  type Embeddings,
  type LLM,
  LLMError,
  MockLLM,
  type Usage,
} from "@nomos/agent";
import { ManualClock } from "@nomos/agent/testing";

/** Model that answers `count` times, and embeds as `embed` does. */
function embedding(embed: NonNullable<LLM["embed"]>, name = "mock"): LLM {
  const mock = new MockLLM([decide.respond("Done")], { whenDone: "repeat" });
  return { name, decide: (request) => mock.decide(request), embed };
}

function reporting(usage: Usage | undefined, model?: string): NonNullable<LLM["embed"]> {
  return (texts) => {
    const report = { ...(usage && { usage }), ...(model !== undefined && { model }) };
    return Promise.resolve(Object.assign(texts.map(() => [1]), report));
  };
}

function agentOf(llm: LLM, options: Partial<AgentOptions<Record<"talk", unknown>>> = {}) {
  return new Agent<Record<"talk", unknown>>({
    name: "chooser",
    llm,
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        examples: [
          { context: "I am cold", decision: "close the window", show: "similar" },
          { context: "I am hot", decision: "open the window", show: "similar" },
        ],
      },
    },
    ...options,
  });
}

const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

Deno.test("tokens and price of embeddings count in the turn and its session, by the embedding model", async () => {
  const priced: unknown[] = [];
  const agent = agentOf(embedding(reporting({ input: 10 }, "embedder-1")), {
    cost: (_, call) => {
      priced.push(call);
      return 0.5;
    },
  });
  const session = agent.createSession();
  const turn = await session.next("It is cold");
  assertEquals(typesOf(turn.events), ["user", "embedded", "embedded", "decision"]);
  assertEquals(
    turn.events.flatMap((event) => event.type === "embedded" ? [[event.texts, event.step]] : []),
    [[1, "talk"], [2, "talk"]],
  );
  assertEquals([turn.usage, turn.cost, session.cost], [{ input: 20, output: 0 }, 1, 1]);
  assertEquals(priced, [1, 2].map(() => ({ llm: "mock", model: "embedder-1" })));
  // The contexts are embedded once for all sessions.
  const other = await agent.createSession().next("It is hot");
  assertEquals([typesOf(other.events), other.usage], [["user", "embedded", "decision"], {
    input: 10,
    output: 0,
  }]);
});

Deno.test("vectors without a usage are valid, and no event records them", async () => {
  const turn = await agentOf(embedding(reporting(undefined))).createSession().next("Hi");
  assertEquals(typesOf(turn.events), ["user", "decision"]);
});

Deno.test("embeddings reach the limits of tokens and cost before the model is asked, and are no model calls", async () => {
  const limits = [
    { limits: { turn: { tokens: 20 } } },
    { limits: { turn: { cost: 1 } }, cost: () => 0.5 },
  ];
  for (const options of limits) {
    const llm = embedding(reporting({ input: 10 }));
    const turn = await agentOf(llm, options).createSession().next("Hi");
    assertEquals(typesOf(turn.events), ["user", "embedded", "embedded", "limit"]);
    assertEquals(turn.status, "limited");
  }
  const counted = agentOf(embedding(reporting({ input: 10 })), {
    limits: { turn: { modelCalls: 1 } },
  });
  assertEquals((await counted.createSession().next("Hi")).status, "waiting");
  // A limit of tokens estimates what is not reported, at one for each four characters.
  const estimated = agentOf(embedding(reporting(undefined)), { limits: { turn: { tokens: 1e6 } } });
  const turn = await estimated.createSession().next("Four");
  assertEquals(
    turn.events.flatMap((event) => event.type === "embedded" ? [event.usage] : []),
    [{ input: 1, output: 0, isEstimated: true }, { input: 5, output: 0, isEstimated: true }],
  );
});

Deno.test("a limit of cost does not hold without the price of an embedding, so the turn ends", async () => {
  const turn = await agentOf(embedding(reporting({ input: 10 }, "unknown")), {
    limits: { turn: { cost: 1 } },
    cost: (_, { model }) => model === "unknown" ? undefined : 0.1,
  }).createSession().next("Hi");
  assertEquals(typesOf(turn.events), ["user", "embedded", "embedded", "limit"]);
  assertEquals(turn.reason, "cost");
});

Deno.test("an embedding counts although another one fails, or the turn is stopped meanwhile", async () => {
  const failing = agentOf(
    embedding((texts) =>
      texts.length === 1
        ? reporting({ input: 10 })(texts)
        : Promise.reject(new LLMError("down", { usage: { input: 7 } }))
    ),
  ).createSession();
  await assertRejects(() => failing.next("Hi"), LLMError, "down");
  assertEquals([typesOf(failing.state.events), failing.usage], [
    ["user", "embedded", "embedded"],
    { input: 17, output: 0 },
  ]);

  const clock = new ManualClock();
  const slow = agentOf(embedding(async (texts): Promise<Embeddings> => {
    await new Promise<void>((resolve) => clock.setTimer(100, resolve));
    return await reporting({ input: 10 })(texts);
  })).createSession();
  const stop = new AbortController();
  const turn = slow.next("Hi", { signal: stop.signal });
  await clock.advance(150);
  stop.abort();
  assertEquals(typesOf((await turn).events), ["user", "embedded"]);
  await clock.advance(100);
  // A result that arrived after the turn had stopped is counted in the next one.
  const resumed = slow.resume();
  await clock.advance(1_000);
  assertEquals(typesOf((await resumed).events), ["embedded", "decision"]);
});

Deno.test("explaining the next request embeds its input, and the turn after it pays", async () => {
  const agent = agentOf(embedding(reporting({ input: 10 })));
  const session = agent.createSession();
  await session.next("Hi", { signal: AbortSignal.abort() });
  await agent.explain(session);
  assertEquals(session.usage, {});
  const turn = await session.resume();
  assertEquals([typesOf(turn.events), session.usage], [
    ["embedded", "embedded", "decision"],
    { input: 20, output: 0 },
  ]);
});
