/**
 * What a user sees of a conversation: what was said, and nothing of how it came about.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";

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

/**
 * Why a scenario was over: the `user` was done, `maxTurns` were played, or the
 * last turn came to rest as the session's status says: `ended`, `limited`, …
 */
export type ScenarioEnding =
  | "user"
  | "maxTurns"
  | Exclude<Turn["status"], "waiting" | "needs_approval">;

/** A conversation that was played to its end. */
export interface PlayedScenario<StepId extends string = string> {
  /** The goal of the user. */
  readonly goal: string;
  /** The turns, in order; a verdict about a call goes on with one of its own. */
  readonly turns: readonly Turn<StepId>[];
  /** The whole log of the session. */
  readonly events: readonly SessionEvent[];
  /** Everything that was said, by whom. */
  readonly messages: readonly ConversationMessage[];
  /** The events as text, one line each, see `transcriptText`. */
  readonly transcript: string;
  /** Why it was over. */
  readonly ending: ScenarioEnding;
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
