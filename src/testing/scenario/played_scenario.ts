/**
 * A conversation that was played: what checks look at.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";
import type { ConversationMessage } from "./conversation.ts";

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
  /** What the user wanted. */
  readonly goal: string;
  /** The turns, in order; a verdict about a call goes on with one of its own. */
  readonly turns: readonly Turn<StepId>[];
  /** The whole log of the session. */
  readonly events: readonly SessionEvent[];
  /** What was said, by whom. */
  readonly messages: readonly ConversationMessage[];
  /** The events as text, one line each, see `transcriptText`. */
  readonly transcript: string;
  /** Why it was over. */
  readonly ending: ScenarioEnding;
}
