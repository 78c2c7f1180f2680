import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  type Example,
  GraphError,
  type LLM,
  LLMError,
  MockLLM,
} from "@nomos/agent";
import { RealModelError } from "@nomos/agent/llm";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";

/** Mock that records the calls of `embed`. */
class CountingMock extends MockLLM {
  readonly embedded: (readonly string[])[] = [];
  override embed(texts: readonly string[]): Promise<number[][]> {
    this.embedded.push(texts);
    return super.embed(texts);
  }
}

function build(
  llm: LLM,
  examples: readonly Example<"a" | "b">[],
  options: Partial<AgentOptions<Record<"a" | "b", unknown>>> = {},
): Agent<Record<"a" | "b", unknown>> {
  return new Agent<Record<"a" | "b", unknown>>({
    name: "test",
    llm,
    start: "a",
    steps: {
      a: { description: "A", examples, routes: { b: "go" } },
      b: { description: "B", examples, routes: { a: "back" } },
    },
    ...options,
  });
}

function similar(context: string): Example<"a" | "b"> {
  return { context, decision: `do ${context}`, show: "similar" };
}

/** Returns the contexts of the examples in the model's last request. */
function shown(llm: MockLLM): string[] {
  const last = llm.requests.at(-1)!.messages.at(-1)!.content;
  return [...last.matchAll(/^- (.*) -> /gm)].map(([, context]) => context!);
}

async function shownFor(
  input: string,
  examples: readonly Example<"a" | "b">[],
  options?: Partial<AgentOptions<Record<"a" | "b", unknown>>>,
): Promise<string[]> {
  const llm = new MockLLM([decide.respond("x")]);
  await build(llm, examples, options).createSession().next(input);
  return shown(llm);
}

const MIXED: readonly Example<"a" | "b">[] = [
  similar("abc"),
  { context: "kept", decision: "x", show: "always" },
  { context: "off", decision: "x", show: "never" },
  similar("xyz"),
  { context: "default", decision: "x" },
];

Deno.test("Agent examples, are shown always, never, or if similar to the input", async () => {
  assertEquals(await shownFor("abc", MIXED), ["kept", "default", "abc"]);
  assertEquals(await shownFor("xyz", MIXED), ["kept", "default", "xyz"]);
  assertEquals(await shownFor("123", MIXED), ["kept", "default"]);
});

Deno.test("Agent examples, the most similar come first", async () => {
  const examples = ["abcdef", "abcd", "abxyz", "ab"].map(similar);
  assertEquals(await shownFor("abcd", examples), ["abcd", "abcdef", "ab"]);
});

Deno.test("Agent examples, equally similar ones keep the author's order", async () => {
  const examples = ["cab", "abc", "bca"].map(similar);
  assertEquals(await shownFor("abc", examples), ["cab", "abc", "bca"]);
});

Deno.test("Agent examples, maxExamples counts those always shown first, then similar ones", async () => {
  const examples = [similar("abc"), similar("abd"), { context: "kept", decision: "x" }];
  assertEquals(await shownFor("abc", examples, { maxExamples: 2 }), ["kept", "abc"]);
  assertEquals(await shownFor("abc", examples, { maxExamples: 1 }), ["kept"]);
  assertEquals(await shownFor("abc", examples, { maxExamples: 0 }), ["kept"]);
  assertEquals(await shownFor("abc", examples, { maxExamples: 9 }), ["kept", "abc", "abd"]);
});

Deno.test("Agent examples, exampleThreshold is the minimum similarity, inclusive", async () => {
  const examples = [similar("a"), similar("ab"), similar("abc")];
  assertEquals(await shownFor("a", examples, { exampleThreshold: 0 }), ["a", "ab", "abc"]);
  assertEquals(await shownFor("a", examples, { exampleThreshold: 0.6 }), ["a", "ab"]);
  assertEquals(await shownFor("a", examples, { exampleThreshold: 1 }), ["a"]);
});

Deno.test("Agent examples, without an input only those always shown appear, and nothing is embedded", async () => {
  const llm = new CountingMock([decide.respond("Hello")]);
  await build(llm, MIXED).createSession().next();
  assertEquals([shown(llm), llm.embedded], [["kept", "default"], []]);
});

