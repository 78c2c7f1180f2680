/**
 * The turn: an async generator of events. It is the only loop; `next()` drains
 * it and `stream()` hands it out.
 *
 * @module
 */
import { ABORTED } from "../abort.ts";
import { NO_DEBTORS } from "../cost/account.ts";
import { askForDecision, type Decided } from "./ask.ts";
import { type PendingApproval, pendingApprovals, type Verdict, verdictEvents } from "./approval.ts";
import { askAboutUnknown, closeOpenCalls, finishedEvent, heldEvents, startCalls } from "./calls.ts";
import type { Delta } from "./delta.ts";
import type { Durability } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { nextStage } from "./next_stage.ts";
import type { LiveSession } from "./live_session.ts";
import { begunBy, overdueEvents } from "./overdue.ts";
import { noteChildren } from "./session_state.ts";
import { streamDecision } from "./stream_decision.ts";
import { Turn } from "./turn.ts";

/** Options of a turn. */
export interface TurnOptions {
  /**
   * Also returns control when the tools of a decision have run (`"tool"`) or
   * after a move (`"move"`); the session is then `interrupted`, and `resume()`
   * or `next()` goes on. Default: only when the turn is over.
   */
  readonly stopAfter?: "tool" | "move";
  /**
   * Ends the turn early: it settles at once, `interrupted`, with nothing lost. One
   * that is already aborted keeps the input and asks no model.
   */
  readonly signal?: AbortSignal;
}

/** What `stream()` yields: an event, each after it was committed, or a delta of one still arriving. */
export type StreamPart = SessionEvent | Delta;

/** How a turn is run. */
export interface TurnMode {
  /** Whether it goes on where a turn was interrupted. */
  readonly isResume?: boolean;
  /** Whether somebody wants what is still arriving. */
  readonly hasDeltas?: boolean;
  /** What a person decided about a call, with which it goes on. */
  readonly verdict?: Verdict;
}

