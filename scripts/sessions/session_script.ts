/**
 * Scripts of sessions, and how they are played.
 *
 * @module
 */
import {
  type AgentOptions,
  type Limits,
  type LLM,
  LLMError,
  MockLLM,
  type ScriptEntry,
  type Session,
  type State,
  type Usage,
} from "@nomos/agent";
import { makeDesk } from "./desk.ts";

/** An input of a session, undefined for none, or anything else that is done with it. */
export type Action = string | undefined | ((session: Session) => Promise<unknown>);

/** One session at the desk: what its models answer, and what is done with it. */
export interface SessionScript {
  /** The answers of the desk's model. */
  readonly desk: readonly ScriptEntry[];
  /** The answers of the clerk's model. Default: those that the desk's model has left. */
  readonly clerk?: readonly ScriptEntry[];
  /** The inputs and other actions, in order. An action may end with a failure of the model. */
  readonly actions: readonly Action[];
  /** The session that this one continues with new models. Default: none, it begins. */
  readonly from?: SessionScript;
  /** Tokens that each answer reports. Default: none. */
  readonly usage?: Usage;
  /** Name of the model that each answer reports. Default: none. */
  readonly model?: string;
  /** Cost of each model call. Default: none. */
  readonly cost?: number;
  /** Limits of the session. Default: none. */
  readonly limits?: Limits;
  /** Characters of a chunk, if the models stream. Default: they do not. */
  readonly chunkLength?: number;
  /** Number of events of the last action, an input, after which its process died. */
  readonly diesAfter?: number;
  /** The fork that is recorded in place of the session. */
  readonly fork?: { readonly at: number; readonly id: string };
}

/** Plays a script to where its session is recorded. */
export async function playScript(script: SessionScript): Promise<State> {
  const { desk, clerk, actions, from, cost, limits, diesAfter, fork } = script;
  const options: Partial<AgentOptions> = cost === undefined ? {} : { cost: () => cost };
  const agent = makeDesk(makeModel(desk, script), options, clerk && makeModel(clerk, script));
  const state = from && await playScript(from);
  const giveUp = new AbortController();
  const context = { onWait: () => giveUp.abort() };
  const session = agent.createSession({
    context,
    ...(state && { state }),
    ...(limits && { limits }),
  });
  for (const [place, action] of actions.entries()) {
    if (diesAfter !== undefined && place === actions.length - 1) {
      return await stateAfter(session, action as string, diesAfter);
    }
    try {
      if (typeof action === "function") await action(session);
      else await session.next(action, { signal: giveUp.signal });
    } catch (error) {
      if (!(error instanceof LLMError)) throw error;
    }
  }
  return (fork === undefined ? session : await session.fork(fork)).state;
}

/** The state right after the nth event of a turn: what a process leaves that dies there. */
async function stateAfter(session: Session, input: string, events: number): Promise<State> {
  let left = events;
  for await (const part of session.stream(input)) {
    if ("seq" in part && --left === 0) return session.state;
  }
  throw new Error(`Cannot die after ${events} events: the turn has ${events - left}`);
}

function makeModel(
  answers: readonly ScriptEntry[],
  { usage, model, chunkLength }: SessionScript,
): LLM {
  const mock = new MockLLM(answers, chunkLength === undefined ? {} : { chunkLength });
  if (usage === undefined) return mock;
  return {
    name: "metered",
    decide: async (request) => ({
      ...await mock.decide(request),
      usage,
      ...(model !== undefined && { model }),
    }),
  };
}
