/**
 * Recorded session, with its expected position in every later release.
 *
 * @module
 */
import type { SessionEvent, State } from "@nomos/agent";
import type { StoredEntry, StoredSnapshot } from "@nomos/agent/store";

/** Position of a session. */
export interface ExpectedPosition {
  /** Id of the step. */
  readonly step: string;
  /** Status of the session. */
  readonly status: string;
  /** Keys of the calls of the last decision that have not finished. */
  readonly open: readonly string[];
  /** Keys of the calls that wait for a person. */
  readonly waiting: readonly string[];
  /** Recorded data; absent if there are none. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Content of the file of a session in memory. */
export interface SessionFixture {
  /** Expected position. */
  readonly expected: ExpectedPosition;
  /** State of the session. */
  readonly state: State;
}

/** Stored session or child without its entries. */
export interface StoredParts {
  /** Id of the session or child. */
  readonly id: string;
  /** Metadata with which it was created. */
  readonly meta: string;
  /** Hash before the first entry. */
  readonly hash: string;
  /** Latest snapshot, if there is one. */
  readonly snapshot?: StoredSnapshot;
}

/** Content of the file of a stored session. Its entries are in another file. */
export interface StoredFixture extends StoredParts {
  /** Expected position. */
  readonly expected: ExpectedPosition;
  /** Child sessions with their entries. */
  readonly children?: readonly (StoredParts & { readonly entries: readonly StoredEntry[] })[];
}

/**
 * Computes the position of a session. Derives the open calls from the events, so that the result
 * does not depend on the code that it checks.
 */
export function computeExpected(
  { step, status }: { readonly step: string; readonly status: string },
  events: readonly SessionEvent[],
): ExpectedPosition {
  const last = events.findLastIndex(({ type }) => type === "decision" || type === "user");
  const open = new Set<string>();
  // By the keys of the requests, because a child session requests approval of its own calls.
  const waiting = new Map<string, number>();
  const begun = new Set<number>();
  const data = computeData(events);
  for (const event of events.slice(last + 1)) {
    switch (event.type) {
      case "tool_started":
        open.add(event.callKey);
        begun.add(event.call);
        break;
      case "approval_requested":
        if (!begun.has(event.call)) open.add(event.callKey);
        // A later request about the same call takes its place at the end.
        waiting.delete(event.callKey);
        waiting.set(event.callKey, event.call);
        break;
      case "approval_given":
        waiting.delete(event.callKey);
        break;
      case "tool_finished":
        open.delete(event.callKey);
        for (const [key, call] of waiting) if (call === event.call) waiting.delete(key);
    }
  }
  return { step, status, open: [...open], waiting: [...waiting.keys()], ...(data && { data }) };
}

function computeData(events: readonly SessionEvent[]): ExpectedPosition["data"] {
  const changes = events.flatMap((event) => {
    if (event.type === "data_set") return [{ set: event.data }];
    return event.type === "tool_finished" && event.data !== undefined ? [event.data] : [];
  });
  if (changes.length === 0) return undefined;
  const data = new Map<string, unknown>();
  for (const { set = {}, removed = [] } of changes) {
    for (const [key, value] of Object.entries(set)) data.set(key, value);
    for (const key of removed) data.delete(key);
  }
  return Object.fromEntries(data);
}
