/**
 * Agents, tools and schemas shared by the benchmarks.
 *
 * @module
 */
import {
  Agent,
  decide,
  type Decision,
  type LLMRequest,
  MockLLM,
  type ScriptEntry,
  Tool,
} from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import type { Observer } from "@nomos/agent/observer";
import * as v from "valibot";
import type { DecisionShape } from "../src/decision/decision_schema.ts";
import { openaiStrict } from "../src/schema/profiles/openai_strict.ts";
import { toolInternals } from "../src/tool/tool_internals.ts";

/** Body of a benchmark. */
export type Work = (bench: Deno.BenchContext) => void | Promise<void>;

/**
 * Registers a group of benchmarks.
 *
 * @param works Benchmarks by name. The first one is the floor: the same work without the
 *   framework.
 */
export function benchGroup(group: string, works: Readonly<Record<string, Work>>): void {
  for (const [index, [name, work]] of Object.entries(works).entries()) {
    Deno.bench(name, { group, baseline: index === 0 }, work);
  }
}

/** Makes a tool with a new schema. */
export function makeTool(name = "test_tool"): Tool {
  return new Tool({
    name,
    description: "A tool to measure",
    args: makeArgsSchema(),
    run: ({ arg0 }) => arg0,
  });
}

type ArgsSchema = v.GenericSchema<{ arg0: string; size?: "small" | "large" | undefined }>;

/** Makes the schema of the tool's arguments. */
export function makeArgsSchema(): ArgsSchema {
  return v.object({ arg0: v.string(), size: v.optional(v.picklist(["small", "large"])) });
}

/** Makes several tools. */
export function makeTools(count: number): readonly Tool[] {
  return Array.from({ length: count }, (_, index) => makeTool(`tool_${index}`));
}

/** Makes the shape of the decision schema of a step with these tools and one route. */
export function makeShape(tools: readonly Tool[]): DecisionShape {
  return {
    legal: {
      actions: ["RESPOND", "TOOL_CALL", "MOVE", "END"],
      routes: ["end"],
      tools: tools.map(({ name }) => name),
    },
    tools: new Map(tools.map((tool) => [tool.name, toolInternals(tool).schema])),
    suggestions: false,
    reasoning: true,
    profile: openaiStrict,
  };
}

/** One legal decision of the step `start` for each action. */
export const DECISIONS: readonly Decision[] = [
  decide.respond("ok"),
  decide.call("test_tool", { arg0: "a" }),
  decide.move("end"),
  decide.end("Bye"),
];

/** Mock model that repeats its script, and keeps only the last request. */
export class ForgetfulLLM extends MockLLM {
  /** Makes the model. */
  constructor(script: readonly ScriptEntry[], options: { readonly validate?: boolean } = {}) {
    super(script, { ...options, whenDone: "repeat" });
  }

  override decide(request: LLMRequest): Promise<LLMResult> {
    this.requests.length = 0;
    return super.decide(request);
  }
}

/** Makes an agent whose first step has a tool and a route. */
export function makeAgent(llm: MockLLM = new ForgetfulLLM([DECISIONS[0]!])): Agent {
  return new Agent({
    name: "bench",
    llm,
    start: "start",
    steps: {
      start: { description: "Start", tools: [makeTool()], routes: { end: "done" } },
      end: { description: "End" },
    },
  });
}

/** Makes an agent with a single step, without tools. */
export function makeTalkingAgent(llm: MockLLM, observers: readonly Observer[] = []): Agent {
  return new Agent({
    name: "talker",
    llm,
    observers,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}
