/** Helpers for tests of schemas: decisions with one tool, and garbage collection. */
import { openaiStrict } from "@nomos/agent/llm";
import type { Action, JsonSchema } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { fail } from "@std/assert";
import vm from "node:vm";
import v8 from "node:v8";
import { DecisionForm, DecisionSchema } from "../../src/decision/decision_schema.ts";
import type { DecisionReading } from "../../src/decision/read_decision.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { findStrictProblems } from "./strict_checker.ts";
import { readOutput } from "../../src/decision/read_output.ts";

/** Parts of a decision schema. Default: none. */
export interface Offered {
  readonly respond?: boolean;
  readonly tools?: Readonly<Record<string, unknown>>;
  readonly routes?: readonly string[];
  readonly end?: boolean;
  readonly answer?: unknown;
  readonly suggestions?: boolean;
  readonly reasoning?: boolean;
  readonly profile?: SchemaProfile;
}

/** Builds the decision schema of an offer. */
export function decisionSchema(offered: Offered): DecisionSchema {
  const { tools = {}, routes = [], answer } = offered;
  const names = Object.keys(tools).sort();
  const actions: Action[] = [];
  if (offered.respond || answer !== undefined) actions.push("RESPOND");
  if (names.length > 0) actions.push("TOOL_CALL");
  if (routes.length > 0) actions.push("MOVE");
  if (offered.end) actions.push("END");
  const shape = {
    legal: { actions, routes, tools: names },
    tools: new Map(names.map((name) => [name, WireSchema.of(tools[name], `tool "${name}"`)])),
    answer: answer === undefined ? undefined : WireSchema.of(answer, "the answer of a step"),
    suggestions: offered.suggestions ?? false,
    reasoning: offered.reasoning ?? false,
    profile: offered.profile ?? openaiStrict,
  };
  return new DecisionSchema(new DecisionForm(shape), shape);
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** Returns the lowered arguments of a decision's only tool. Asserts that it is in the strict subset. */
export function lowerArgs(schema: unknown): JsonSchema {
  const { json } = decisionSchema({ tools: { t: schema } });
  const problems = findStrictProblems(json);
  if (problems.length > 0) fail(`Not in the strict subset: ${problems.join("; ")}`);
  const { decision } = json.properties as Properties;
  const { calls } = decision!.properties as Properties;
  return ((calls!.items as JsonSchema).properties as Properties).args!;
}

/** Returns the lowered property `x` of the arguments of a decision's only tool. */
export function lowerProperty(schema: unknown): JsonSchema {
  return (lowerArgs(schema).properties as Properties).x!;
}

/** Reads an output with synchronous schemas. */
export function readNow(schema: DecisionSchema, output: unknown): DecisionReading {
  const reading = readOutput(schema, output);
  if (reading instanceof Promise) fail("Expected a reading, but received a promise");
  return reading;
}

/** Reads a call of the only tool, and returns the output of its argument schema. */
export function readArgs(schema: unknown, args: unknown): unknown {
  const decision = { action: "TOOL_CALL", calls: [{ tool: "t", args }] };
  const reading = readNow(decisionSchema({ tools: { t: schema } }), JSON.stringify({ decision }));
  if (!reading.success) fail(`${reading.problem.path}: ${reading.problem.message}`);
  return reading.args[0];
}

/** Returns the problem of a refused call of the only tool. */
export function argsProblem(schema: unknown, args: unknown): { path: string; message: string } {
  const decision = { action: "TOOL_CALL", calls: [{ tool: "t", args }] };
  const reading = readNow(decisionSchema({ tools: { t: schema } }), JSON.stringify({ decision }));
  if (reading.success) fail(`Expected a problem, but received ${JSON.stringify(reading.value)}`);
  return reading.problem;
}

v8.setFlagsFromString("--expose-gc");
const gc: () => void = vm.runInNewContext("gc");

/** Collects garbage and runs finalizers: three times, or until a condition holds, at most 20 times. */
export async function collect(isDone?: () => boolean): Promise<void> {
  for (let round = 0; round < (isDone ? 20 : 3) && !isDone?.(); round++) {
    await macrotask();
    gc();
    await macrotask();
  }
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
