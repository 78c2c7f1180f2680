/**
 * Listing and expiring sessions: the part that all stores share.
 *
 * @module
 */
import * as v from "valibot";
import type { SessionStatus } from "../../history/position.ts";
import { isPlainObject } from "../../json/json.ts";
import * as option from "../../schema/option_shape.ts";
import { isLabel } from "../labels.ts";
import type {
  ExpireOptions,
  ListedSession,
  ListPage,
  RestingStatus,
  SessionList,
} from "../session_list.ts";
import type { Recorded } from "../session_summary.ts";
import type { Append, Store } from "../store.ts";
import { isLive, type LeaseState } from "../stored_session.ts";

/** Validated filters of a list. */
export interface ListFilter extends Required<Pick<ListPage, "prefix" | "after" | "limit">> {
  /** Statuses to list. Default: all. */
  readonly statuses: readonly SessionStatus[] | undefined;
  /** Time before which the last append must be, in milliseconds since 1970. Default: any. */
  readonly updatedBefore: number | undefined;
  /** Label that sessions must have. Default: any. */
  readonly label: string | undefined;
}

/**
 * Session as a backend lists it. The status is `"unknown"` until the log is read, and `"none"` if
 * it cannot be read.
 */
export interface ListedRow extends Omit<ListedSession, "agent" | "status"> {
  readonly status: SessionStatus | "unknown" | "none";
}

/** Conditions under which a session is deleted. */
export interface Expiry {
  readonly statuses: readonly RestingStatus[];
  /** Time before which the last append must be, by the clock of the storage. */
  readonly before: number;
}

/** Part of a backend that lists and expires sessions. */
export interface ListBackend {
  /**
   * Lists sessions in the order of their ids, at most `limit`. One whose status is `"unknown"`
   * matches every status.
   */
  list(filter: ListFilter): Promise<readonly ListedRow[]>;
  /** Records the summary of a session, unless its head differs. */
  record(id: string, summary: Recorded): Promise<void>;
  /** Deletes those of some sessions that match and have no live lease. Returns their number. */
  expire(ids: readonly string[], expiry: Expiry): Promise<number>;
  /** Returns the time of the storage's clock. */
  now(): Promise<number>;
}

/** Status of sessions while no turn runs. */
export const RESTING: readonly RestingStatus[] = [
  "waiting",
  "interrupted",
  "limited",
  "needs_approval",
  "ended",
];
const STATUSES: readonly SessionStatus[] = [...RESTING, "running"];
/** Status of sessions that are deleted by default. */
const EXPIRING: readonly RestingStatus[] = ["waiting", "ended", "limited"];
/** Number of sessions deleted in one transaction, which may have thousands of entries each. */
const BATCH_LENGTH = 20;
/** Maximum number of sessions on a page of a list. */
const MAX_PAGE_LENGTH = 1_000;

const pageShape: option.OptionShape<ListPage> = {
  status: statusIn(STATUSES),
  updatedBefore: option.optionalNumber(
    "expected a time in milliseconds since 1970",
    Number.isFinite,
  ),
  label: option.optionalText,
  prefix: option.optionalText,
  after: option.optionalText,
  limit: option.wholeNumber(1, MAX_PAGE_LENGTH),
};

const AGE = "expected a number of milliseconds from 0";
const expiryShape: option.OptionShape<ExpireOptions> = {
  olderThan: v.pipe(
    v.number(AGE),
    v.check((value) => Number.isFinite(value) && value >= 0, AGE),
  ),
  status: statusIn(RESTING),
  label: option.optionalText,
  prefix: option.optionalText,
};

/** Returns the schema of one status or several. */
function statusIn(statuses: readonly SessionStatus[]): v.GenericSchema {
  const expected = `expected ${option.oneOf(statuses)}`;
  const one = v.picklist(statuses, expected);
  return v.optional(v.union([one, v.array(one)], expected));
}

