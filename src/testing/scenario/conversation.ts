/**
 * What a user sees of a conversation: what was said, and nothing of how it came about.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";

/** One message of a conversation. */
export interface ConversationMessage {
  /** Who said it. */
  readonly by: "user" | "agent";
  /** The text; a structured answer as JSON. */
  readonly text: string;
}

/** A conversation so far, as its user sees it. */
export interface Conversation {
  /** What the user wants. */
  readonly goal: string;
  /** What was said, in order. Empty at the beginning. */
  readonly messages: readonly ConversationMessage[];
}

/** What was said among these events: no reasoning, no tool calls, no moves. */
export function messagesOf(events: readonly SessionEvent[]): ConversationMessage[] {
  return events.flatMap((event): ConversationMessage[] => {
    if (event.type === "user") return [{ by: "user", text: event.text }];
    const text = event.type === "decision" ? answerText(event.decision) : undefined;
    return text === undefined ? [] : [{ by: "agent", text }];
  });
}

/** What a decision says to the user, as text; undefined if nothing. */
export function answerText(decision: Decision): string | undefined {
  const response = "response" in decision ? decision.response : undefined;
  return typeof response === "string" ? response : JSON.stringify(response);
}
