/**
 * The next request for a decision, and the compaction that may have to precede it.
 *
 * @module
 */
import { NO_BOUNDS } from "../../graph/history_options.ts";
import { runIn } from "../../graph/work.ts";
import type { EventDraft } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import type { Compaction } from "../compaction/compaction.ts";
import type { LiveSession } from "../live_session.ts";
import type { DecisionRequest } from "./decision_request.ts";
import { takeEmbedded } from "./embedded.ts";
import { issueRequest, type Prepared, prepareNext } from "./prepare.ts";

/** Request to send, or the events to commit instead; undefined if the turn was stopped before. */
export type NextRequest =
  | { readonly prepared: Prepared; readonly request: DecisionRequest }
  | { readonly drafts: readonly EventDraft[] }
  | undefined;

/**
 * Builds the next request of a turn.
 *
 * @throws {LLMError} if an embedding model failed.
 * @throws {GuardError} if a guard failed.
 */
export function buildNextRequest(session: LiveSession, turn: RunningTurn): Promise<NextRequest> {
  const scope = session.observers?.onWork?.({ kind: "prepare" });
  return runIn(scope, () => build(session, turn));
}

async function build(session: LiveSession, turn: RunningTurn): Promise<NextRequest> {
  const prepared = await turn.unlessStopped(prepareNext(session, turn));
  // Paid calls are counted, also if the turn was stopped. The next pass sends the request.
  if (session.embedded !== undefined) return { drafts: takeEmbedded(session) };
  if (prepared === STOPPED || turn.isStopped) return undefined;
  if (prepared.schema.legal.actions.length === 0) {
    return { drafts: [{ type: "limit", reason: "stuck" }] };
  }
  if (isBounded(session)) {
    const drafts = await (await openCompaction(session, prepared)).run(turn);
    if (drafts !== undefined) return { drafts };
  }
  return { prepared, request: issueRequest(session, prepared, turn.signal) };
}

/** Returns true if the size of a request must be known before it is sent. */
function isBounded({ step, view, prompts }: LiveSession): boolean {
  const summary = prompts?.summary;
  return step.history.maxTokens < NO_BOUNDS.maxTokens || view?.open !== undefined ||
    summary !== undefined && summary.covered < summary.until;
}

/** Loads the code of compactions, which few sessions need. */
export async function openCompaction(
  session: LiveSession,
  prepared: Prepared,
): Promise<Compaction> {
  const { Compaction } = await session.agent
    .loadCompaction() as typeof import("../compaction/compaction.ts");
  return new Compaction(session, prepared);
}
