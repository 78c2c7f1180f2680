/**
 * Outputs with one mistake, made from legal ones.
 *
 * @module
 */
import type { LLMRequest } from "@nomos/agent";

/** Output of a model. */
export interface Output {
  readonly reasoning?: readonly string[];
  readonly decision: Json & { readonly action: string; readonly calls?: readonly Json[] };
}

type Json = Readonly<Record<string, unknown>>;

/** Kinds of mistakes. */
export const MISTAKES = [
  "unknown action",
  "unknown target",
  "unknown tool",
  "unknown key",
  "missing key",
] as const;

/** Kind of a mistake. */
export type Mistake = typeof MISTAKES[number];

/** Output with one mistake. */
export interface Changed {
  readonly mistake: Mistake;
  readonly output: unknown;
}

/** Yields outputs that no step allows: with an unknown action, target, tool or key of a decision. */
export function* listIllegalOutputs({ legal }: LLMRequest, output: Output): Generator<Changed> {
  const withDecision = (decision: Json) => ({ ...output, decision });
  const decisions: readonly Json[] = [
    { action: "RESPOND", response: "Hello" },
    { action: "TOOL_CALL", calls: [{ tool: "unknown", args: {} }] },
    { action: "MOVE", step: "unknown" },
    { action: "END" },
    { action: "WAIT" },
  ];
  for (const decision of decisions) {
    const isKnown = legal!.actions.some((action) => action === decision.action);
    if (!isKnown) yield { mistake: "unknown action", output: withDecision(decision) };
  }
  const { decision } = output;
  const { action, calls } = decision;
  if (action === "MOVE") {
    yield { mistake: "unknown target", output: withDecision({ action, step: "unknown" }) };
  }
  for (const tool of calls === undefined ? [] : ["unknown", "", 7, null]) {
    const renamed = calls!.map((call) => ({ ...call, tool }));
    yield { mistake: "unknown tool", output: withDecision({ action, calls: renamed }) };
  }
  const extended = [{ ...output, ...EXTRA }, withDecision({ ...decision, ...EXTRA })];
  if (calls !== undefined) {
    extended.push(withDecision({ action, calls: calls.map((call) => ({ ...call, ...EXTRA })) }));
  }
  for (const output of extended) yield { mistake: "unknown key", output };
}

const EXTRA: Json = { "unknown key": 1 };

/** Yields copies of a value in which one object has an unknown key, or lacks a key. */
export function* changeKeys(value: unknown): Generator<Changed> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const { mistake, output } of changeKeys(inner)) {
      const copy = structuredClone(value) as Record<string, unknown>;
      copy[key] = output;
      yield { mistake, output: copy };
    }
  }
  if (Array.isArray(value)) return;
  yield { mistake: "unknown key", output: { ...value, ...EXTRA } };
  for (const key of Object.keys(value)) {
    const { [key]: _, ...rest } = value as Json;
    yield { mistake: "missing key", output: rest };
  }
}
