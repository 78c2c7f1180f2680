/**
 * Agent whose sessions go through chaos. Its decisions depend only on the input and the
 * history, so that every process plays the same turn.
 *
 * @module
 */
import {
  Agent,
  decide,
  type Decision,
  type LLMRequest,
  Tool,
  type ToolOptions,
} from "@nomos/agent";
import * as v from "valibot";
import { ForgetfulLLM } from "../../bench/agents.ts";

/** Outside world, as tools reach it. */
export interface World {
  /** Has an effect whose repetition is detected. */
  effect(tool: string, callKey: string): Promise<void>;
  /** Returns true if a call has had its effect. */
  hasHappened(callKey: string): Promise<boolean>;
}

/** Tools that must never run twice. */
export const ONCE_TOOLS: readonly string[] = ["pay", "send", "sign"];

const args = v.object({ turn: v.number(), place: v.number() });
type Args = v.InferOutput<typeof args>;

function makeTool(
  name: string,
  description: string,
  options: Pick<ToolOptions<Args, unknown, World>, "needsApproval" | "once" | "whenUnknown"> = {},
): Tool<Args, unknown, World> {
  return new Tool<Args, unknown, World>({
    name,
    description,
    args,
    run: async ({ turn, place }, { context, callKey }) => {
      await context.effect(name, callKey);
      return `${name} ${turn}/${place}`;
    },
    ...options,
  });
}

const TOOLS = [
  makeTool("look", "Look something up"),
  makeTool("pay", "Pay, and know by the key whether it was paid", {
    once: true,
    whenUnknown: async (_, { context, callKey }) =>
      await context.hasHappened(callKey) ? "paid" : "not paid",
  }),
  makeTool("send", "Send, and never know whether it was sent", { once: true }),
  makeTool("sign", "Sign, if a person allows it", { once: true, needsApproval: true }),
];

/** Name of the agent that is called as a tool. */
export const CLERK = "clerk";

/** Returns the decisions of a turn that begins in a step, or of the clerk in such a turn. */
export function planTurn(turn: number, step: string): readonly Decision[] {
  const call = (tool: string, place: number) => ({ tool, args: { turn, place } });
  const answer = decide.respond(`Answer ${turn}`);
  if (step === CLERK) {
    const calls = decide.calls([call("look", 10), call("pay", 11)]);
    return [calls, decide.calls([call("send", 12)]), answer];
  }
  switch (turn % 4) {
    case 0:
      return [decide.calls([call("look", 0)]), decide.calls([call("pay", 1)]), answer];
    case 1:
      return [
        decide.calls([call("look", 0), call("look", 1)]),
        decide.move(step === "desk" ? "till" : "desk"),
        answer,
      ];
    case 2:
      return [
        decide.calls([call("send", 0), call("sign", 2)]),
        decide.calls([call("look", 1)]),
        answer,
      ];
    default: {
      const clerk = { tool: CLERK, args: { input: `turn ${turn}` } };
      return [decide.calls([call("look", 0), clerk]), answer];
    }
  }
}

/** Returns the number of the turn that an input starts. */
export function parseTurn(input: string): number {
  return Number(/\d+$/.exec(input)?.[0]);
}

/** Returns the next decision of the turn, by counting the model's messages since the input. */
function decideNext({ messages, step = "" }: LLMRequest): Decision {
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const made = messages.slice(asked).filter(({ role }) => role === "assistant").length;
  return planTurn(parseTurn(String(messages[asked]!.content)), step)[made]!;
}

/** Makes the agent, with a clerk as one of its tools. */
export function scriptedAgent(): Agent<Record<"desk" | "till", unknown>, unknown, World> {
  const clerk = new Agent<Record<typeof CLERK, unknown>, unknown, World>({
    name: CLERK,
    llm: new ForgetfulLLM([decideNext]),
    start: CLERK,
    steps: { [CLERK]: { description: "Do as the desk says", tools: TOOLS } },
  });
  const tools = [...TOOLS, clerk.asTool({ name: CLERK, description: "Send a clerk" })];
  return new Agent<Record<"desk" | "till", unknown>, unknown, World>({
    name: "chaos",
    llm: new ForgetfulLLM([decideNext]),
    start: "desk",
    steps: {
      desk: { description: "Look and buy", tools, routes: { till: "the other one" } },
      till: { description: "Buy and look", tools, routes: { desk: "the other one" } },
    },
  });
}