Deno.test("Agent examples, without similar ones nothing is ever embedded", async () => {
  const llm = new CountingMock([decide.respond("x")]);
  await build(llm, [{ context: "kept", decision: "x" }]).createSession().next("hi");
  assertEquals(llm.embedded, []);
});

Deno.test("Agent examples, contexts of a step are embedded once for all sessions", async () => {
  const llm = new CountingMock([decide.respond("x")], { whenDone: "repeat" });
  const agent = build(llm, [similar("abc"), similar("xyz")]);
  await Promise.all([agent.createSession().next("one"), agent.createSession().next("two")]);
  await agent.createSession().next("three");
  const contexts = llm.embedded.filter((texts) => texts.includes("abc"));
  assertEquals(contexts, [["abc", "xyz"]]);
});

Deno.test("Agent examples, an input is embedded once for all decisions of its turn", async () => {
  const llm = new CountingMock([
    decide.move("b"),
    decide.move("a"),
    decide.move("b"),
    decide.respond("x"),
    decide.respond("y"),
  ]);
  const session = build(llm, [similar("abc")]).createSession();
  await session.next("first");
  await session.next("second");
  const inputs = llm.embedded.flat().filter((text) => text !== "abc");
  assertEquals(inputs, ["first", "second"]);
});

Deno.test("Agent examples, explain and the decision that follows embed an input once", async () => {
  const llm = new CountingMock([decide.respond("x")]);
  const agent = build(llm, [similar("abc")]);
  const session = agent.createSession();
  await session.next("abc", { signal: AbortSignal.abort() });
  await agent.explain(session);
  await agent.explain(session);
  await session.resume();
  assertEquals(llm.embedded.flat().sort(), ["abc", "abc"]);
});

Deno.test("Agent examples, similar ones need a default model with embed()", () => {
  const decideOnly: LLM = { name: "plain", decide: () => Promise.reject(new Error("unused")) };
  const error = assertThrows(() => build(decideOnly, [similar("abc")]), GraphError);
  assertEquals(error.problems.map(({ path }) => path), ["steps.a.examples", "steps.b.examples"]);
  assertStringIncludes(error.message, "embed()");
  build(decideOnly, [{ context: "x", decision: "y", show: "never" }, {
    context: "x",
    decision: "y",
  }]);
  // Another model decides, and the default one embeds.
  const models = { default: new MockLLM(), plain: decideOnly };
  const a = { description: "A", llm: "plain", examples: [similar("abc")] };
  build(decideOnly, [], { llm: models, steps: { a, b: { description: "B" } } });
});

/** Creates a mock with an `embed` function. */
function embedding(embed: NonNullable<LLM["embed"]>): MockLLM {
  const llm = new MockLLM([decide.respond("x")], { whenDone: "repeat" });
  return Object.assign(llm, { embed });
}

const BROKEN: Readonly<Record<string, NonNullable<LLM["embed"]>>> = {
  "rejects": () => Promise.reject(new Error("quota")),
  "throws": () => {
    throw new Error("quota");
  },
  "returns nothing": () => Promise.resolve(undefined as never),
  "returns no vector": () => Promise.resolve([]),
  "returns vectors of different lengths": (texts) =>
    Promise.resolve(texts.map((text) => text === "abc" ? [1, 2, 3] : [1, 2])),
  "returns values that are not numbers": (texts) =>
    Promise.resolve(texts.map(() => ["1", NaN] as never)),
};

for (const [what, embed] of Object.entries(BROKEN)) {
  Deno.test(`Session.next, an embedding model that ${what} is an LLMError`, async () => {
    const session = build(embedding(embed), [similar("abc")]).createSession();
    const error = await assertRejects(() => session.next("hi"), LLMError);
    assertEquals(session.status, "interrupted");
    assertEquals(
      /of undefined|undefined is|not iterable|not a function/.test(error.message),
      false,
      error.message,
    );
  });
}

