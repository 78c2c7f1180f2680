/**
 * Which tool a verdict is about.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";

/** The tool of a call, from any event that names it; else the name of the call itself. */
export function toolOfCall(callKey: string, events: readonly SessionEvent[]): string {
  for (const event of events) {
    if ("tool" in event && event.callKey === callKey) return event.tool;
  }
  return callKey;
}
