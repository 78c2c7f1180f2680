/**
 * Sessions of the in-memory store.
 *
 * @module
 */
import type { SessionSummary } from "../session_summary.ts";
import type { StoredEntry, StoredSession, StoredSnapshot } from "../store.ts";
import { type ListedRow, statusOf } from "./list_sessions.ts";

/** Log of a session or child. */
export interface MemoryLog {
  readonly meta: string;
  readonly firstHash: string;
  readonly createdAt: number;
  readonly entries: StoredEntry[];
  updatedAt: number;
  snapshot?: StoredSnapshot;
}

/** Session with its children, and what lists show of it. */
export interface MemorySession extends MemoryLog {
  readonly children: Map<string, MemoryLog>;
  labels: readonly string[];
  status: SessionSummary["status"] | "unknown";
  /** Calls that wait for a person, as JSON. */
  approvals: string;
  lease?: { readonly owner: string; readonly epoch: number; until: number };
}

/** Records what lists show of a session after an append. */
export function summarize(
  session: MemorySession,
  { status, approvals = [] }: Partial<SessionSummary>,
): void {
  session.status = status ?? "unknown";
  session.approvals = JSON.stringify(approvals);
}

/** Returns a session as lists show it at the time `now`. */
export function toRow(id: string, session: MemorySession, now: number): ListedRow {
  const { status, lease, approvals } = session;
  return {
    ...describe(id, session),
    status: statusOf(status, lease, now),
    approvals: JSON.parse(approvals),
  };
}

/** Returns a session or child as it is read, without its snapshot. */
export function describe(
  id: string,
  log: MemoryLog & Pick<MemorySession, "lease" | "labels">,
): Omit<StoredSession, "snapshot"> {
  const { meta, firstHash, entries, createdAt, updatedAt, lease, labels } = log;
  const hash = entries.at(-1)?.hash ?? firstHash;
  return {
    id,
    meta,
    head: entries.length,
    hash,
    createdAt,
    updatedAt,
    ...(labels.length > 0 && { labels: [...labels] }),
    ...(lease && { lease: { ...lease } }),
  };
}
