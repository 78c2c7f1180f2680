/**
 * Cases for `fast-check`: legal decisions mixed with everything else.
 *
 * @module
 */
import * as fc from "fast-check";
import type { AgentCore } from "../../agent_core.ts";
import { openaiStrict } from "../../decision/schema_profile.ts";
import { schemaOf } from "../../tool/tool.ts";
import { type FuzzCase, type FuzzOutput, type FuzzTurn, TOOL_BEHAVIOURS } from "./fuzz_case.ts";
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

/** How large the largest output is, in characters. */
const HUGE = 10_000_000;

/** Cases for one agent. */
export function fuzzCases({ graph, limits }: AgentCore): fc.Arbitrary<FuzzCase> {
  const steps = [...graph.steps.values()];
  const offers = steps.flatMap(({ tools, llm }) => tools.map((tool) => ({ tool, llm })));
  const tools = new Map(offers.map((offer) => [offer.tool.name, offer]));
  const oneCall = [...tools.values()].map(({ tool, llm }) => {
    const profile = llm.schemaProfile ?? openaiStrict;
    const { schema, definitions } = schemaOf(tool).lowered(profile, `tool "${tool.name}"`);
    return fc.record({
      tool: fc.constant(tool.name),
      args: jsonArbitrary(schema, definitions),
    });
  });
  const legal: fc.Arbitrary<FuzzOutput> = fc.record({
    kind: fc.constant("legal" as const),
    pick: fc.nat(50),
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
    ...(oneCall.length > 0 ? [{ weight: 6, arbitrary: callsOf(oneCall) }] : []),
    { weight: 3, arbitrary: illegal },
    { weight: 3, arbitrary: hostile },
    { weight: 1, arbitrary: fc.constant<FuzzOutput>({ kind: "failure" }) },
    { weight: 1, arbitrary: fc.constant<FuzzOutput>({ kind: "huge", characters: HUGE }) },
  );
  const turn: fc.Arbitrary<FuzzTurn> = fc.record({
    input: hostileText,
    outputs: fc.array(output, { maxLength: limits.maxIterations + 3 }),
    tools: fc.array(fc.constantFrom(...TOOL_BEHAVIOURS), { maxLength: 4 }),
    abortAfter: fc.nat(8),
    breakAfter: fc.nat(8),
    isDoubled: fc.boolean(),
    stopAfter: fc.constantFrom("tool", "move"),
    isResumed: fc.boolean(),
  }, { requiredKeys: ["outputs", "tools"] });
  return fc.record({ turns: fc.array(turn, { minLength: 1, maxLength: 6 }) });
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
