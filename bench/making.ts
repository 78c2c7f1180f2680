/**
 * What is made over and over: a tool, an agent.
 *
 * @module
 */
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";

/** A tool, its schema made anew too. */
export function makeTool(): Tool {
  return new Tool({
    name: "test_tool",
    description: "A tool to measure",
    args: v.object({ arg0: v.string(), size: v.optional(v.picklist(["small", "large"])) }),
    run: ({ arg0 }) => arg0,
  });
}

/** An agent with one step and one tool. */
export function makeAgent(): Agent {
  return new Agent({
    name: "bench",
    llm: new MockLLM([decide.respond("ok")], { whenDone: "repeat" }),
    start: "start",
    steps: { start: { description: "Start", tools: [makeTool()] } },
  });
}
