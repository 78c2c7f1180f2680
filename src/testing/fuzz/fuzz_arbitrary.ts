/**
 * Arbitrary fuzz cases for `fast-check`.
 *
 * @module
 */
import * as fc from "fast-check";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import { mayNeedApproval, type StepTool, toolInternals } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { FUZZ_VERDICTS, TOOL_BEHAVIOURS } from "./behaviours.ts";
import type { FuzzCase, FuzzOutput, FuzzTurn, StreamBehaviour } from "./fuzz_case.ts";
import { hostileText, hostileValues } from "./hostile_values.ts";

/** Outputs that are illegal in every step: not JSON, or not a valid decision. */
const ILLEGAL_OUTPUTS: readonly unknown[] = [
  "",
  "   ",
  "null",
  "[]",
  "\ufeff{}",
  "Sure! Here it is:",
  '{"reasoning": [], "decision": {"action": "RESPOND", "response": "hal',
  'Here it is:\n```json\n{"reasoning": [], "decision": {"action": "END", "response": null}}\n```',
  '<think>{"reasoning": [], "decision": {"action": "END", "response": null}}',
  '{"reasoning": [], "decision": {"action": "END"}} {"reasoning": []}',
  '{"reasoning": [], "decision": {"action": "RESPOND", "action": "END", "response": "x"}}',
  '{"reasoning": [], "decision": {"action": "RESPOND", "response": 1e400}}',
  '{"__proto__": {"isAdmin": true}, "reasoning": [], "decision": {"action": "END"}}',
  "[".repeat(100_000),
  null,
  17,
  [],
  {},
  { reasoning: "none", decision: { action: "RESPOND", response: "x" } },
  { reasoning: [], decision: { action: "DANCE" } },
  { reasoning: [], decision: { action: "RESPOND", response: 7 } },
  { reasoning: [], decision: { action: "TOOL_CALL", calls: [] } },
  { reasoning: [], decision: { action: "TOOL_CALL", calls: "all" } },
  { reasoning: [], decision: { action: "MOVE", step: "__proto__" } },
  { reasoning: [], decision: { action: "MOVE", step: "no such step" } },
  ...["constructor", "__proto__", "toString", "", "no such tool"].map((tool) => ({
    reasoning: [],
    decision: { action: "TOOL_CALL", calls: [{ tool, args: {} }] },
  })),
];

/** Indexes into the list of legal moves, equally likely. */
const PICKS: readonly number[] = Array.from({ length: 12 }, (_, index) => index);

/** Length of a huge output, in characters. */
const HUGE = 10_000_000;

/** Returns an arbitrary of cases for one agent. */
export function fuzzCases({ graph, limits }: AgentCore): fc.Arbitrary<FuzzCase> {
  const steps = [...graph.steps.values()];
  const callOf = new Map(
    steps.flatMap(({ tools, llm }) =>
      tools.map((tool) => {
        const wire = toolInternals(tool).schema;
        const { schema, definitions } = wire.lower(profileOf(llm), `tool "${tool.name}"`);
        const args = hostileValues(schema, { $defs: definitions });
        return [tool.name, fc.record({ tool: fc.constant(tool.name), args })];
      })
    ),
  );
  const callsOfAStep = steps.filter(({ tools }) => tools.length > 0)
    .map(({ tools }) => buildCalls(tools.map(({ name }) => callOf.get(name)!)));
  const legal = fc.record({ pick: fc.constantFrom(...PICKS), text: hostileText })
    .map((choice): FuzzOutput => ({ kind: "legal", ...choice }));
  const illegal = fc.constantFrom(...ILLEGAL_OUTPUTS)
    .map((output): FuzzOutput => ({ kind: "illegal", output }));
  const hostile = fc.oneof(
    // Moves to any step, whether legal or not.
    fc.constantFrom(...steps.map(({ id }) => ({
      reasoning: [],
      decision: { action: "MOVE", step: id },
    }))),
    hostileText,
    fc.jsonValue(),
  ).map((output): FuzzOutput => ({ kind: "raw", output }));
  const calls: [number, fc.Arbitrary<FuzzOutput>][] = callOf.size === 0 ? [] : [
    [7, fc.oneof(...callsOfAStep)],
    // Calls of tools from different steps are rarely legal together.
    [1, buildCalls([...callOf.values()])],
  ];
  const output = weighted<FuzzOutput>(
    [12, legal],
    ...calls,
    [3, illegal],
    [3, hostile],
    [1, fc.constant({ kind: "failure" })],
    [1, fc.constant({ kind: "huge", characters: HUGE })],
  );
  const tools = steps.flatMap(({ tools }) => tools);
  const turn = buildTurns(output, limits.maxIterations, tools);
  const parts = {
    turns: fc.array(turn, { minLength: 1, maxLength: 6, size: "medium" }),
    chunkLength: fc.integer({ min: 1, max: 40 }),
  };
  return weighted<FuzzCase>(
    [3, fc.record(parts, { requiredKeys: ["turns"] })],
    [1, fc.record({ ...parts, limits: LIMITS }, { requiredKeys: ["turns"] })],
  );
}

