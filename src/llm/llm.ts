/**
 * The contract between the framework and a language model.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { JsonSchema } from "../json/json.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import type { CallTiming } from "./call_timing.ts";
import type { Part } from "./part.ts";

/**
 * A language model. The framework requests decisions and all other structured output,
 * such as summaries, through {@linkcode LLM.decide} or {@linkcode LLM.stream}.
 *
 * @example A custom model: an object with a name and one method
 * ```ts
 * import { Agent, type LLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const parrot: LLM = {
 *   name: "parrot",
 *   decide: (request) => {
 *     const said = request.messages.findLast((message) => message.role === "user");
 *     const decision = { action: "RESPOND", response: `${said?.content}!` };
 *     return Promise.resolve({ output: JSON.stringify({ reasoning: [], decision }) });
 *   },
 * };
 * const agent = new Agent({
 *   name: "bird",
 *   llm: parrot,
 *   start: "talk",
 *   steps: { talk: { description: "Repeat what they say" } },
 * });
 * assertEquals((await agent.createSession().next("Hello")).response, "Hello!");
 * ```
 */
export interface LLM {
  /** Vendor and model, for example `"openai/gpt-5-mini"` or `"mock"`. */
  readonly name: string;
  /** Subset of JSON Schema that the model accepts. Default: OpenAI's strict subset. */
  readonly schemaProfile?: SchemaProfile;
  /** Answers one request with output that satisfies `request.schema`. Should honour `request.signal`. */
  decide(request: LLMRequest): Promise<LLMResult>;
  /**
   * Answers one request as a stream: text chunks as they arrive, then the same result that
   * `decide()` returns. Sessions prefer it to `decide()` if it exists. An implementation
   * should send its request when the first chunk is requested, not read ahead, and
   * cancel the request if the consumer stops early.
   */
  stream?(request: LLMRequest): AsyncIterable<LLMChunk>;
  /** Embeds texts as vectors of equal length. Needed for examples chosen by similarity. */
  embed?(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Embeddings>;
}

/**
 * Vectors of texts, in their order. To report the tokens, assign them to the list:
 * `Object.assign(vectors, { usage: { input: 12 } })`.
 */
export interface Embeddings extends Array<number[]> {
  /** Tokens of the call; absent if unknown. */
  readonly usage?: Usage;
  /** Vendor's name of the model that embedded the texts; absent if unknown. */
  readonly model?: string;
}

/**
 * One request to a model: an immutable value. A wrapper that changes the signal passes
 * `{ ...request, signal }`. Requests of sessions and their messages are frozen; the list
 * of messages is built when it is first read.
 */
export interface LLMRequest {
  /** Conversation: the standing text, the history and, last, the current step. */
  readonly messages: readonly Message[];
  /**
   * Number of leading messages that the session's next request repeats, for the vendor's
   * prompt cache. 0 if there are none.
   */
  readonly stable: number;
  /** JSON Schema of the output, in the subset of the model's schema profile. */
  readonly schema: JsonSchema;
  /** Name of the schema: 1 to 64 letters, digits, `_` and `-`. */
  readonly schemaName: string;
  /** Legal actions; absent unless the request is for a decision. */
  readonly legal?: LegalActions | undefined;
  /** Id of the current step; absent unless the request is for a decision. */
  readonly step?: string | undefined;
  /** Id of the session that sends the request. Absent outside a session. */
  readonly sessionId?: string | undefined;
  /** Aborts when the caller no longer needs the answer. Absent if the call cannot be aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * If true, wrappers and providers report the course of the call, its attempts and waits, in the
   * `timing` of the result or the error. Default: false.
   */
  readonly timings?: boolean | undefined;
  /** Validates an output, as text or parsed, against the full schema. May be called without `this`. */
  readonly validate: (output: unknown) => ValidationResult | Promise<ValidationResult>;
  /**
   * Returns false if a time limit of the turn or the session is reached within a delay, in
   * milliseconds. Called by `retry()` before it waits as long as a server asks for. Absent if
   * nothing is limited.
   */
  readonly allowsDelay?: ((milliseconds: number) => boolean) | undefined;
  /**
   * Called by a streaming model when something arrives that is not a chunk: `"reasoning"`, or a
   * `"comment"` that keeps the connection open. `timeout()` uses it. Default: none.
   */
  readonly onActivity?: ((activity: "reasoning" | "comment") => void) | undefined;
}

/** Result of validating an output. */
export type ValidationResult =
  | {
    /** The output satisfies the schema. */
    readonly success: true;
    /** Validated value, in the form that the agent's author declared. */
    readonly value: unknown;
  }
  | {
    /** The output does not satisfy the schema. */
    readonly success: false;
    /** Path of the first problem, and the reason with the expected value. */
    readonly problem: { readonly path: string; readonly message: string };
  };

/** One message of a conversation. */
export interface Message {
  /**
   * Author of the message: `system` for the standing text and the current step, `assistant`
   * for earlier decisions as JSON, `tool` for the result or error of a call.
   */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** Text of the message. For a picture or file, it contains a line that describes it. */
  readonly content: string;
  /**
   * The message as parts, if it has a picture or a file, for models that take them. A model that
   * only reads `content` sees the descriptions. `data` is a new copy each time it is read.
   */
  readonly parts?: readonly Part[];
  /** Id of the call, if the message is its result. */
  readonly callId?: string;
}

/** Answer of a model. */
export interface LLMResult {
  /** Output as a parsed value, or as JSON text that the core parses. */
  readonly output: unknown;
  /** Token usage of the call; absent if unknown. */
  readonly usage?: Usage;
  /** Vendor's name of the model that answered; absent if unknown. */
  readonly model?: string;
  /** Remark that is added to the problem if the output is refused. Default: none. */
  readonly remark?: string;
  /** Course of the call, if the request asks for it by `timings` and there is more than its duration. */
  readonly timing?: CallTiming;
}

/**
 * A chunk of a streamed answer: `text`; `restart`, which voids all text so far because
 * the answer starts over; or, once and last, `result`.
 */
export type LLMChunk =
  | {
    /** The discriminator. */
    readonly type: "text";
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** The discriminator. */
    readonly type: "restart";
  }
  | {
    /** The discriminator. */
    readonly type: "result";
    /** Complete answer, as `decide()` returns it. */
    readonly result: LLMResult;
  };

/** Token usage. Counts that the vendor does not report are absent. */
export interface Usage {
  /** Prompt tokens, including cached ones. */
  readonly input?: number;
  /** Output tokens, including reasoning. */
  readonly output?: number;
  /** Prompt tokens read from the vendor's cache. */
  readonly cachedInput?: number;
  /** Prompt tokens written to the vendor's cache. */
  readonly cacheWriteInput?: number;
  /** Output tokens that the model spent on reasoning. */
  readonly reasoning?: number;
  /** Set if a count was estimated because the vendor did not report it, see {@linkcode Limits}. */
  readonly isEstimated?: true;
}
