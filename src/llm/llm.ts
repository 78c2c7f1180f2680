/**
 * The contract between the framework and a language model.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import type { JsonSchema } from "../json/json.ts";

/**
 * A language model. Everything that is asked of a model goes through
 * {@linkcode LLM.decide}, decisions and other structured questions alike.
 *
 * @example A model is an object with a name and one method
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
  /** The subset of JSON Schema it accepts. Default: OpenAI's strict subset. */
  readonly schemaProfile?: SchemaProfile;
  /** Answers one request with a value of its schema. Should honour `request.signal`. */
  decide(request: LLMRequest): Promise<LLMResult>;
  /**
   * Text as it arrives, then the result, which is the same as `decide()` would
   * give. Sessions use it wherever a model has it. It makes no request before
   * the first chunk is asked for, reads no further than is asked for, and ends
   * its request when it is broken off.
   */
  stream?(request: LLMRequest): AsyncIterable<LLMChunk>;
  /** Turns texts into vectors of one length. Needed for examples that are chosen by likeness. */
  embed?(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<
    number[][]
  >;
}

/**
 * One request to a model: an immutable value. Wrappers pass on `{ ...request, signal }`.
 * A session's request is frozen, with its messages, and lists them when they are first read.
 */
export interface LLMRequest {
  /** The conversation: standing text, history, and last the current step. */
  readonly messages: readonly Message[];
  /**
   * Number of leading messages that the next request of the session has again, so
   * that a vendor's cache can be told where they end; 0 if there is none.
   */
  readonly stable: number;
  /** JSON Schema of the output, in the subset that the model accepts. */
  readonly schema: JsonSchema;
  /** Name of the schema: 1 to 64 of letters, digits, `_` and `-`. */
  readonly schemaName: string;
  /** The legal actions; absent outside a decision. */
  readonly legal?: LegalActions | undefined;
  /** The current step; absent outside a decision. */
  readonly step?: string | undefined;
  /** The session that the request belongs to. */
  readonly sessionId?: string | undefined;
  /** Aborts when the answer is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
  /** Validates an output, text or value, with the full schema. Needs no `this`. */
  readonly validate: (output: unknown) => ValidationResult | Promise<ValidationResult>;
}

/** What validation of an output gives. */
export type ValidationResult =
  | {
    /** The output satisfies the schema. */
    readonly success: true;
    /** The value, in the author's form. */
    readonly value: unknown;
  }
  | {
    /** The output does not satisfy the schema. */
    readonly success: false;
    /** Where, why, and what was expected. */
    readonly problem: { readonly path: string; readonly message: string };
  };

/** One message of a conversation. */
export interface Message {
  /**
   * Who speaks: `system` is the standing text and the current step, `assistant`
   * the model's earlier decisions as JSON, `tool` a result or an error.
   */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** The text. */
  readonly content: string;
  /** The call whose result this is. */
  readonly callId?: string;
}

/** What a model answered. */
export interface LLMResult {
  /** A parsed value, or text that the core parses. */
  readonly output: unknown;
  /** What it cost, in tokens. */
  readonly usage?: Usage;
  /** The model that answered, as its vendor names it, where that is known. */
  readonly model?: string;
}

/**
 * A piece of a streamed answer: some of its text; or that it begins again, and
 * the text so far is void; or, once and last, its result.
 */
export type LLMChunk =
  | {
    /** The discriminator. */
    readonly type: "text";
    /** What arrived. */
    readonly text: string;
  }
  | {
    /** The discriminator. */
    readonly type: "restart";
  }
  | {
    /** The discriminator. */
    readonly type: "result";
    /** The whole answer, as `decide()` would give it. */
    readonly result: LLMResult;
  };

/** Tokens. A count that the vendor does not report is absent. */
export interface Usage {
  /** Tokens of the prompt, those of the cache included. */
  readonly input?: number;
  /** Tokens of the answer, reasoning included. */
  readonly output?: number;
  /** Tokens of the prompt that came from the vendor's cache. */
  readonly cachedInput?: number;
  /** Tokens of the prompt that were written to the vendor's cache. */
  readonly cacheWriteInput?: number;
  /** Tokens the model spent on reasoning of its own. */
  readonly reasoning?: number;
  /** Present where a count was not reported but estimated, see {@linkcode Limits}. */
  readonly isEstimated?: true;
}
