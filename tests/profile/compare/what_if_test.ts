import {
  Agent,
  ConfigError,
  decide,
  type LLM,
  MockLLM,
  type SessionEvent,
  type Tool,
  type Usage,
} from "@nomos/agent";
import { formatComparison, formatProfile, profileLog, whatIf } from "@nomos/agent/profile";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

/** Builds a log with a decision for each usage, in a step of its own if it has one. */
function makeLog(
  usages: readonly (Usage & { readonly step?: string })[],
  cost = 0.01,
): SessionEvent[] {
  const events = usages.map(({ step = "talk", ...usage }, index): SessionEvent => ({
    type: "decision",
    seq: index + 1,
    time: 1_000 * (index + 1),
    step,
    decision: decide.respond("Yes"),
    usage,
    cost,
    model: "big-model",
  }));
  return [{ type: "user", seq: 0, time: 0, text: "Hi" }, ...events];
}

Deno.test("the same log is priced at another model's prices and cache rules", async () => {
  const log = makeLog([
    { input: 3_000, output: 100, cachedInput: 2_900 },
    { input: 3_300, output: 100, cachedInput: 3_000 },
    { input: 3_400, output: 100, step: "pay" },
  ]);
  const { calls, base, whatIf: other, notes } = await whatIf(log, { as: "openai/gpt-5-mini" });
  assertEquals(calls, 3);
  assertEquals(base, {
    model: "big-model",
    input: 9_700,
    cachedInput: 5_900,
    output: 300,
    cost: 0.03,
  });
  // Only the second call begins as the one before: 3,000 tokens, in steps of 128.
  assertEquals(other.cachedInput, 2_944);
  assertEquals([other.input, other.output], [9_700, 300]);
  assertAlmostEquals(other.cost!, (6_756 * 0.25 + 2_944 * 0.025 + 300 * 2) / 1e6, 1e-9);
  assert(notes.some((note) => note.includes("would decide and answer differently")));
  assert(notes.some((note) => note.includes("at least 1,024 tokens")));
});

Deno.test("a prompt below the least size of the vendor's cache is not cached", async () => {
  const log = makeLog([{ input: 1_000, output: 10 }, { input: 1_010, output: 10 }]);
  const { whatIf: other } = await whatIf(log, { as: "openai/gpt-5-mini" });
  assertEquals(other.cachedInput, 0);
  const claude = await whatIf(log, { as: "anthropic/claude-haiku-4-5" });
  assert(claude.notes.some((note) => note.includes("at least 4,096 tokens")));
  const local = await whatIf(log, { as: "house/llama", cost: () => 0 });
  assert(local.notes.some((note) => note.includes("No rule of a prompt cache is known")));
});

Deno.test("calls of agents that ran as tools are priced with those of the session", async () => {
  const llmOf = (decisions: readonly unknown[], input: number): LLM => {
    const mock = new MockLLM(decisions as never);
    return {
      name: "house/large",
      decide: async (request) => ({
        ...await mock.decide(request),
        usage: { input, output: 10, cachedInput: 7 },
      }),
    };
  };
  const createAgent = (name: string, llm: LLM, tools: readonly Tool[] = []) =>
    new Agent({
      name,
      llm,
      cost: () => 0.01,
      start: "a",
      steps: { a: { description: "A", tools, routes: { b: "next" } }, b: { description: "B" } },
    });
  const helper = createAgent(
    "helper",
    llmOf([decide.move("b"), decide.respond("Done")], 1_500),
  );
  const decisions = [decide.call("helper", { input: "Look" }), decide.respond("Done")];
  const boss = createAgent("boss", llmOf(decisions, 2_000), [
    helper.asTool({ name: "helper", description: "Ask a colleague" }) as never,
  ]);
  const session = boss.createSession();
  await session.next("Go");
  const events = await Array.fromAsync(session.events());
  const { calls, base, whatIf: other, notes } = await whatIf(events, { as: "openai/gpt-5-mini" });
  assertEquals(calls, 4);
  assertEquals([base.input, base.cachedInput, base.output, base.cost], [7_000, 28, 40, 0.04]);
  // Only the second call of the session begins as the one before: 2,000 tokens, in steps of 128.
  assertEquals([other.input, other.cachedInput, other.output], [7_000, 1_920, 40]);
  assertAlmostEquals(other.cost!, (5_080 * 0.25 + 1_920 * 0.025 + 40 * 2) / 1e6, 1e-9);
  assert(notes.some((note) => note.startsWith("2 calls of agents that ran as tools")));
  // A price that depends on the length of a prompt is that of each call.
  const cost = ({ input = 0 }: Usage) => input > 2_000 ? 1 : 0.001;
  assertAlmostEquals((await whatIf(events, { as: "acme/tiers", cost })).whatIf.cost!, 0.004);
});

Deno.test("a log without usage, and a model without a price, are refused", async () => {
  const silent = [{ type: "user", seq: 0, time: 0, text: "Hi" }] as const;
  await assertRejects(() => whatIf(silent, { as: "openai/gpt-5-mini" }), ConfigError, "usage");
  const log = makeLog([{ input: 10, output: 10 }]);
  await assertRejects(() => whatIf(log, { as: "house/llama" }), ConfigError, '"house/llama"');
});

Deno.test("the table has the base beside the other model", async () => {
  const log = makeLog([{ input: 3_000, output: 100 }]);
  const text = formatComparison(await whatIf(log, { as: "acme/small", cost: () => 0.002 }));
  assertStringIncludes(text, "1 model call: big-model, and if it were acme/small");
  assertStringIncludes(text, "10,000    2,000  −80.0 %  $ × 10⁻⁶");
});

Deno.test("two sessions stand side by side", () => {
  const a = profileLog(makeLog([{ input: 1_000, output: 100 }]), { agent: "ann" });
  const b = profileLog(makeLog([{ input: 1_000, output: 100 }, { input: 2_000, output: 100 }]), {
    agent: "bob",
  });
  const text = formatProfile(a, { beside: b });
  assertStringIncludes(text, "a: ann, b: bob");
  assertStringIncludes(text, "1,100   3,200  +190.9 %  all tokens");
  assertStringIncludes(text, " 1    2   +100.0 %  model_calls");
  assertStringIncludes(
    formatProfile(a, { beside: b, markdown: true }),
    "| model_calls | 1 | 2 | +100.0 % |",
  );
  const tables = formatProfile(a, { beside: b, by: "cost" });
  assert(tables.indexOf("all tokens") < tables.indexOf("all turns"));
  assertThrows(() => formatProfile(a, { beside: b, turn: 1 }), ConfigError, "beside");
});
