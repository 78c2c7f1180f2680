/**
 * The opening of a turn: its command, checked and recorded.
 *
 * @module
 */
import { listOpenCalls } from "../history/call.ts";
import type { EventDraft, SessionEvent } from "../history/event.ts";
import { appendDrafts } from "./call/approval.ts";
import { buildTurn } from "./build_turn.ts";
import { closeCalls } from "./call/calls.ts";
import {
  checkStart,
  Delivery,
  inputIn,
  isResume,
  MediaInput,
  type TurnCommand,
  verdictsIn,
} from "./command.ts";
import { beginData } from "./data_changes.ts";
import type { LiveSession } from "./live_session.ts";
import { findRepeated, readFinished, wasCutOff } from "./repeated_input.ts";
import type { Turn } from "./turn.ts";
import { buildVerdictDrafts, listExpired } from "./call/verdict.ts";

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
  given: TurnCommand | undefined,
  inputId: string | undefined,
): Promise<OpenedTurn | Turn> {
  const repeated = inputId === undefined ? undefined : await findRepeated(session, given, inputId);
  if (repeated !== undefined) {
    const finished = readFinished(session, repeated);
    if (finished !== undefined) return finished;
    if (!wasCutOff(session)) return buildTurn(session, repeated, undefined);
  }
  const command: TurnCommand | undefined = repeated === undefined ? given : { resume: true };
  checkStart(session, command);
  const { head: from } = session.log;
  const drafts = [...beginData(session), ...await buildDrafts(session, command, inputId)];
  return { from, events: await appendDrafts(session, drafts) };
}

/** Returns true if a command certainly opens a turn with events, and without child sessions. */
export function recordsInput({ log }: LiveSession, command: TurnCommand | undefined): boolean {
  return inputIn(command) !== undefined && log.position.calls.length === 0;
}

/** Returns the events that record a command. */
function buildDrafts(
  session: LiveSession,
  command: TurnCommand | undefined,
  inputId: string | undefined,
): readonly EventDraft[] | Promise<readonly EventDraft[]> {
  if (isResume(command)) return buildVerdictDrafts(session, listExpired(session), true);
  const verdicts = verdictsIn(command);
  if (verdicts !== undefined) {
    return buildVerdictDrafts(session, verdicts, command instanceof Delivery);
  }
  const text = inputIn(command);
  if (text === undefined) return [];
  const input = {
    type: "user",
    text,
    ...(command instanceof MediaInput && { parts: command.parts }),
    ...(inputId !== undefined && { inputId }),
  } as const;
  const open = listOpenCalls(session.log.position.calls, session.log.head);
  if (open.length === 0) return [input];
  return closeCalls(session, open).then((closed) => [...closed, input]);
}
