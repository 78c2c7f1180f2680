/**
 * Parts of events about a model call: its tokens, its price, its times and the size of its request.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { CallTiming } from "../llm/call_timing.ts";
import type { Usage } from "../llm/llm.ts";

/** Tokens and price of one model call. */
export interface ModelCallUsage {
  /** Tokens of the call, if the model reports them or limits need an estimate. */
  readonly usage?: Usage;
  /** Price of the call, if the agent's `cost` knows it. */
  readonly cost?: number;
  /** Model that answered, if the provider reports it. */
  readonly model?: string;
}

/**
 * Times of one model call, in milliseconds since 1970 by the agent's `clock`. None is before the one
 * that precedes it, even if the clock was set back.
 */
export interface ModelCallTiming extends CallTiming {
  /** Time at which the model was asked, in milliseconds since 1970. */
  readonly asked: number;
  /**
   * Time at which the first text of the answer arrived, in milliseconds since 1970. Absent if it
   * was not streamed.
   */
  readonly first?: number;
  /** Time at which the answer was complete, or the call failed, in milliseconds since 1970. */
  readonly answered: number;
}

/** Size of the request of one model call, and what it offered. */
export interface PromptFigures {
  /** Characters in the messages; a picture or file counts as 4,000. */
  readonly chars: number;
  /** Characters in the leading messages that the session's request before contains too. */
  readonly stableChars: number;
  /** Characters in the JSON Schema of the decision. */
  readonly schemaChars: number;
  /** Number of messages. */
  readonly messages: number;
  /** Actions, routes and tools that the request offered. */
  readonly offer: LegalActions;
}

/** Times and request of one model call, if the agent's option `timings` is true. */
export interface ModelCallRecord {
  /** Times at which the model was asked and answered. */
  readonly timing?: ModelCallTiming;
  /** Size of the request. Absent if it asked for a summary. */
  readonly prompt?: PromptFigures;
}
