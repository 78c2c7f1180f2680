import type { SessionEvent } from "@nomos/agent";

/** Creates a source of events, numbered from 0 and without times. */
export function log(...events: object[]): { readonly events: readonly SessionEvent[] } {
  return { events: events.map((event, seq) => ({ seq, time: 0, ...event }) as SessionEvent) };
}
