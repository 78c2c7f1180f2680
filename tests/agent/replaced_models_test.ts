import { assertEquals } from "@std/assert";
import { Agent, type LLM, MockLLM } from "@nomos/agent";
import { coreOf } from "../../src/agent/build_core.ts";
import { CoreReplacer } from "../../src/profile/play/core_replacer.ts";
import { playedCore, replayedCore } from "../../src/testing/play/played_core.ts";
import type { AgentCore } from "../../src/turn/agent_core.ts";

/** Agent with a model in each place that may have one. */
const agent = new Agent({
  name: "crew",
  llm: { default: modelOf("main"), fast: modelOf("fast") },
  start: "talk",
  steps: {
    talk: {
      description: "Talk",
      routes: { check: "to check" },
      examples: [{ context: "a", decision: "b", show: "similar" }],
      history: { summarize: modelOf("writer") },
    },
    check: { description: "Check", llm: "fast" },
  },
  history: { summarize: modelOf("other writer") },
});
const core = coreOf(agent)!;
const played = modelOf("played");

function modelOf(name: string): LLM {
  return {
    name,
    decide: (request) => new MockLLM().decide(request),
    embed: (texts) => Promise.resolve(texts.map(() => [1])),
  };
}

/** Lists the places of a core that hold a model, with the model's name. */
function listModels(value: unknown, path = "", seen = new Set<unknown>()): string[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  if ("decide" in value && "name" in value) return [`${path}: ${value.name}`];
  const inside = new Set([...seen, value]);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries.flatMap(([key, each]) => listModels(each, `${path}/${key}`, inside)).sort();
}

const PLACES = ["/examples/embedder", "/models/default", "/models/fast"];
const STEPS = ["/graph/steps/check/llm", "/graph/steps/talk/llm"];
const WRITERS = ["check", "talk"].map((step) => `/graph/steps/${step}/history/summarize`);

/** Lists places that hold the model that plays. */
const playedIn = (...places: string[]) => places.map((place) => `${place}: played`).sort();

Deno.test("an agent's core holds its models in the places that are replaced", () => {
  assertEquals(listModels(core), [
    "/examples/embedder: main",
    "/graph/steps/check/history/summarize: other writer",
    "/graph/steps/check/llm: fast",
    "/graph/steps/talk/history/summarize: writer",
    "/graph/steps/talk/llm: main",
    "/models/default: main",
    "/models/fast: fast",
  ]);
});

Deno.test("a changed or profiled agent holds none of its own models", () => {
  const cores: AgentCore[] = [
    coreOf(agent.with({ llm: played }))!,
    new CoreReplacer({ observers: [], modelFor: () => played }).replace(core),
  ];
  for (const replaced of cores) {
    assertEquals(listModels(replaced), playedIn(...PLACES, ...STEPS, ...WRITERS));
  }
});

Deno.test("an explored, fuzzed or replayed agent holds none of its own models, and no writer", () => {
  const player = {
    llm: played,
    given: [],
    callTool: () => undefined,
    whenUnknown: () => undefined,
    needsApproval: () => false,
    isOpen: () => true,
    onEvent: () => {},
  };
  const cores: AgentCore[] = [
    playedCore(core, player),
    replayedCore(core, () => played, { asksGuards: true, callsTexts: true }),
  ];
  for (const replaced of cores) {
    assertEquals(listModels(replaced), playedIn(...PLACES, ...STEPS));
  }
});
