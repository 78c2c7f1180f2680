/**
 * Which events the model sees.
 *
 * @module
 */
import type { SessionEvent } from "./event.ts";

/** An event that the model sees as a message. */
export type VisibleEvent = Extract<
  SessionEvent,
  { type: "user" | "decision" | "tool_finished" | "error" | "fallback" }
>;

/**
 * Whether the model sees an event. What it sees once it sees for ever: nothing
 * is trimmed later, so that the prompt only grows. A move is seen as the
 * decision that made it.
 */
export function isVisible(event: SessionEvent): event is VisibleEvent {
  switch (event.type) {
    case "user":
    case "decision":
    case "tool_finished":
    case "error":
    case "fallback":
      return true;
    case "tool_started":
    case "approval_requested":
    case "approval_given":
    case "model_failed":
    case "moved":
    case "limit":
    case "ended":
      return false;
    default:
      return event satisfies never;
  }
}
