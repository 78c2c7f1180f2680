/**
 * Lists of sessions, and the filters of lists and deletions.
 *
 * @module
 */
import type { PendingApproval } from "../history/call.ts";
import type { SessionStatus } from "../history/position.ts";
import type { StoredSession } from "./stored_session.ts";

/** Page of a list of sessions, and its filters. A session is listed if all filters match it. */
export interface ListPage {
  /** Lists only sessions that have this status, or one of several. Default: all. */
  readonly status?: SessionStatus | readonly SessionStatus[];
  /**
   * Lists only sessions whose last append is before this time by the store's clock, in
   * milliseconds since 1970. Default: all.
   */
  readonly updatedBefore?: number;
  /** Lists only sessions with this label. Default: all. */
  readonly label?: string;
  /** Lists only ids that begin with this. Default: all. */
  readonly prefix?: string;
  /**
   * Lists only ids that sort after this one: the `next` of the page before. Default: from
   * the first.
   */
  readonly after?: string;
  /** Maximum number of sessions, from 1 to 1,000. Default: 100. */
  readonly limit?: number;
}

/** Session in a list, as its log and its lease describe it. */
export interface ListedSession extends Omit<StoredSession, "snapshot"> {
  /** Name of its agent; undefined if an older release or another program made it. */
  readonly agent?: string;
  /**
   * Status, as `session.status` has it when the session is opened: `running` while its lease is
   * live. Undefined if it cannot be known: the log is damaged, or is not that of an agent.
   */
  readonly status?: SessionStatus;
  /** Calls that wait for a person, also those of its child sessions, as in `session.approvals`. */
  readonly approvals: readonly PendingApproval[];
}

/** Page of sessions, sorted by the UTF-16 code units of their ids, as `<` sorts strings. */
export interface SessionList {
  /** Sessions of this page. */
  readonly sessions: readonly ListedSession[];
  /** Value of `after` for the next page; absent on the last page. */
  readonly next?: string;
}

/** Conditions of `expire()`: sessions that match all of them are deleted. */
export interface ExpireOptions extends Pick<ListPage, "label" | "prefix"> {
  /** Minimum time since the last append, by the store's clock, in milliseconds from 0. */
  readonly olderThan: number;
  /**
   * Status of the sessions, or several. Default: `waiting`, `ended` and `limited`; not those that
   * wait for a person or can be resumed.
   */
  readonly status?: RestingStatus | readonly RestingStatus[];
}

/** Status of a session while no turn runs. */
export type RestingStatus = Exclude<SessionStatus, "running">;
