/** An agent with durable sessions, for tests. */
import {
  Agent,
  type AgentOptions,
  decide,
  MockLLM,
  type OpenOptions,
  type ScriptEntry,
  type Session,
  type SessionEvent,
  Tool,
  type Turn,
} from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import * as v from "valibot";

/** Keys of the calls whose tools ran, in order. */
export type Effects = string[];

export function agentOf(
  script: readonly ScriptEntry[],
  effects: Effects = [],
  options: Partial<AgentOptions<Record<"talk" | "end", unknown>>> = {},
): Agent<Record<"talk" | "end", unknown>> {
  const tool = (name: string) =>
    new Tool({
      name,
      description: name,
      args: v.object({}),
      run: (_, { callKey }) => {
        effects.push(callKey);
        return `${name} ran`;
      },
    });
  let ids = 0;
  return new Agent<Record<"talk" | "end", unknown>>({
    name: "durable",
    llm: new MockLLM(script),
    start: "talk",
    steps: {
      talk: { description: "Talk", tools: [tool("a"), tool("b")], routes: { end: "done" } },
      end: { description: "End" },
    },
    clock: () => 0,
    ids: () => `owner-${ids++}`,
    ...options,
  });
}

const two = decide.calls([{ tool: "a", args: {} }, { tool: "b", args: {} }]);
export const SCRIPT: readonly ScriptEntry[] = [two, decide.move("end"), decide.respond("Done")];

export async function eventsOf(store: Store, id = "s"): Promise<SessionEvent[]> {
  const entries = await store.entries(id, { from: 0, limit: 1_000 });
  return entries.map(({ body }) => JSON.parse(body)[1]);
}

export function open(
  agent: Agent<Record<"talk" | "end", unknown>>,
  store: Store,
  options: Partial<OpenOptions> = {},
): Promise<Session<Turn<"talk" | "end">>> {
  return agent.openSession("s", { store, ...options });
}
