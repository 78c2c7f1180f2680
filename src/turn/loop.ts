/**
 * The turn: a loop that commits, asks, calls and stops as `plan()` decides. `next()` and
 * `stream()` run the same loop; a stream adds a reader.
 *
 * @module
 */
import { LimitTracker } from "../cost/limit_tracker.ts";
import { quote } from "../errors.ts";
import { runIn } from "../graph/work.ts";
import { listOpenCalls } from "../history/call.ts";
import type { StoredTurns } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import { freezeJson } from "../json/json.ts";
import { buildTurn, buildUnwritten } from "./build_turn.ts";
import { appendDrafts } from "./call/approval.ts";
import { type CommitDrafts, runCalls } from "./call/calls.ts";
import type { GivenCommand, TurnCommand } from "./command.ts";
import type { LiveSession } from "./live_session.ts";
import { type OpenedTurn, openTurn, recordsInput } from "./opening.ts";
import { deferCalls, isOver, plan } from "./plan.ts";
import { readCommand } from "./read_command.ts";
import type { Answer } from "./request/answer.ts";
import { ask } from "./request/ask.ts";
import type { Out, StreamPart } from "./stream_part.ts";
import { prepareReader } from "./stream_reader.ts";
import { Turn } from "./turn.ts";
import { TurnObservers } from "./turn_observers.ts";
import type { StreamOptions } from "./turn_options.ts";

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
  given?: GivenCommand,
  options?: StreamOptions,
  out?: Out<StreamPart>,
): Promise<Turn> {
  const stored = session.durability?.turns;
  let observers: TurnObservers | undefined;
  let hasBegun = false;
  try {
    turn.follow(options?.signal);
    const command = await readCommand(given);
    observers = startObservers(session, command);
    const open = () => {
      if (observers !== undefined) session.observe(observers);
      return openTurn(session, command, options?.inputId);
    };
    const opened = stored === undefined
      ? await open()
      : await claim(stored, observers, turn, open, recordsInput(session, command));
    hasBegun = opened !== undefined;
    if (opened === undefined) turn.result = await buildUnwritten(session, command);
    else if (opened instanceof Turn) turn.result = opened;
    else {
      const play = () => beginTurn(session, turn, opened, options, out);
      turn.result = await (stored === undefined ? play() : stored.run(turn, play));
    }
  } catch (error) {
    turn.failure = { error };
  }
  // The lease is released before observers are notified and the promise settles, so that the
  // next turn can start at once. The error of the turn takes precedence over that of the release.
  if (hasBegun && stored !== undefined) {
    await release(stored, observers).catch((error) => turn.failure ??= { error });
  }
  session.unlock(turn);
  if (hasBegun) session.end(turn.failure !== undefined);
  if (observers !== undefined) endObservers(session, observers, turn.failure?.error);
  if (turn.failure !== undefined) throw turn.failure.error;
  return turn.result as Turn;
}

/**
 * Ends a turn that may not start, because another one is running.
 *
 * @throws The error.
 */
export async function refuseTurn(
  session: LiveSession,
  given: GivenCommand,
  error: unknown,
): Promise<never> {
  const command = await readCommand(given).catch((): TurnCommand => ({ kind: "none" }));
  const observers = startObservers(session, command);
  if (observers !== undefined) endObservers(session, observers, error);
  throw error;
}

/** Acquires a stored session for a turn, and opens the turn. */
function claim<Opened>(
  stored: StoredTurns,
  observers: TurnObservers | undefined,
  ...begin: Parameters<typeof stored.begin<Opened>>
): Promise<Opened | undefined> {
  const scope = observers?.onWork?.({ kind: "claim" });
  return runIn(scope, () => stored.begin(...begin));
}

/** Releases a stored session, if its last events have not. */
function release(stored: StoredTurns, observers: TurnObservers | undefined): Promise<void> {
  const scope = stored.holdsLease
    ? observers?.onWork?.({ kind: "commit", name: "release" })
    : undefined;
  return runIn(scope, () => stored.end());
}