/** Implements {@linkcode Store.list}. */
export async function listSessions(
  backend: ListBackend,
  store: Store,
  page: ListPage = {},
): Promise<SessionList> {
  option.checkOptions(pageShape, page, "Cannot list sessions");
  const { status, prefix = "", after = "", limit = 100, updatedBefore, label } = page;
  const statuses = status === undefined ? undefined : [...new Set([status].flat())];
  // No session has a label that no store can keep, and databases refuse to look for it.
  if (label !== undefined && !isLabel(label)) return { sessions: [] };
  // Lists one session more than the page holds, to find out if there is another page.
  const filter = { statuses, updatedBefore, label, prefix, after, limit: limit + 1 };
  for (;;) {
    const rows = await backend.list(filter);
    const unknown = rows.filter((row) => row.status === "unknown");
    if (unknown.length === 0) {
      const sessions = rows.slice(0, limit).map(toListed);
      return { sessions, ...(rows.length > limit && { next: sessions.at(-1)!.id }) };
    }
    // Loaded here, because it needs the code of histories.
    const { readSummary } = await import("../session_summary.ts");
    await Promise.all(unknown.map(async ({ id }) => {
      const summary = await readSummary(store, id);
      if (summary !== undefined) await backend.record(id, summary);
    }));
  }
}

function toListed({ status, ...row }: ListedRow): ListedSession {
  const agent = readAgent(row.meta);
  const isKnown = status !== "unknown" && status !== "none";
  return { ...row, ...(agent !== undefined && { agent }), ...(isKnown && { status }) };
}

/** Returns the name of the agent in the metadata of a session, if there is one. */
function readAgent(meta: string): string | undefined {
  try {
    const value: unknown = JSON.parse(meta);
    return isPlainObject(value) && typeof value.agent === "string" ? value.agent : undefined;
  } catch {
    // An application may store other metadata.
    return undefined;
  }
}

/** Implements {@linkcode Store.expire}. */
export async function expireSessions(
  backend: ListBackend,
  store: Store,
  options: ExpireOptions,
): Promise<number> {
  option.checkOptions(expiryShape, options, "Cannot expire sessions");
  const { olderThan, status = EXPIRING, ...filter } = options;
  const statuses = [status].flat();
  const before = await backend.now() - olderThan;
  let expired = 0;
  for (let after: string | undefined = ""; after !== undefined;) {
    const page: ListPage = {
      ...filter,
      status: statuses,
      updatedBefore: before,
      after,
      limit: BATCH_LENGTH,
    };
    const { sessions, next } = await store.list(page);
    const ids = sessions.map(({ id }) => id);
    if (ids.length > 0) expired += await backend.expire(ids, { statuses, before });
    after = next;
  }
  return expired;
}

/** Number of sessions up to which databases look up a label or a time before the other filters. */
export const MAX_RARE = 1_000;

/** Lists the stored statuses, of sessions without a lease, that a filter may match. */
export function listStored(statuses: ListFilter["statuses"]): readonly ListedRow["status"][] {
  const named = RESTING.filter((status) => statuses?.includes(status) ?? true);
  return statuses === undefined ? [...named, "none", "unknown"] : [...named, "unknown"];
}

/** Returns approvals as JSON for a database; null if there are none, as for most sessions. */
export function encodeApprovals(approvals: Append["approvals"] = []): string | null {
  return approvals.length === 0 ? null : JSON.stringify(approvals);
}

/** Parses what {@linkcode encodeApprovals} returned. */
export function decodeApprovals(approvals: string | null): ListedRow["approvals"] {
  return approvals === null ? [] : JSON.parse(approvals);
}

/** Returns the status of a session with a lease: the rule of `session.status`. */
export function statusOf(
  status: ListedRow["status"],
  lease: LeaseState | undefined,
  now: number,
): ListedRow["status"] {
  return status !== "unknown" && isLive(lease, now) ? "running" : status;
}
