/**
 * Agents that are tools of each other. Their models decide by the length of the request, so
 * that a process may die anywhere and another one can continue.
 *
 * @module
 */
import {
  Agent,
  type AgentOptions,
  type Decision,
  type LLM,
  MockLLM,
  type SessionEvent,
  Tool,
  type ToolOptions,
} from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import * as v from "valibot";

/** A model that makes the same sequence of decisions in every session. */
export function modelOf(
  decisions: readonly (Decision | (() => Decision))[],
  asked: string[] = [],
): LLM {
  const mock = new MockLLM([({ messages, sessionId }) => {
    const made = messages.filter(({ role }) => role === "assistant").length;
    asked.push(`${sessionId} ${made}`);
    const decision = decisions[made];
    if (decision === undefined) throw new Error(`no decision ${made} in session ${sessionId}`);
    return typeof decision === "function" ? decision() : decision;
  }], { whenDone: "repeat" });
  return {
    name: "counted",
    decide: async (request) => ({
      ...await mock.decide(request),
      usage: { input: 10, output: 1 },
    }),
  };
}

/** An agent of one step. */
export function agentOf(
  name: string,
  llm: LLM,
  tools: readonly Tool[],
  options: Partial<AgentOptions<Record<"work", unknown>>> = {},
): Agent<Record<"work", unknown>> {
  return new Agent<Record<"work", unknown>>({
    name,
    llm,
    start: "work",
    steps: { work: { description: "Work", tools } },
    clock: () => 0,
    ids: () => name,
    ...options,
  });
}

interface PayArgs {
  readonly to: string;
}

/** A tool that pays, and records the key of each payment. */
export function payer(
  paid: string[],
  options: Partial<ToolOptions<PayArgs, unknown, unknown>> = {},
): Tool<PayArgs> {
  return new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ to: v.string() }),
    run: ({ to }, { callKey }) => {
      paid.push(callKey);
      return `paid ${to}`;
    },
    ...options,
  });
}

/** The events of a stored session, or of the child of it with that id. */
export async function storedEvents(
  store: Store,
  id: string,
  child?: string,
): Promise<SessionEvent[]> {
  const entries = await store.entries(id, { child, from: 0, limit: 1_000 });
  return entries.map(({ body }) => JSON.parse(body)[1]);
}

/** A copy that shares no objects, as if it had been stored and read. */
export function copied<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}
