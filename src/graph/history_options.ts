/**
 * Bounds of the history that requests show.
 *
 * @module
 */
import * as v from "valibot";
import type { LLM, Message } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";

/**
 * Bounds of the history that requests show. The log keeps all events: only requests show less.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "friend",
 *   llm: new MockLLM([decide.respond("Tell me more")], { whenDone: "repeat" }),
 *   start: "talk",
 *   steps: { talk: { description: "Talk with the user" } },
 *   history: { maxTokens: 500, keepTurns: 2, summarize: () => "They talked about boats" },
 * });
 * const session = agent.createSession();
 * let turn = await session.next("My boat is blue. ".repeat(20));
 * while (!turn.compacted) turn = await session.next("It is quite long. ".repeat(20));
 * const { messages } = await agent.explain(session);
 * assert(messages[1]!.content.endsWith("They talked about boats"));
 * assertEquals((await Array.fromAsync(session.events()))[0]!.type, "user");
 * ```
 */
export interface HistoryOptions {
  /**
   * Maximum size of a request, in tokens; at least a fifth less than the context window, which the
   * answer shares. Older events leave the requests before one exceeds it. Only the standing text,
   * the last message and the running turn may exceed it by themselves. Default: no maximum; events
   * leave the requests once the model reports a full context.
   */
  readonly maxTokens?: number;
  /** Number of latest turns before the running one that stay unchanged, if they fit. Default: 6. */
  readonly keepTurns?: number;
  /** If true, the first input of the user stays in the requests. Default: false. */
  readonly keepFirst?: boolean;
  /**
   * Summary of older events: written by a model or a function, or `false` for none. Default: written
   * by the model of the current step.
   */
  readonly summarize?: LLM | false | ((older: OlderConversation) => string | Promise<string>);
  /**
   * Returns the number of tokens of a text, by the model's tokenizer. Default: a quarter of its
   * characters. Both are corrected by the usage that the model reports.
   */
  readonly countTokens?: (text: string) => number;
}

/** Older part of a conversation, which requests no longer show. */
export interface OlderConversation {
  /** Summary of what precedes `messages`; undefined if nothing does. */
  readonly summary: string | undefined;
  /** Messages in the form in which requests showed them. */
  readonly messages: readonly Message[];
  /** Maximum length of the new summary, in characters; a longer one is cut. */
  readonly maxChars: number;
  /** Aborts when the turn is stopped. */
  readonly signal: AbortSignal;
}

/** Bounds of the history in normal form. */
export interface HistoryBounds {
  readonly maxTokens: number;
  readonly keepTurns: number;
  readonly keepFirst: boolean;
  /** Writer of summaries; undefined if it is the model of the step. */
  readonly summarize: HistoryOptions["summarize"];
  readonly countTokens: (text: string) => number;
}

/** Bounds of an agent without the option: they apply once the model reports a full context. */
export const NO_BOUNDS: HistoryBounds = {
  maxTokens: Infinity,
  keepTurns: 6,
  keepFirst: false,
  summarize: undefined,
  countTokens: (text) => text.length / 4,
};

/** Fills in the defaults. */
export function toBounds(options: HistoryOptions): HistoryBounds {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...NO_BOUNDS, ...Object.fromEntries(given) };
}

/** Returns true for a model. */
export function isModel(value: unknown): value is LLM {
  return option.isRecord(value) && typeof value.decide === "function" &&
    typeof value.name === "string";
}

/** Shape of the options. */
export const historyShape: option.OptionShape<HistoryOptions> = {
  maxTokens: option.wholeNumberOrInfinity(1),
  keepTurns: option.wholeNumber(0),
  keepFirst: option.flag,
  summarize: v.optional(v.custom(
    (value) => value === false || typeof value === "function" || isModel(value),
    "expected a model, a function, or false",
  )),
  countTokens: option.callable,
};