/** Limits, most of them too small for a case. */
const BUDGET = fc.record({
  tokens: fc.constantFrom(0, 300, 1_000, 3_000, 10_000),
  modelCalls: fc.constantFrom(0, 1, 2, 5),
  toolCalls: fc.constantFrom(0, 1, 2, 5),
}, { requiredKeys: [] });
const LIMITS = fc.record({ turn: BUDGET, session: BUDGET }, { requiredKeys: [] });

/** Stream behaviours. The first is the simplest, because failing cases shrink towards it. */
const STREAMS = fc.constantFrom<StreamBehaviour>("result", "restart", "no result", "throw", "hang");

/**
 * Returns an arbitrary of turns, with and without disturbances. Turns have
 * verdicts only if a tool may need one.
 */
function buildTurns(
  output: fc.Arbitrary<FuzzOutput>,
  maxIterations: number,
  tools: readonly StepTool[],
): fc.Arbitrary<FuzzTurn> {
  const behaviour = weighted(
    [3, fc.constantFrom(...listNames(TOOL_BEHAVIOURS))],
    // Crashes during calls are more frequent for `once` tools, whose recovery is special.
    [tools.some(({ once }) => once) ? 1 : 0, fc.constant("die" as const)],
  );
  const peaceful = {
    outputs: fc.array(output, { maxLength: maxIterations + 3 }),
    tools: fc.array(behaviour, { maxLength: 4 }),
    input: hostileText,
    streams: fc.array(STREAMS, { maxLength: 4 }),
    stopAfter: fc.constantFrom<"tool" | "move">("tool", "move"),
    isResumed: fc.boolean(),
    ...(tools.some((tool) => tool.once || mayNeedApproval(tool)) && {
      verdict: fc.constantFrom(...listNames(FUZZ_VERDICTS)),
      call: fc.nat(3),
      needsApproval: fc.boolean(),
    }),
  };
  const disturbed = {
    ...peaceful,
    abortAfter: fc.nat(8),
    breakAfter: fc.nat(8),
    diesAfter: fc.integer({ min: 1, max: 8 }),
    isDoubled: fc.boolean(),
  };
  return fc.oneof(
    fc.record(peaceful, { requiredKeys: ["outputs", "tools"] }),
    fc.record(disturbed, { requiredKeys: ["outputs", "tools"] }),
  );
}

type FuzzCalls = FuzzOutput & { readonly kind: "calls" };

/** Returns an arbitrary of parallel calls, sometimes more than a decision may have. */
function buildCalls(
  calls: readonly fc.Arbitrary<FuzzCalls["calls"][number]>[],
): fc.Arbitrary<FuzzCalls> {
  return fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 18, size: "small" })
    .map((calls) => ({ kind: "calls", calls }));
}

/** Returns an arbitrary that chooses among arbitraries by weight. */
function weighted<Value>(
  ...parts: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Value>])[]
): fc.Arbitrary<Value> {
  return fc.oneof(...parts.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

function listNames<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[];
}
