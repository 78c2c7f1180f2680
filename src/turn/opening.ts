/**
 * The opening of a turn: its command, checked and recorded.
 *
 * @module
 */
import { quote, SessionEndedError, SessionWaitingError } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import { listOpenCalls } from "../history/call.ts";
import type { EventDraft, SessionEvent } from "../history/event.ts";
import { buildTurn } from "./build_turn.ts";
import { appendDrafts } from "./call/approval.ts";
import { closeCalls } from "./call/calls.ts";
import { buildVerdictDrafts, listExpired } from "./call/verdict.ts";
import type { TurnCommand } from "./command.ts";
import { beginData } from "./data_changes.ts";
import type { LiveSession } from "./live_session.ts";
import { findRepeated, readFinished, wasCutOff } from "./repeated_input.ts";
import type { Turn } from "./turn.ts";

/** Turn whose command is recorded, and whose first model call or tool call is to follow. */
export interface OpenedTurn {
  /** Sequence number of the first event of the turn. */
  readonly from: number;
  /** Events that record the command. */
  readonly events: readonly SessionEvent[];
}

/**
 * Checks that a command can start a turn now, and records it. If the same input was recorded
 * before, and is not to be continued, returns its turn.
 *
 * @throws {ConfigError} if the `inputId` belongs to another input.
 * @throws {StateError} if the agent lacks the current step of the session.
 * @throws {SessionEndedError} if the session has ended.
 * @throws {SessionWaitingError} if there is nothing to resume.
 * @throws {ApprovalError} if a verdict is refused.
 */
export async function openTurn(
  session: LiveSession,
  given: TurnCommand,
  inputId: string | undefined,
): Promise<OpenedTurn | Turn> {
  const repeated = inputId === undefined ? undefined : await findRepeated(session, given, inputId);
  if (repeated !== undefined) {
    const finished = readFinished(session, repeated);
    if (finished !== undefined) return finished;
    if (!wasCutOff(session)) return buildTurn(session, repeated, undefined);
  }
  const command: TurnCommand = repeated === undefined ? given : { kind: "resume" };
  checkStart(session, command);
  const { head: from } = session.log;
  const drafts = [...beginData(session), ...await draftCommand(session, command, inputId)];
  return { from, events: await appendDrafts(session, drafts) };
}

/**
 * Checks that a command can start a turn now.
 *
 * @throws {StateError} if the agent lacks the current step of the session.
 * @throws {SessionEndedError} if the session has ended.
 * @throws {SessionWaitingError} if there is nothing to resume.
 */
function checkStart(session: LiveSession, { kind }: TurnCommand): void {
  requireStep(session.agent.graph, session.log.position.step);
  const { restingStatus: status } = session;
  if (status === "ended") {
    throw new SessionEndedError(
      `Cannot start a turn of session ${quote(session.id)}: it has ended: create a new session`,
    );
  }
  const isResting = status === "waiting" ||
    status === "needs_approval" && listExpired(session).length === 0;
  if (kind === "resume" && isResting) {
    const reason = status === "waiting"
      ? "it waits for input: call next() with text"
      : "calls wait for approval: call approve(), deny() or settle(); if their outcome is unknown, " +
        "retry(), deny() or settle()";
    throw new SessionWaitingError(`Cannot resume session ${quote(session.id)}: ${reason}`);
  }
}

/** Returns true if a command certainly opens a turn with events, and without child sessions. */
export function recordsInput({ log }: LiveSession, { kind }: TurnCommand): boolean {
  return kind === "input" && log.position.calls.length === 0;
}

/** Returns the events that record a command. */
async function draftCommand(
  session: LiveSession,
  command: TurnCommand,
  inputId: string | undefined,
): Promise<readonly EventDraft[]> {
  switch (command.kind) {
    case "none":
      return [];
    case "resume":
      return await buildVerdictDrafts(session, listExpired(session), true);
    case "verdicts":
    case "delivery":
      return await buildVerdictDrafts(session, command.verdicts, command.kind === "delivery");
    case "input": {
      const { text, parts } = command;
      const open = listOpenCalls(session.log.position.calls, session.log.head);
      const closed = open.length === 0 ? [] : await closeCalls(session, open);
      return [...closed, {
        type: "user",
        text,
        ...(parts && { parts }),
        ...(inputId !== undefined && { inputId }),
      }];
    }
    default:
      return command satisfies never;
  }
}
