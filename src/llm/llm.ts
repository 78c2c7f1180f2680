/**
 * The contract between the framework and a language model.
 *
 * @module
 */
import type { LegalActions } from "../decision/legal_actions.ts";
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
 * One request to a model. An abstract class, so that the compiler refuses
 * `{ ...request }`: `messages` is put together when it is read, which a copy
 * would lose. {@linkcode LLMRequest.with} gives a request with other fields;
 * an object literal with all fields is a request as well.
 */
export abstract class LLMRequest {
  /**
   * The conversation: standing text, history, and last the current step. All
   * but the last message were the same in the previous request of the session.
   */
  abstract get messages(): readonly Message[];
  /** What the output must satisfy, in the subset the model accepts. */
  abstract readonly schema: JsonSchema;
  /** A name for the schema, 1 to 64 of letters, digits, `_` and `-`. */
  abstract readonly schemaName: string;
  /** What is legal; absent outside a decision. */
  abstract readonly legal?: LegalActions | undefined;
  /** The current step; absent outside a decision. */
  abstract readonly step?: string | undefined;
  /** The session the request belongs to. */
  abstract readonly sessionId?: string | undefined;
  /** Aborts when the answer is no longer wanted. */
  abstract readonly signal?: AbortSignal | undefined;
  /** Validates an output, text or value, with the full schema. */
  abstract validate(output: unknown): ValidationResult | Promise<ValidationResult>;

  /** The same request with another signal, for wrappers of a model. */
  static with(request: LLMRequest, changes: { readonly signal: AbortSignal }): LLMRequest {
    return Object.create(request, {
      signal: { value: changes.signal, enumerable: true },
    });
  }
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
