/**
 * Cases for `fast-check`: legal decisions mixed with everything else.
 *
 * @module
 */
import * as fc from "fast-check";
import type { AgentCore } from "../../turn/agent_core.ts";
import { openaiStrict } from "../../schema/schema_profile.ts";
import { approvalOf, type HeldTool, schemaOf } from "../../tool/tool.ts";
import {
  FUZZ_VERDICTS,
  type FuzzCase,
  type FuzzOutput,
  type FuzzTurn,
  STREAM_BEHAVIOURS,
  TOOL_BEHAVIOURS,
} from "./fuzz_case.ts";
import { hostileText, jsonArbitrary } from "./json_arbitrary.ts";

/** Outputs that are no decision in any step, or not quite one. */
const ILLEGAL_OUTPUTS: readonly unknown[] = [
  "",
  "   ",
  "null",
  "[]",
  "\ufeff{}",
  "Sure! Here it is:",
  '{"reasoning": [], "decision": {"action": "RESPOND", "response": "hal',
  '```json\n{"reasoning": [], "decision": {"action": "END", "response": null}}\n```',
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

/** Which of the open choices is made: each as often as the others. */
const PICKS: readonly number[] = Array.from({ length: 12 }, (_, place) => place);

/** How large the largest output is, in characters. */
const HUGE = 10_000_000;

/** Cases for one agent. */
export function fuzzCases({ graph, limits }: AgentCore): fc.Arbitrary<FuzzCase> {
  const steps = [...graph.steps.values()];
  const offers = steps.flatMap(({ tools, llm }) => tools.map((tool) => ({ tool, llm })));
  const tools = new Map(offers.map((offer) => [offer.tool.name, offer]));
  const oneCall = new Map([...tools.values()].map(({ tool, llm }) => {
    const profile = llm.schemaProfile ?? openaiStrict;
    const { schema, definitions } = schemaOf(tool).lowered(profile, `tool "${tool.name}"`);
    const args = jsonArbitrary(schema, definitions);
    return [tool.name, fc.record({ tool: fc.constant(tool.name), args })];
  }));
  const callsOfAStep = steps.filter(({ tools }) => tools.length > 0)
    .map(({ tools }) => callsOf(tools.map(({ name }) => oneCall.get(name)!)));
  const legal: fc.Arbitrary<FuzzOutput> = fc.record({
    kind: fc.constant("legal" as const),
    pick: fc.constantFrom(...PICKS),
    text: hostileText,
  });
  const illegal: fc.Arbitrary<FuzzOutput> = fc.record({
    kind: fc.constant("illegal" as const),
    output: fc.constantFrom(...ILLEGAL_OUTPUTS),
  });
  const hostile: fc.Arbitrary<FuzzOutput> = fc.record({
    kind: fc.constant("raw" as const),
    output: fc.oneof(
      // The routes of any step, wherever the session is.
      fc.constantFrom(...steps.map(({ id }) => ({
        reasoning: [],
        decision: { action: "MOVE", step: id },
      }))),
      hostileText,
      fc.jsonValue(),
    ),
  });
  const output = fc.oneof(
    { weight: 12, arbitrary: legal },
    ...(oneCall.size > 0
      ? [
        { weight: 7, arbitrary: fc.oneof(...callsOfAStep) },
        // Of any steps: most likely the session is in none that has them all.
        { weight: 1, arbitrary: callsOf([...oneCall.values()]) },
      ]
      : []),
    { weight: 3, arbitrary: illegal },
    { weight: 3, arbitrary: hostile },
    { weight: 1, arbitrary: fc.constant<FuzzOutput>({ kind: "failure" }) },
    { weight: 1, arbitrary: fc.constant<FuzzOutput>({ kind: "huge", characters: HUGE }) },
  );
  const turn = turnOf(output, limits.maxIterations, [...tools.values()].map(({ tool }) => tool));
  const turns = fc.array(turn, { minLength: 1, maxLength: 6, size: "medium" });
  const chunkLength = fc.integer({ min: 1, max: 40 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ turns, chunkLength }, { requiredKeys: ["turns"] }) },
    {
      weight: 1,
      arbitrary: fc.record({ turns, chunkLength, limits: LIMITS }, { requiredKeys: ["turns"] }),
    },
  );
}

/** Now and then enough, mostly too little. */
const BUDGET = fc.record({
  tokens: fc.constantFrom(0, 300, 1_000, 3_000, 10_000),
  modelCalls: fc.constantFrom(0, 1, 2, 5),
  toolCalls: fc.constantFrom(0, 1, 2, 5),
}, { requiredKeys: [] });
const LIMITS = fc.record({ turn: BUDGET, session: BUDGET }, { requiredKeys: [] });

/** Turns that are left in peace, and turns that are not; a person decides only where one may be asked. */
function turnOf(
  output: fc.Arbitrary<FuzzOutput>,
  maxIterations: number,
  tools: readonly HeldTool[],
): fc.Arbitrary<FuzzTurn> {
  const behaviour = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...TOOL_BEHAVIOURS) },
    // What became of a call that runs once is a question only where the process dies.
    { weight: tools.some(({ once }) => once) ? 1 : 0, arbitrary: fc.constant("die" as const) },
  );
  const peaceful = {
    outputs: fc.array(output, { maxLength: maxIterations + 3 }),
    tools: fc.array(behaviour, { maxLength: 4 }),
    input: hostileText,
    streams: fc.array(fc.constantFrom(...STREAM_BEHAVIOURS), { maxLength: 4 }),
    stopAfter: fc.constantFrom<"tool" | "move">("tool", "move"),
    isResumed: fc.boolean(),
    ...(tools.some((tool) => tool.once || approvalOf(tool) !== false) && {
      verdict: fc.constantFrom(...FUZZ_VERDICTS),
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

/** Several calls at once; now and then more than a decision may have. */
function callsOf(
  calls: readonly fc.Arbitrary<FuzzCalls["calls"][number]>[],
): fc.Arbitrary<FuzzCalls> {
  return fc.record({
    kind: fc.constant("calls" as const),
    calls: fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 18, size: "small" }),
  });
}
