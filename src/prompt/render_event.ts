/**
 * One message for one event of the view. Pure: the same event, the same text.
 *
 * What a model or a tool produced stays in messages of the roles `assistant`
 * and `tool`; the first line of a `tool` message is always ours.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { SessionEvent } from "../history/event.ts";
import type { Message } from "../llm/llm.ts";

/** Returns the message of an event, frozen, because all requests of a session share it. */
export function renderEvent(event: VisibleEvent): Message {
  switch (event.type) {
    case "user":
      return message("user", event.text);
    case "decision":
      return message("assistant", renderDecision(event.decision));
    case "tool_finished":
      return message(
        "tool",
        `${TITLES[event.outcome]} ${event.tool}:\n${event.text}`,
        event.callKey,
      );
    default:
      return event satisfies never;
  }
}

/** Returns a decision in the form in which the model writes it, without its reasoning. */
export function renderDecision({ reasoning: _, ...decision }: Decision): string {
  return JSON.stringify({ decision });
}

function message(role: Message["role"], text: string, callId?: string): Message {
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

/** Event that the model sees as a message, once and for ever. */
export type VisibleEvent = SessionEvent<"user" | "decision" | "tool_finished">;

/**
 * Returns true if an event becomes a message that stays. A move is seen as the
 * decision that made it; refused outputs and reasoning are notices of the running
 * turn, which stand behind the history.
 */
export function isVisible(event: SessionEvent): event is VisibleEvent {
  return event.type === "user" || event.type === "decision" || event.type === "tool_finished";
}
