/**
 * Scripts of sessions, and playing them.
 *
 * @module
 */
import {
  type AgentOptions,
  type CallTiming,
  type HistoryOptions,
  type Limits,
  type LLM,
  LLMError,
  MockLLM,
  type ScriptEntry,
  type Session,
  type State,
  type Usage,
} from "@nomos/agent";
import { makeDesk, VISIT } from "./desk.ts";

/** Input of a session, undefined for none, or another action on it. */
export type Action = string | undefined | ((session: Session) => Promise<unknown>);

/** Script of a session at the desk. */
export interface SessionScript {
  /** Answers of the desk's model. */
  readonly desk: readonly ScriptEntry[];
  /** Answers of the clerk's model. Default: the remaining ones of the desk's model. */
  readonly clerk?: readonly ScriptEntry[];
  /** Inputs and other actions, in order. The model may fail in an action. */
  readonly actions: readonly Action[];
  /** Session that this one continues with new models. Default: none. */
  readonly from?: SessionScript;
  /** Tokens that each answer reports. Default: none. */
  readonly usage?: Usage;
  /** Name of the model that each answer reports. Default: none. */
  readonly model?: string;
  /** True if the model embeds, and reports its usage; an example is chosen by similarity then. Default: false. */
  readonly embeds?: boolean;
  /** Course that each answer reports; events have timings then. Default: none. */
  readonly timing?: CallTiming;
  /** Cost of each model call. Default: none. */
  readonly cost?: number;
  /** True if the session has data. Default: false. */
  readonly hasData?: boolean;
  /** Bounds of the history. Default: none. */
  readonly history?: HistoryOptions;
  /** Limits of the session. Default: none. */
  readonly limits?: Limits;
  /** Length of a chunk, if the models stream. Default: they do not stream. */
  readonly chunkLength?: number;
  /** Number of events of the last input after which the process died. Default: it did not die. */
  readonly diesAfter?: number;
  /** Fork that is recorded instead of the session. Default: none. */
  readonly fork?: { readonly at?: number; readonly id: string };
}

/** Plays a script. Returns the state to record. */
export async function playScript(script: SessionScript): Promise<State> {
  const { desk, clerk, actions, from, cost, hasData, history, limits, diesAfter, fork } = script;
  const options: Partial<AgentOptions> = {
    ...(script.timing && { timings: true }),
    ...(script.embeds && { maxExamples: 1 }),
    ...(cost !== undefined && { cost: () => cost }),
    ...(hasData && { data: VISIT }),
    ...(history && { history }),
  };
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
      return await playUntil(session, action as string, diesAfter);
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

/** Plays a turn up to an event. Returns the state that a process would leave if it died there. */
async function playUntil(session: Session, input: string, events: number): Promise<State> {
  let left = events;
  for await (const part of session.stream(input)) {
    if ("seq" in part && --left === 0) return session.state;
  }
  throw new Error(
    `Cannot stop after ${events} events: expected at most the ${events - left} of the turn`,
  );
}

function makeModel(
  answers: readonly ScriptEntry[],
  { usage, model, embeds, timing, chunkLength }: SessionScript,
): LLM {
  const mock = new MockLLM(answers, chunkLength === undefined ? {} : { chunkLength });
  if (timing !== undefined) {
    return {
      name: "timed",
      decide: async (request) => ({ ...await mock.decide(request), timing }),
      async *stream(request) {
        for await (const chunk of mock.stream!(request)) {
          yield chunk.type === "result" ? { ...chunk, result: { ...chunk.result, timing } } : chunk;
        }
      },
    };
  }
  if (usage === undefined) return mock;
  return {
    name: "metered",
    decide: async (request) => ({
      ...await mock.decide(request),
      usage,
      ...(model !== undefined && { model }),
    }),
    ...(embeds && {
      embed: async (texts) => {
        const report = {
          usage: { input: 3 * texts.length },
          ...(model !== undefined && { model }),
        };
        return Object.assign(await mock.embed(texts), report);
      },
    }),
  };
}
