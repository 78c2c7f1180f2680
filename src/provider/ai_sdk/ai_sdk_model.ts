/**
 * The models of the AI SDK by their shape: no more of it than is used here.
 *
 * The parameters are wide and the results loose on purpose, so that the models
 * of every version and patch are accepted as they are. Source: `LanguageModelV2`,
 * `LanguageModelV3` and `LanguageModelV4` of https://www.npmjs.com/package/@ai-sdk/provider.
 *
 * @module
 */

/** The versions of the specification that are understood. */
export type AiSdkVersion = "v2" | "v3" | "v4";

/** A language model of the AI SDK, as vendor packages and `wrapLanguageModel()` give it. */
export interface AiSdkModel {
  /** Which version of the specification it implements. */
  readonly specificationVersion: AiSdkVersion;
  /** Who serves it, for example `"anthropic.messages"`. */
  readonly provider: string;
  /** The vendor's name of the model. */
  readonly modelId: string;
  /** Answers once the answer is whole. */
  doGenerate(options: AiSdkCallOptions): PromiseLike<AiSdkGenerated>;
  /** Answers in parts. */
  doStream?(options: AiSdkCallOptions): PromiseLike<AiSdkStreamed>;
}

/** What a model is asked. */
export interface AiSdkCallOptions {
  /** The conversation. */
  readonly prompt: readonly AiSdkMessage[];
  /** The form of the answer: JSON of a schema. */
  readonly responseFormat?: {
    /** `"json"` */
    readonly type: string;
    /** The JSON Schema. */
    readonly schema?: unknown;
    /** Its name. */
    readonly name?: string;
  };
  /** The most tokens it may write. */
  readonly maxOutputTokens?: number;
  /** How much chance there is in the answer. */
  readonly temperature?: number;
  /** Makes answers repeatable, where the vendor can. */
  readonly seed?: number;
  /** How much it is to reason by itself (v4). */
  readonly reasoning?: string;
  /** Whether a stream also has what came over the wire: never here. */
  readonly includeRawChunks?: boolean;
  /** Aborts when the answer is no longer wanted. */
  readonly abortSignal?: AbortSignal;
  /** Headers for the request over HTTP. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Options by vendor. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** A message of the conversation. */
export interface AiSdkMessage {
  /** `"system"`, `"user"` or `"assistant"`. */
  readonly role: string;
  /** Text for `system`, else a list of text parts. */
  readonly content: unknown;
  /** Options by vendor, such as Anthropic's cache marker. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** A whole answer. */
export interface AiSdkGenerated {
  /** What the model said, part by part. */
  readonly content: readonly { readonly type: string }[];
  /** Why it ended: text in v2, `{ unified, raw }` from v3 on. */
  readonly finishReason: unknown;
  /** What it cost: flat in v2, nested from v3 on. */
  readonly usage: unknown;
  /** What of the request was ignored or replaced. */
  readonly warnings?: readonly unknown[];
  /** About the response, such as `modelId`. */
  readonly response?: unknown;
  /** More by vendor. */
  readonly providerMetadata?: unknown;
}

/** An answer that is still arriving. */
export interface AiSdkStreamed {
  /** Its parts. */
  readonly stream: ReadableStream<{ readonly type: string }>;
}

/** An embedding model of the AI SDK. */
export interface AiSdkEmbeddingModel {
  /** Which version of the specification it implements. */
  readonly specificationVersion: AiSdkVersion;
  /** Who serves it. */
  readonly provider: string;
  /** The vendor's name of the model. */
  readonly modelId: string;
  /** How many texts one call may have; no limit where it is undefined. */
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  /** Whether calls may run at the same time. */
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean;
  /** Turns texts into vectors, in their order. */
  doEmbed(options: {
    /** The texts. */
    values: string[];
    /** Aborts when the vectors are no longer wanted. */
    abortSignal?: AbortSignal;
  }): PromiseLike<{
    /** One vector for each text. */
    readonly embeddings: readonly (readonly number[])[];
  }>;
}
