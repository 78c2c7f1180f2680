/**
 * A session that was recorded, and what must hold of it in every later release.
 *
 * @module
 */
import type { SessionEvent, State } from "@nomos/agent";
import type { StoredEntry, StoredSnapshot } from "@nomos/agent/store";

/** Position of a session. */
export interface ExpectedPosition {
  /** The step. */
  readonly step: string;
  /** The status. */
  readonly status: string;
  /** The calls of the last decision that have not finished, by their keys. */
  readonly open: readonly string[];
  /** Those of them that wait for a person. */
  readonly waiting: readonly string[];
}

/** A session in memory, as a file has it. */
export interface SessionFixture {
  /** Its position. */
  readonly expected: ExpectedPosition;
  /** Its state. */
  readonly state: State;
}

/** A stored session without its entries. */
export interface StoredParts {
  /** Its id. */
  readonly id: string;
  /** Metadata with which it was created. */
  readonly meta: string;
  /** The hash before its first entry. */
  readonly hash: string;
  /** The last snapshot, if there was one. */
  readonly snapshot?: StoredSnapshot;
}

/** A stored session, as a file has it beside its entries. */
export interface StoredFixture extends StoredParts {
  /** Its position. */
  readonly expected: ExpectedPosition;
  /** The sessions of its calls to agents, with their entries. */
  readonly children?: readonly (StoredParts & { readonly entries: readonly StoredEntry[] })[];
}

/**
 * Returns the position of a session. Open calls are read off the events alone, so that
 * the result does not depend on the code that it checks.
 */
export function expectedOf(
  { step, status }: { readonly step: string; readonly status: string },
  events: readonly SessionEvent[],
): ExpectedPosition {
  const last = events.findLastIndex(({ type }) => type === "decision" || type === "user");
  const open = new Set<string>();
  // By the keys of what is asked about: an agent that is a tool asks about calls of its own.
  const waiting = new Map<string, number>();
  const begun = new Set<number>();
  for (const event of events.slice(last + 1)) {
    switch (event.type) {
      case "tool_started":
        open.add(event.callKey);
        begun.add(event.call);
        break;
      case "approval_requested":
        if (!begun.has(event.call)) open.add(event.callKey);
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
  return { step, status, open: [...open], waiting: [...waiting.keys()] };
}
