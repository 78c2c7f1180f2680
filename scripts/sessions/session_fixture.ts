/**
 * A session that was recorded, and what must hold of it in every later release.
 *
 * @module
 */
import type { SessionEvent, State } from "@nomos/agent";

/** Where a session stands. */
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
  /** Where it stands. */
  readonly expected: ExpectedPosition;
  /** Its state. */
  readonly state: State;
}

/** A stored session, as a file has it beside its entries. */
export interface StoredFixture {
  /** Where it stands. */
  readonly expected: ExpectedPosition;
  /** Its id. */
  readonly id: string;
  /** What it was created with. */
  readonly meta: string;
  /** The hash before its first entry. */
  readonly hash: string;
  /** The last snapshot, if there was one. */
  readonly snapshot?: { readonly head: number; readonly hash: string; readonly body: string };
}

/** A session that was recorded. */
export interface RecordedSession {
  /** What it shows, as the name of a file. */
  readonly name: string;
  /** What is kept. */
  readonly fixture: SessionFixture;
}

/**
 * The fixture of a session. What is open is told from the events by themselves,
 * so that it does not rest on what it is to check.
 */
export function fixtureOf(state: State): SessionFixture {
  return { expected: expectedOf(state, state.events), state };
}

/** Where a session stands, its calls read off its events. */
export function expectedOf(
  { step, status }: { readonly step: string; readonly status: string },
  events: readonly SessionEvent[],
): ExpectedPosition {
  const last = events.findLastIndex(({ type }) => type === "decision" || type === "user");
  const open: string[] = [];
  let waiting: string[] = [];
  for (const event of events.slice(last + 1)) {
    if (event.type === "tool_started" || event.type === "approval_requested") {
      if (!open.includes(event.callKey)) open.push(event.callKey);
    }
    if (event.type === "approval_requested") waiting.push(event.callKey);
    if (event.type === "approval_given") waiting = without(waiting, event.callKey);
    if (event.type === "tool_finished" && open.includes(event.callKey)) {
      open.splice(open.indexOf(event.callKey), 1);
      waiting = without(waiting, event.callKey);
    }
  }
  return { step, status, open, waiting };
}

function without(keys: readonly string[], key: string): string[] {
  return keys.filter((one) => one !== key);
}
