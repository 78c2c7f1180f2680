/**
 * Requests to a model for the next decision.
 *
 * @module
 */
import type { Delta } from "../../decision/output_preview.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isContextFull, LLMContextError } from "../../llm/llm_failures.ts";
import type { LiveSession } from "../live_session.ts";
import type { Out } from "../stream_part.ts";
import { type Answer, interpretAnswer } from "./answer.ts";
import { CallWatch } from "./call_watch.ts";
import { takeEmbedded } from "./embedded.ts";
import { buildNextRequest, type NextRequest, openCompaction } from "./next_request.ts";
import type { Prepared } from "./prepare.ts";
import { readAnswer } from "./read_answer.ts";
import { buildFailure, explainFull, type Received, toLLMError } from "./received.ts";

/**
 * Makes one request, and returns the events that follow from its answer; undefined if
 * the turn was stopped before it. Deltas are passed to `out` while they arrive.
 */
export async function ask(
  session: LiveSession,
  turn: RunningTurn,
  out?: Out<Delta>,
): Promise<Answer | undefined> {
  const { llm } = session.step;
  let next: NextRequest;
  try {
    next = await buildNextRequest(session, turn);
  } catch (cause) {
    const drafts = takeEmbedded(session);
    if (turn.isStopped) return { drafts };
    return { drafts, error: toLLMError(session, llm, cause) };
  }
  if (next === undefined || "drafts" in next) return next;
  const { request, prepared } = next;
  const promptChars = () => session.prompts!.report!().chars;
  const watch = session.agent.timings ? new CallWatch(session, request) : undefined;
  const received: Received = { chars: 0, raw: undefined, promptChars, watch };
  try {
    const limit = await readAnswer(session, llm, request, received, turn, out);
    if (limit !== undefined) return { drafts: [limit] };
    const answer = await interpretAnswer(session, turn, request, received);
    return answer ?? { drafts: [buildFailure(session, llm, received, "ABORTED")] };
  } catch (cause) {
    if (turn.isStopped) return { drafts: [buildFailure(session, llm, received, "ABORTED")] };
    return await explainFailure(session, prepared, received, cause);
  }
}

/**
 * Returns the event of a call that failed, with its error to throw. There is none if the next
 * request has a chance: it follows a compaction, or a limit ends the turn before.
 */
async function explainFailure(
  session: LiveSession,
  prepared: Prepared,
  received: Received,
  cause: unknown,
): Promise<Answer> {
  const { step: { llm }, tracker } = session;
  const error = toLLMError(session, llm, cause);
  const failure = buildFailure(session, llm, received, error.code, error);
  try {
    if (isContextFull(error) && (await openCompaction(session, prepared)).begin()) {
      return { drafts: [failure] };
    }
  } catch (mistake) {
    return { drafts: [failure], error: toLLMError(session, llm, mistake) };
  }
  if (error instanceof LLMContextError) {
    return { drafts: [failure], error: explainFull(session, error) };
  }
  const after = error instanceof LLMError ? error.retryAfter : undefined;
  const tooLate = after === undefined ? undefined : tracker!.tooLate;
  return tooLate === undefined ? { drafts: [failure], error } : { drafts: [failure, tooLate] };
}
