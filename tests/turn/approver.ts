/** Agents with a tool that waits for a person, for tests of verdicts. */
import {
  Agent,
  type AgentOptions,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
  type State,
  Tool,
  type ToolOptions,
} from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import * as v from "valibot";
import { dyingStore } from "../fixtures/dying_store.ts";

/** Options of the tool `pay`. */
export type PayOptions = Partial<ToolOptions<{ to: string }, unknown, unknown>>;

/** Payments of an agent, in order: the recipients. */
export interface Payer {
  readonly agent: Agent<Record<"talk", unknown>>;
  readonly paid: string[];
  readonly llm: MockLLM;
}

/** Makes an agent that pays each of these people in one decision, and then responds. */
export function payer(
  people: readonly string[] = ["ann"],
  tool: PayOptions = { needsApproval: true },
  options: Partial<AgentOptions<Record<"talk", unknown>>> = {},
): Payer {
  const paid: string[] = [];
  const calls = decide.calls(people.map((to) => ({ tool: "pay", args: { to } })));
  const script: readonly ScriptEntry[] = [calls, decide.respond("Done"), decide.respond("More")];
  const llm = new MockLLM(people.length === 0 ? script.slice(1) : script);
  const pay = new Tool({
    name: "pay",
    description: "Pay somebody",
    args: v.object({ to: v.pipe(v.string(), v.minLength(1)) }),
    run: ({ to }) => {
      paid.push(to);
      return `paid ${to}`;
    },
    ...tool,
  });
  const agent = new Agent<Record<"talk", unknown>>({
    name: "payer",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay] } },
    clock: () => 0,
    ...options,
  });
  return { agent, paid, llm };
}

/** Returns a copy of the state of a session, as another process reads it. */
export function copyState(session: Session): State {
  return JSON.parse(JSON.stringify(session.state));
}

/** Returns the outcomes and texts of the calls that ended in a turn. */
export function outcomesIn(
  { toolResults }: Awaited<ReturnType<Session["next"]>>,
): readonly (readonly [outcome: string, text: string])[] {
  return toolResults.map(({ outcome, text }) => [outcome, text] as const);
}

/** Creates the store of a process that dies before or after the first append that has a text. */
export function dyingAt(store: Store, text: string, isAfter: boolean): Store {
  const isFatal = (method: string, args: readonly unknown[]) =>
    method === "append" && JSON.stringify(args).includes(text);
  return dyingStore(store, isAfter, isFatal);
}