Deno.test("Agent.explain, a failed embedding is an LLMError, as in a turn", async () => {
  const agent = build(embedding(BROKEN.rejects!), [similar("abc")]);
  const session = agent.createSession();
  await session.next("hi", { signal: AbortSignal.abort() });
  await assertRejects(() => agent.explain(session), LLMError, "quota");
});

Deno.test("Session.next, an error of the framework thrown by an embedding model is not wrapped", async () => {
  for (const error of [new LLMError("quota", { isRetryable: true }), new RealModelError("real")]) {
    const llm = embedding(() => Promise.reject(error));
    const session = build(llm, [similar("abc")]).createSession();
    assertEquals(await session.next("hi").catch((thrown) => thrown === error), true);
  }
});

Deno.test("Session.next, a failed embedding is tried again", async () => {
  let isBroken = true;
  const llm = embedding((texts) => {
    return isBroken ? Promise.reject(new Error("quota")) : Promise.resolve(texts.map(() => [1]));
  });
  const session = build(llm, [similar("abc")]).createSession();
  await assertRejects(() => session.next("hi"), LLMError, "quota");
  isBroken = false;
  await session.resume();
  assertEquals(shown(llm), ["abc"]);
});

Deno.test("Session.next, the error of a failed embedding names the embedding model", async () => {
  const plain: LLM = { name: "decider", decide: () => Promise.reject(new Error("unused")) };
  const embedder = Object.assign(new MockLLM([], { name: "embedder" }), { embed: BROKEN.rejects });
  const a = { description: "A", llm: "plain", examples: [similar("abc")] };
  const agent = build(plain, [], {
    llm: { default: embedder, plain },
    steps: { a, b: { description: "B" } },
  });
  await assertRejects(() => agent.createSession().next("hi"), LLMError, "embedder");
});

Deno.test("Session.next, passes a signal that follows its own to embed(), and stops waiting when it aborts", async () => {
  const controller = new AbortController();
  const aborted: (boolean | undefined)[] = [];
  const llm = embedding((_texts, options) => {
    aborted.push(options?.signal?.aborted);
    controller.abort("enough");
    aborted.push(options?.signal?.aborted);
    return new Promise(() => {});
  });
  const session = build(llm, [similar("abc")]).createSession();
  const turn = await session.next("hi", { signal: controller.signal });
  assertEquals([turn.status, llm.requests.length], ["interrupted", 0]);
  assertEquals(aborted, [false, true]);
});

Deno.test("Agent examples, exampleSimilarity compares texts instead of embeddings", async () => {
  const llm = new CountingMock([decide.respond("x")]);
  const compared: [string, readonly string[]][] = [];
  const exampleSimilarity = (input: string, contexts: readonly string[]) => {
    compared.push([input, contexts]);
    return contexts.map((context) => context.length / 4);
  };
  await build(llm, [similar("a"), similar("abc"), similar("abcd")], { exampleSimilarity })
    .createSession().next("hi");
  assertEquals([shown(llm), llm.embedded], [["abcd", "abc"], []]);
  assertEquals(compared, [["hi", ["a", "abc", "abcd"]]]);
});

Deno.test("Agent examples, exampleSimilarity needs no model with embed()", async () => {
  const plain: LLM = { name: "plain", decide: () => Promise.reject(new Error("unused")) };
  const agent = build(plain, [similar("abc")], { exampleSimilarity: () => [1] });
  const session = agent.createSession();
  await session.next("hi", { signal: AbortSignal.abort() });
  const { messages } = await agent.explain(session);
  assertStringIncludes(messages.at(-1)!.content, "- abc -> do abc");
});

Deno.test("Agent examples, an exampleSimilarity that throws or returns no scores is a ConfigError", async () => {
  const broken: AgentOptions["exampleSimilarity"][] = [
    () => Promise.reject(new Error("no index")),
    () => [],
    () => [NaN],
    () => "1" as never,
  ];
  for (const exampleSimilarity of broken) {
    const session = build(new MockLLM(), [similar("abc")], {
      exampleSimilarity: exampleSimilarity!,
    })
      .createSession();
    await assertRejects(() => session.next("hi"), ConfigError, '"exampleSimilarity"');
  }
});
