/**
 * Conversations as users see them: messages without reasoning, tool calls and moves.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { SessionEvent } from "../history/event.ts";
import type { Turn } from "../turn/turn.ts";

/** One message of a conversation. */
export interface ConversationMessage {
  /** Author of the message. */
  readonly by: "user" | "agent";
  /** Text of the message. A structured answer is JSON. */
  readonly text: string;
}

/** A conversation so far, as its user sees it. */
export interface Conversation {
  /** Goal of the user. */
  readonly goal: string;
  /** Messages so far, in order. Empty before the first input. */
  readonly messages: readonly ConversationMessage[];
}

/**
 * Reason why a scenario ended: the user was done (`user`), `maxTurns` was reached,
 * or the last turn left the session in another status than `waiting`.
 */
export type ScenarioEnding =
  | "user"
  | "maxTurns"
  | Exclude<Turn["status"], "waiting" | "needs_approval">;

/** A played conversation. */
export interface PlayedScenario<StepId extends string = string> {
  /** Goal of the user. */
  readonly goal: string;
  /** Turns, in order. Each verdict on a call is a separate turn. */
  readonly turns: readonly Turn<StepId>[];
  /** All events of the session. */
  readonly events: readonly SessionEvent[];
  /** Messages of the user and the agent, in order. */
  readonly messages: readonly ConversationMessage[];
  /** Transcript of the session, see `transcriptText`. */
  readonly transcript: string;
  /** Reason why the scenario ended. */
  readonly ending: ScenarioEnding;
}

/** Returns the messages among events, without reasoning, tool calls and moves. */
export function messagesOf(events: readonly SessionEvent[]): ConversationMessage[] {
  return events.flatMap((event): ConversationMessage[] => {
    if (event.type === "user") return [{ by: "user", text: event.text }];
    const text = event.type === "decision" ? answerText(event.decision) : undefined;
    return text === undefined ? [] : [{ by: "agent", text }];
  });
}

/** Returns the answer of a decision as text; undefined if it has none. */
export function answerText(decision: Decision): string | undefined {
  const response = "response" in decision ? decision.response : undefined;
  return typeof response === "string" ? response : JSON.stringify(response);
}
