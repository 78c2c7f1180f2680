/** Options of all public functions that have any: a misspelled one is never ignored. */
import { Agent, ConfigError, decide, MisuseError, MockLLM, SchemaCache, Tool } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { loadAgent, parseConfig, yamlTests } from "@nomos/agent/config";
import { fallback, limitConcurrency, logged, retry, timeout } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import { otel } from "@nomos/agent/otel";
import { postgresStore } from "@nomos/agent/postgres";
import { genaiPrices } from "@nomos/agent/prices";
import * as profile from "@nomos/agent/profile";
import { sqliteStore } from "@nomos/agent/sqlite";
import { memoryStore, openState, resumeInterrupted, signState } from "@nomos/agent/store";
import * as testing from "@nomos/agent/testing";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { MockLanguageModelV3 } from "ai/test";
import * as v from "valibot";

const llm = new MockLLM([decide.call("pay"), decide.respond("Paid")], { whenDone: "repeat" });
const pay = new Tool({
  name: "pay",
  description: "Pay",
  args: v.object({}),
  needsApproval: true,
  run: () => "paid",
});
const steps = { desk: { description: "Help them", tools: [pay] } };
const agent = new Agent({ name: "desk", llm, start: "desk", steps });
const session = agent.createSession();
const { approvals: [waiting], state } = await session.next("Pay");
const { callKey } = waiting!;
const key = "k".repeat(32);
const profiled = await profile.profileAgent(agent, [{ input: "Pay" }], { iterations: 1 });
const compared = profile.compareWithBase(profiled, profile.takeBase(profiled));
const yaml =
  "name: desk\nllm: { provider: openai, model: m }\nstart: a\nsteps: [{ id: a, desc: A }]";
const cases = { turns: [] };

type Call = (options: never) => unknown;