/** Runs one turn: yields every event after it was committed, and returns what came of it. */
export async function* runTurn(
  session: LiveSession,
  input: string | undefined,
  { stopAfter, signal: given }: TurnOptions = {},
  { isResume = false, hasDeltas = false, verdict }: TurnMode = {},
): AsyncGenerator<StreamPart, Turn, void> {
  session.lock(input);
  const { log, agent, durability } = session;
  const { events, position } = log;
  let from = 0;
  let signal = given;
  let decided: Decided | undefined;
  let thrown: unknown;
  // Calls that this turn has begun itself, although it goes on with a turn before it.
  let begun: readonly string[] = verdict === undefined ? NO_KEYS : [verdict.callKey];
  try {
    if (durability !== undefined) signal = await durability.begin(given);
    session.begin(input, isResume, verdict !== undefined);
    from = events.length;
    if (input !== undefined && input !== "") {
      const closing = closeOpenCalls(session);
      const opening = closing instanceof Promise ? await closing : closing;
      opening.push({
        seq: events.length + opening.length,
        time: agent.clock(),
        type: "user",
        text: input,
      });
      const committed = log.append(opening);
      if (committed !== undefined) await committed;
      for (const event of opening) yield event;
    } else {
      const finishing = overdueEvents(session);
      if (finishing !== undefined) {
        const overdue = await finishing;
        begun = [...begun, ...begunBy(overdue)];
        yield* commit(session, overdue);
        if (position.status === "ended") return finish(session, from, decided);
      }
    }
    if (verdict !== undefined) {
      yield* commit(session, await verdictEvents(session, verdict));
    }
    while (signal === undefined || !signal.aborted) {
      const limit = session.account?.limitBefore(position.pending ? "tools" : "model");
      if (limit !== undefined) {
        yield* commit(session, [limit]);
        return finish(session, from, decided);
      }
      const stage = nextStage(position, agent.limits, session.step.auto);
      switch (stage.kind) {
        case "limit":
        case "fallback": {
          const { kind: type, reason } = stage;
          const event = { seq: events.length, time: agent.clock(), type, reason } as SessionEvent;
          yield* commit(session, [event]);
          if (type === "limit") return finish(session, from, decided);
          break;
        }
        case "decide": {
          const outcome = session.step.llm.stream === undefined
            ? await askForDecision(session, signal)
            : yield* streamDecision(session, signal, hasDeltas);
          if (outcome === ABORTED) return finish(session, from, decided);
          decided = outcome;
          const committed = log.append(outcome.events);
          if (committed !== undefined) await committed;
          for (const event of outcome.events) yield event;
          if (outcome.error !== undefined) throw outcome.error;
          if (outcome.isOver || outcome.isMove && stopAfter === "move") {
            return finish(session, from, decided);
          }
          break;
        }
        case "approval":
          return finish(session, from, decided);
        case "call": {
          const group = position.pending!;
          if (decided === undefined) {
            const requests = await askAboutUnknown(session, begun);
            if (requests.length > 0) {
              yield* commit(session, requests);
              break;
            }
          }
          const starting = startCalls(session, decided?.args, signal, begun);
          const running = starting instanceof Promise ? await starting : starting;
          if (running === undefined) return finish(session, from, decided);
          let failure: { readonly error: unknown } | undefined;
          try {
            for (;;) {
              const ending = running.next();
              const ended = ending instanceof Promise ? await ending : ending;
              if (ended === undefined) break;
              if (ended.outcome === "held") {
                failure ??= ended.failure;
                yield* commit(session, heldEvents(session, ended));
                continue;
              }
              const event = finishedEvent(session, group, ended);
              const committed = log.append([event]);
              if (committed !== undefined) await committed;
              yield event;
            }
          } finally {
            // Calls are open here only when the consumer broke off or a commit failed.
            const rest = running.abandon();
            if (rest.length > 0) {
              await log.append(
                rest.map((ended, ahead) => finishedEvent(session, group, ended, ahead)),
              );
            }
            session.debtors = NO_DEBTORS;
          }
          if (failure !== undefined) throw failure.error;
          if (stopAfter === "tool") return finish(session, from, decided);
          break;
        }
        default:
          stage satisfies never;
      }
    }
    return finish(session, from, decided);
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    if (durability === undefined) session.end(thrown);
    else await giveBack(session, durability, thrown);
  }
}

/**
 * Commits events, if there are any, and yields them. What happens in every turn is
 * spelled out instead: a generator within a generator costs it a promise an event.
 */
async function* commit(
  { log }: LiveSession,
  events: readonly SessionEvent[],
): AsyncGenerator<SessionEvent, void, void> {
  if (events.length > 0) await log.append(events);
  for (const event of events) yield event;
}

/** Runs a turn to its end. */
export async function drain<Result>(turn: AsyncGenerator<unknown, Result, void>): Promise<Result> {
  for (;;) {
    const { done, value } = await turn.next();
    if (done) return value;
  }
}

/**
 * Ends a turn that was durable: the right to write is given back first, so that
 * whoever is told of the end can begin the next turn, and is, whatever fails.
 */
async function giveBack(
  session: LiveSession,
  durability: Durability,
  thrown: unknown,
): Promise<void> {
  let error = thrown;
  try {
    await durability.end();
  } catch (cause) {
    // What went wrong first says more.
    error ??= cause;
  }
  session.end(error);
  if (error !== undefined) throw error;
}

const NO_KEYS: readonly string[] = Object.freeze([]);
const NONE: readonly PendingApproval[] = Object.freeze([]);

/** What came of the turn that began at `from`. */
function finish(session: LiveSession, from: number, decided: Decided | undefined): Turn {
  const { restingStatus: status } = session;
  return new Turn({
    sessionId: session.id,
    log: session.log.events,
    from,
    step: session.log.position.step,
    status,
    response: decided?.response,
    prompt: session.prompt,
    children: session.children && noteChildren(session),
    approvals: status === "needs_approval" ? pendingApprovals(session) : NONE,
  });
}
