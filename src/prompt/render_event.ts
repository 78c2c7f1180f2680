/**
 * The message of an event. Pure: equal events have equal messages.
 *
 * Text of a model has the role `assistant`, and text of a tool the role `tool`. The
 * first line of a `tool` message is always written by the framework.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { SessionEvent } from "../history/event.ts";
import type { Message } from "../llm/llm.ts";

/** Returns the message of an event. It is frozen, because all requests of a session share it. */
export function renderEvent(event: VisibleEvent): Message {
  switch (event.type) {
    case "user":
      return createMessage("user", event.text);
    case "decision":
      return createMessage("assistant", renderDecision(event.decision));
    case "tool_finished":
      return createMessage(
        "tool",
        `${TITLES[event.outcome]} ${event.tool}:\n${event.text}`,
        event.callKey,
      );
    default:
      return event satisfies never;
  }
}

/** Returns a decision as the model writes it, without its reasoning. */
export function renderDecision({ reasoning: _, ...decision }: Decision): string {
  return JSON.stringify({ decision });
}

/** Creates a message that cannot be changed, of well-formed text. */
export function createMessage(role: Message["role"], text: string, callId?: string): Message {
  const content = text.toWellFormed();
  return Object.freeze<Message>(
    callId === undefined ? { role, content } : { role, content, callId },
  );
}

const TITLES: Readonly<Record<SessionEvent<"tool_finished">["outcome"], string>> = {
  ok: "Result of",
  error: "Error from",
  redirected: "Not done by",
  denied: "Not allowed:",
  not_run: "Not run:",
  unknown: "Given up, effect unknown:",
};

/** Event that becomes a message of the history. */
export type VisibleEvent = SessionEvent<"user" | "decision" | "tool_finished">;

/**
 * Returns true if an event becomes a message of the history. A move is shown by its
 * decision. Refused outputs and reasoning are notices, which follow the history.
 */
export function isVisible(event: SessionEvent): event is VisibleEvent {
  return event.type === "user" || event.type === "decision" || event.type === "tool_finished";
}