/** Calls with a known option and its misspelling. */
const CALLS: Readonly<Record<string, readonly [call: Call, known: string]>> = {
  "new Agent": [(options) => new Agent(options), "start"],
  "agent.next": [(options) => agent.next("Hi", undefined, options), "stopAfter"],
  "agent.createSession": [(options) => agent.createSession(options), "state"],
  "agent.openSession": [(options) => agent.openSession("s", options), "store"],
  "agent.asTool": [(options) => agent.asTool(options), "description"],
  "new Tool": [(options) => new Tool(options), "description"],
  "new SchemaCache": [(options) => new SchemaCache(options), "enabled"],
  "new MockLLM": [(options) => new MockLLM([], options), "whenDone"],
  "MockLLM.auto": [(options) => MockLLM.auto(options), "samples"],
  "session.next": [(options) => session.next("Hi", options), "signal"],
  "session.stream": [(options) => session.stream("Hi", options).turn, "children"],
  "session.approve": [(options) => session.approve(callKey, options), "inputId"],
  "session.deny": [(options) => session.deny(callKey, "No", options), "inputId"],
  "session.settle": [(options) => session.settle(callKey, "Paid", options), "inputId"],
  "session.retry": [(options) => session.retry(callKey, options), "inputId"],
  "session.events": [(options) => session.events(options).next(), "from"],
  "session.interrupt": [(options) => session.interrupt(options), "reason"],
  "session.fork": [(options) => session.fork(options), "at"],
  aiSdk: [(options) => aiSdk(new MockLanguageModelV3(), options), "temperature"],
  openai: [(options) => openai(options), "model"],
  "openai, server": [(server) => openai({ model: "m", server }), "seedField"],
  otel: [(options) => otel(options), "redact"],
  genaiPrices: [(options) => genaiPrices(options), "provider"],
  "genaiPrices, overrides": [(m) => genaiPrices({ overrides: { m } }), "cachedInput"],
  fallback: [(options) => fallback([llm, llm], options), "shouldFallBack"],
  limitConcurrency: [(options) => limitConcurrency(llm, 1, options), "maxQueue"],
  logged: [(options) => logged(llm, options), "content"],
  retry: [(options) => retry(llm, options), "attempts"],
  timeout: [(options) => timeout(llm, options), "firstChunk"],
  memoryStore: [(options) => memoryStore(options), "clock"],
  sqliteStore: [(options) => sqliteStore(":memory:", options), "busyTimeout"],
  postgresStore: [(options) => postgresStore("postgres://a:b@localhost/c", options), "retries"],
  "postgresStore, ssl": [(ssl) => postgresStore("postgres://a:b@localhost/c", { ssl }), "verify"],
  "store.list": [(options) => memoryStore().list(options), "prefix"],
  resumeInterrupted: [(options) => resumeInterrupted(memoryStore(), agent, options), "context"],
  signState: [(options) => signState(state, key, options), "now"],
  openState: [(options) => openState("", key, options), "maxAge"],
  loadAgent: [(options) => loadAgent({ path: "a.yaml", text: yaml }, options), "onConfigWarning"],
  parseConfig: [(options) => parseConfig("a.yaml", yaml, options), "ignoreFlows"],
  yamlTests: [(options) => yamlTests("t.yaml", () => {}, options), "judge"],
  cassette: [(options) => testing.cassette(llm, "c.json", options), "environment"],
  record: [(options) => testing.record(llm, "c.json", options), "redact"],
  replay: [(options) => testing.replay("c.json", options), "redact"],
  explore: [(options) => testing.explore(agent, options), "decisions"],
  fuzz: [(options) => testing.fuzz(agent, options), "samples"],
  playFuzzCase: [(options) => testing.playFuzzCase(agent, cases, options), "contexts"],
  repeat: [(options) => testing.repeat(1, () => {}, options), "concurrency"],
  replaySession: [(options) => testing.replaySession(session, agent, options), "isSame"],
  judge: [(options) => testing.judge(llm, "It is polite", options), "threshold"],
  scenario: [(options) => testing.scenario(options), "maxTurns"],
  simulatedUser: [(options) => testing.simulatedUser(llm, options), "persona"],
  storeContract: [(options) => testing.storeContract(memoryStore, options), "advance"],
  "new Profiler": [(options) => new profile.Profiler(options), "cost"],
  profileAgent: [(options) => profile.profileAgent(agent, undefined, options), "iterations"],
  "profileAgent, latency": [
    (latency) => profile.profileAgent(agent, undefined, { latency }),
    "firstToken",
  ],
  benchAgent: [(options) => profile.benchAgent(agent, undefined, options), "context"],
  profileLog: [(options) => profile.profileLog([], options), "sessionId"],
  whatIf: [(options) => profile.whatIf([], options), "cost"],
  takeBase: [(allow) => profile.takeBase(profiled, allow), "turns"],
  compareWithBase: [
    (allow) => profile.compareWithBase(profiled, profile.takeBase(profiled), allow),
    "tool_calls",
  ],
  formatProfile: [(options) => profile.formatProfile(profiled, options), "markdown"],
  formatComparison: [(options) => profile.formatComparison(compared, options), "markdown"],
  drawTurns: [(heading) => profile.drawTurns([], heading), "subtitle"],
  transcriptText: [(options) => testing.transcriptText({ events: [] }, options), "maxLines"],
};

for (const [name, [call, known]] of Object.entries(CALLS)) {
  Deno.test(`${name}: an unknown option and null are refused, with the option that was meant`, async () => {
    const callWith = async (options: unknown) => await call(options as never);
    const unknown = `${known}s`;
    const { message } = await assertRejects(() => callWith({ [unknown]: 1 }), MisuseError);
    assertStringIncludes(message, `unknown option "${unknown}"`);
    assertStringIncludes(message, `did you mean "${known}"?`);
    const refused = await assertRejects(() => callWith(null), MisuseError);
    assertMatch(refused.message, /null|undefined/);
  });
}

Deno.test("a verdict with an unknown field is refused: a misspelled hash would bind it to nothing", async () => {
  const misspelled = { hsah: "0".repeat(64) };
  const commands = [
    { approve: callKey, ...misspelled },
    { decideAll: [{ key: callKey, verdict: "approve", ...misspelled }] },
  ] as const;
  for (const command of commands) {
    const error = await assertRejects(() => session.next(command), ConfigError);
    assertStringIncludes(error.message, 'unknown option "hsah"');
    assertStringIncludes(error.message, 'did you mean "hash"?');
  }
  assertEquals(session.approvals, [waiting!]);
});
