/**
 * Summaries of sessions: what lists show of their logs.
 *
 * @module
 */
import { StateError } from "../errors.ts";
import { pendingApprovals } from "../history/call.ts";
import { Position } from "../history/position.ts";
import { readSnapshot } from "./entry/sealed_snapshot.ts";
import { readPast } from "./entry/verified_past.ts";
import { findSession, type FoundSession } from "./find_session.ts";
import type { ListedSession, RestingStatus } from "./session_list.ts";
import type { Append, Store } from "./store.ts";
import { ConflictError, SessionDamagedError } from "./store_errors.ts";

/** Part of a log that lists show. The status is `"none"` if the log cannot be read. */
export interface SessionSummary extends Pick<ListedSession, "approvals"> {
  readonly status: RestingStatus | "none";
}

/** Summary of a session, and the number of its entries that it covers. */
export interface Recorded extends SessionSummary {
  readonly head: number;
}

/** Returns the summary of a session at a position. */
export function summarize(
  { status, calls }: Position,
): Required<Pick<Append, "status" | "approvals">> {
  return { status, approvals: pendingApprovals(calls) };
}

/** Session in a store, and its position after all of its entries. */
export interface FoldedSession {
  readonly found: FoundSession;
  readonly position: Position;
}

/**
 * Reads a session and its position: from the last snapshot on. Returns undefined if there is none
 * with this id.
 *
 * @throws {SessionDamagedError} if its log is damaged.
 * @throws {StateError} if a newer release wrote it.
 */
export async function foldSession(store: Store, id: string): Promise<FoldedSession | undefined> {
  const found = await findSession(store, { id });
  if (found === undefined) return undefined;
  const { stored: { snapshot, head, hash, meta }, first, start } = found;
  const known = readSnapshot(id, start, snapshot);
  const position = known ?? new Position(start);
  const from = known === undefined ? first : snapshot!;
  const rest = { address: { id, meta }, first: from, end: { head, hash } };
  for await (const { events } of readPast(store, rest)) {
    for (const event of events) position.apply(event);
  }
  return { found, position };
}

/** Reads the summary of a session. Returns undefined if the session was deleted. */
export async function readSummary(store: Store, id: string): Promise<Recorded | undefined> {
  try {
    const folded = await foldSession(store, id);
    return folded && { head: folded.found.stored.head, ...summarize(folded.position) };
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    if (!(error instanceof SessionDamagedError || error instanceof StateError)) throw error;
    const stored = await store.read(id);
    return stored && { head: stored.head, status: "none", approvals: [] };
  }
}
