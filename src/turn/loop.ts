/**
 * The turn: a loop that commits, asks, calls and stops as `plan()` decides. `next()` and
 * `stream()` run the same loop; a stream adds a reader.
 *
 * @module
 */
import { LimitTracker } from "../cost/limit_tracker.ts";
import { quote } from "../errors.ts";
import { listOpenCalls } from "../history/call.ts";
import type { SessionEvent } from "../history/event.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import { freezeJson } from "../json/json.ts";
import { completeRequests } from "./approval.ts";
import { type Answer, ask } from "./ask.ts";
import { buildTurn, buildUnwritten } from "./build_turn.ts";
import { type CommitDrafts, runCalls } from "./calls.ts";
import { checkCommand, inputIn, type TurnCommand } from "./command.ts";
import type { LiveSession } from "./live_session.ts";
import { type OpenedTurn, openTurn, recordsInput } from "./opening.ts";
import { deferCalls, isOver, plan } from "./plan.ts";
import type { Out, StreamPart } from "./stream_part.ts";
import { Turn } from "./turn.ts";
import { TurnObservers } from "./turn_observers.ts";
import { checkTurnOptions, type StreamOptions } from "./turn_options.ts";

/**
 * Runs one turn of a session that is locked, and releases the lock. The command may come
 * from untyped code.
 *
 * @param turn Lock of the session.
 * @param given Command.
 * @param out Reader of a stream; called with every committed event and every delta.
 */
export async function runTurn(
  session: LiveSession,
  turn: RunningTurn,
  given?: TurnCommand,
  options?: StreamOptions,
  out?: Out<StreamPart>,
): Promise<Turn> {
  const stored = session.durability?.turns;
  let error: unknown;
  let hasBegun = false;
  try {
    checkCommand(given);
    if (options !== undefined) checkTurnOptions(options);
    turn.follow(options?.signal);
    const open = () => openTurn(session, given, options?.inputId);
    const opened = stored === undefined
      ? await open()
      : await stored.begin(turn, open, recordsInput(session, given));
    if (opened === undefined) return await buildUnwritten(session, given);
    hasBegun = true;
    if (opened instanceof Turn) return opened;
    const { limits, agent, parent } = session;
    const tracker = new LimitTracker(limits, session, agent.clock, parent?.tracker);
    session.begin(startObservers(session, opened.command), opened, tracker);
    const play = () => playTurn(session, opened, { ...options, signal: turn.signal }, out);
    return await (stored === undefined ? play() : stored.run(turn, play));
  } catch (thrown) {
    error = thrown;
    throw thrown;
  } finally {
    await endTurn(session, turn, hasBegun, error);
  }
}

/** Starts the observers of a turn, if the agent has any. */
function startObservers(
  session: LiveSession,
  command: TurnCommand | undefined,
): TurnObservers | undefined {
  const { agent: { name: agent, observers }, id: sessionId, incarnation, step } = session;
  if (observers.length === 0) return undefined;
  const input = inputIn(command);
  const turn = {
    agent,
    sessionId,
    ...(incarnation !== undefined && { incarnation }),
    step: step.id,
    ...(input !== undefined && { input }),
  };
  return new TurnObservers(observers, turn, session.agent);
}

async function playTurn(
  session: LiveSession,
  { from, events }: OpenedTurn,
  { stopAfter, signal, children }: StreamOptions,
  reader: Out<StreamPart> | undefined,
): Promise<Turn> {
  const { log, agent, tracker } = session;
  const out = reader && children ? inOrder(reader) : reader;
  session.childOut = children ? out : undefined;
  let answer: Answer | undefined;
  let ranUntil = from;
  const show = async (events: readonly SessionEvent[]) => {
    if (out !== undefined) { for (const event of events) await out(freezeJson(event)); }
  };
  const commit: CommitDrafts = async (drafts) => {
    await show(await log.append(await completeRequests(session, drafts), isOver(drafts.at(-1))));
  };
  const onRun = () => ranUntil = log.head;
  const deferRest = () => commit(deferCalls(listOpenCalls(log.position.calls, from), ranUntil));
  const limitReached = (work: "model" | "tools") => tracker!.reachedBefore(work);
  try {
    await show(events);
    while (!signal?.aborted) {
      const before = log.head;
      const last = before > from ? log.at(before - 1) : undefined;
      const turn = { from, ranUntil, last, stopAfter, limitReached };
      const next = plan(log.position, turn, session.step, agent.limits);
      if (next.do === "stop") break;
      if (next.do === "commit") await commit(next.drafts);
      if (next.do === "call") {
        const run = { validated: answer?.calls, signal, commit, out, onRun };
        await runCalls(session, next.calls, run);
      }
      if (next.do === "ask") {
        tracker!.beginModelCall();
        try {
          answer = await ask(session, signal, out);
          if (answer === undefined) break; // aborted
          await commit(answer.drafts);
        } finally {
          tracker!.endModelCall();
        }
        if (answer.error !== undefined) throw answer.error;
      }
      if (log.head === before && !signal?.aborted) {
        throw new Error(
          `Cannot continue the turn of session ${quote(session.id)}: "${next.do}" committed no ` +
            "event: this is an error of @nomos/agent, please report it",
        );
      }
    }
  } catch (error) {
    // The error of the turn takes precedence.
    await deferRest().catch(() => {});
    throw error;
  }
  await deferRest();
  return buildTurn(session, from, answer?.response);
}

/** Returns a reader that gets one part at a time, although child sessions run concurrently. */
function inOrder(out: Out<StreamPart>): Out<StreamPart> {
  let last = Promise.resolve();
  return (part) => last = last.then(() => out(part));
}

/**
 * Ends a turn. The lease is released before observers are notified and the promise settles,
 * so that the next turn can start at once.
 */
async function endTurn(
  session: LiveSession,
  turn: RunningTurn,
  hasBegun: boolean,
  thrown: unknown,
): Promise<void> {
  let error = thrown;
  try {
    if (hasBegun) await session.durability?.turns?.end();
  } catch (cause) {
    // The error of the turn takes precedence over that of the release.
    error ??= cause;
  }
  session.unlock(turn);
  if (hasBegun) session.end(error);
  if (error !== undefined) throw error;
}
