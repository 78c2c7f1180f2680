/**
 * The agents, tools and shapes that the benchmarks share.
 *
 * @module
 */
import {
  Agent,
  decide,
  type Decision,
  type LLMRequest,
  type LLMResult,
  MockLLM,
  Tool,
} from "@nomos/agent";
import * as v from "valibot";
import type { DecisionShape } from "../src/decision/build_schema.ts";
import { openaiStrict } from "../src/schema/schema_profile.ts";
import { schemaOf } from "../src/tool/tool.ts";

/** A tool; its schema is made anew too. */
export function makeTool(name = "test_tool"): Tool {
  return new Tool({
    name,
    description: "A tool to measure",
    args: argsSchema(),
    run: ({ arg0 }) => arg0,
  });
}

type ArgsSchema = v.GenericSchema<{ arg0: string; size?: "small" | "large" | undefined }>;

/** The schema of its arguments. */
export function argsSchema(): ArgsSchema {
  return v.object({ arg0: v.string(), size: v.optional(v.picklist(["small", "large"])) });
}

/** So many tools. */
export function makeTools(count: number): readonly Tool[] {
  return Array.from({ length: count }, (_, index) => makeTool(`tool_${index}`));
}

/** What the decision schema of a step with these tools and one route is built from. */
export function shapeWith(tools: readonly Tool[]): DecisionShape {
  return {
    legal: {
      actions: ["RESPOND", "TOOL_CALL", "MOVE", "END"],
      routes: ["end"],
      tools: tools.map(({ name }) => name),
    },
    tools: new Map(tools.map((tool) => [tool.name, schemaOf(tool)])),
    suggestions: false,
    reasoning: true,
    profile: openaiStrict,
  };
}

/** The decisions of the four actions, as the step `start` allows them. */
export const DECISIONS: readonly Decision[] = [
  decide.respond("ok"),
  decide.call("test_tool", { arg0: "a" }),
  decide.move("end"),
  decide.end("Bye"),
];

/** A model that plays one decision for ever. What it recorded is let go at each call. */
export class OneDecision extends MockLLM {
  /** Makes the model. */
  constructor(decision: Decision, options: { readonly validate?: boolean } = {}) {
    super([decision], { ...options, whenDone: "repeat" });
  }

  override decide(request: LLMRequest): Promise<LLMResult> {
    this.requests.length = 0;
    return super.decide(request);
  }
}

/** An agent whose first step has a tool and a route. */
export function makeAgent(llm: MockLLM = new OneDecision(DECISIONS[0]!)): Agent {
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