/** Starts a turn whose command is recorded, and plays it. */
function beginTurn(
  session: LiveSession,
  turn: RunningTurn,
  opened: OpenedTurn,
  options: StreamOptions = {},
  out: Out<StreamPart> | undefined,
): Promise<Turn> {
  const { limits, agent, log, parent } = session;
  const tracker = new LimitTracker(limits, log, agent.clock, parent?.tracker);
  session.begin(opened.from, tracker);
  return playTurn(session, turn, opened, options, out);
}

/** Starts the observers of a turn, if the agent has any. */
function startObservers(
  session: LiveSession,
  command: TurnCommand,
): TurnObservers | undefined {
  const { agent: { name: agent, observers }, id: sessionId, incarnation, log } = session;
  if (observers.length === 0) return undefined;
  const turn = {
    agent,
    sessionId,
    ...(incarnation !== undefined && { incarnation }),
    step: log.position.step,
    ...(command.kind === "input" && { input: command.text }),
  };
  return new TurnObservers(observers, turn, session.agent);
}

/** Notifies observers of the end of a turn. */
function endObservers(
  session: LiveSession,
  observers: TurnObservers,
  error: unknown,
): void {
  if (session.observers === observers) session.observe(undefined);
  const { restingStatus: status, log: { position: { step } } } = session;
  observers.onEnd({ status, step, ...(error !== undefined && { error }) });
}

/** Passes committed events to the reader of a stream. */
async function show(events: readonly SessionEvent[], out: Out<StreamPart>): Promise<void> {
  for (const event of events) await out(freezeJson(event));
}

/** Plays a turn to its end. */
async function playTurn(
  session: LiveSession,
  turn: RunningTurn,
  { from, events }: OpenedTurn,
  options: StreamOptions,
  reader: Out<StreamPart> | undefined,
): Promise<Turn> {
  const { log, agent, tracker } = session;
  const { stopAfter, children } = options;
  const out = reader && prepareReader(reader, session, turn, options);
  session.childOut = children ? out : undefined;
  let answer: Answer | undefined;
  let ranUntil = from;
  const commit: CommitDrafts = async (drafts) => {
    const events = await appendDrafts(session, drafts, isOver(drafts.at(-1)));
    if (out !== undefined) await show(events, out);
  };
  const onRun = () => ranUntil = log.head;
  const listDeferred = () => deferCalls(listOpenCalls(log.position.calls, from), ranUntil);
  const limitReached = (work: "model" | "tools") => tracker!.reachedBefore(work);
  try {
    if (out !== undefined) await show(events, out);
    while (!turn.isStopped) {
      const before = log.head;
      const last = before > from ? log.at(before - 1) : undefined;
      const soFar = { from, ranUntil, last, stopAfter, limitReached };
      const next = plan(log.position, soFar, session.step, agent.limits);
      if (next.do === "stop") break;
      if (next.do === "commit") await commit(next.drafts);
      if (next.do === "call") {
        const run = { validated: answer?.calls, turn, commit, out, onRun };
        await runCalls(session, next.calls, run);
      }
      if (next.do === "ask") {
        tracker!.beginModelCall();
        try {
          answer = await ask(session, turn, out);
          if (answer === undefined) break; // stopped
          await commit(answer.drafts);
        } finally {
          tracker!.endModelCall();
        }
        if (answer.error !== undefined) throw answer.error;
      }
      if (log.head === before && !turn.isStopped) {
        throw new Error(
          `Cannot continue the turn of session ${quote(session.id)}: "${next.do}" committed no ` +
            "event: this is an error of @nomos/agent, please report it",
        );
      }
    }
  } catch (error) {
    // The error of the turn takes precedence.
    await commit(listDeferred()).catch(() => {});
    throw error;
  }
  const deferred = listDeferred();
  if (deferred.length > 0) await commit(deferred);
  return buildTurn(session, from, answer?.response);
}
