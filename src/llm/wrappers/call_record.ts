/**
 * What is written down of a call of a model.
 *
 * @module
 */
import type { Message, Usage } from "../llm.ts";

/** One call of a model, as JSON apart from what `content` may hold. */
export interface LLMCallRecord {
  /** What was called. */
  readonly call: "decide" | "stream" | "embed";
  /** The name of the model. */
  readonly llm: string;
  /** The model that answered, where the vendor says so. */
  readonly model?: string;
  /** The step in which it was called. */
  readonly step?: string;
  /** The session for which it was called. */
  readonly sessionId?: string;
  /** When it was called, in milliseconds since 1970. */
  readonly time: number;
  /** How long it took, in milliseconds. In a stream, what the consumer does counts as well. */
  readonly duration: number;
  /**
   * `"ok"`, `"aborted"` if the caller gave up, else the `code` of the error (for
   * example `"LLM_HTTP"`), or its name if it has none.
   */
  readonly outcome: string;
  /** The HTTP status of an error that has one. */
  readonly status?: number;
  /** Tokens, of a call that failed too, where the vendor says so. */
  readonly usage?: Usage;
  /** How many messages were sent, or texts to embed. */
  readonly messages: number;
  /** Characters of the messages or texts. */
  readonly chars: number;
  /** What was said; absent unless it was asked for. */
  readonly content?: LLMCallContent;
}

/** What was said in a call. */
export interface LLMCallContent {
  /** The messages, or the texts to embed. */
  readonly input: readonly Message[] | readonly string[];
  /** The output, as the model gave it; absent where it gave none, and for embeddings. */
  readonly output?: unknown;
  /** The message of the error, which may quote an answer. */
  readonly reason?: string;
}
