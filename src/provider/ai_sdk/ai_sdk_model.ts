/**
 * Structural types of AI SDK models, limited to the members used here.
 *
 * Parameters and results are deliberately loose, so that models of every version and
 * patch release are assignable. Source: `LanguageModelV2`,
 * `LanguageModelV3` and `LanguageModelV4` of https://www.npmjs.com/package/@ai-sdk/provider.
 *
 * @module
 */

/** Supported versions of the model specification. */
export type AiSdkVersion = "v2" | "v3" | "v4";

/** A language model of the AI SDK, as vendor packages and `wrapLanguageModel()` return it. */
export interface AiSdkModel {
  /** Version of the specification that the model implements. */
  readonly specificationVersion: AiSdkVersion;
  /** Provider and API, for example `"anthropic.messages"`. */
  readonly provider: string;
  /** Model name of the vendor. */
  readonly modelId: string;
  /** Patterns of the URLs that the vendor loads by itself, by media type. Default: all. */
  readonly supportedUrls?:
    | PromiseLike<Readonly<Record<string, readonly RegExp[]>>>
    | Readonly<Record<string, readonly RegExp[]>>;
  /** Returns a complete answer. */
  doGenerate(options: AiSdkCallOptions): PromiseLike<AiSdkGenerated>;
  /** Returns a streamed answer. */
  doStream?(options: AiSdkCallOptions): PromiseLike<AiSdkStreamed>;
}

/** Options of one call of a language model. */
export interface AiSdkCallOptions {
  /** The conversation. */
  readonly prompt: readonly AiSdkMessage[];
  /** Required format of the answer. */
  readonly responseFormat?: {
    /** `"json"` */
    readonly type: string;
    /** JSON Schema of the answer. */
    readonly schema?: unknown;
    /** Name of the schema. */
    readonly name?: string;
  };
  /** Maximum number of output tokens. */
  readonly maxOutputTokens?: number;
  /** Sampling temperature. */
  readonly temperature?: number;
  /** Sampling seed, for vendors that support repeatable answers. */
  readonly seed?: number;
  /** Reasoning effort (v4 only). */
  readonly reasoning?: string;
  /** If true, a stream includes the raw chunks of the vendor. Always false here. */
  readonly includeRawChunks?: boolean;
  /** Aborts when the answer is no longer wanted. */
  readonly abortSignal?: AbortSignal;
  /** Extra HTTP headers. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Vendor-specific options. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** A message of the conversation. Frozen, because the session's later requests share it. */
export interface AiSdkMessage {
  /** `"system"`, `"user"` or `"assistant"`. */
  readonly role: string;
  /** Text for `system`, else a list of text and file parts. */
  readonly content: unknown;
  /** Vendor-specific options, such as Anthropic's cache marker. */
  readonly providerOptions?: Readonly<Record<string, unknown>>;
}

/** A complete answer. */
export interface AiSdkGenerated {
  /** Content parts of the answer. */
  readonly content: readonly { readonly type: string }[];
  /** Finish reason: a string in v2, `{ unified, raw }` since v3. */
  readonly finishReason: unknown;
  /** Token usage: flat in v2, nested since v3. */
  readonly usage: unknown;
  /** Settings of the request that the model ignored or replaced. */
  readonly warnings?: readonly unknown[];
  /** Response metadata, such as `modelId`. */
  readonly response?: unknown;
  /** Vendor-specific metadata. */
  readonly providerMetadata?: unknown;
}

/** A streamed answer. */
export interface AiSdkStreamed {
  /** Stream parts. */
  readonly stream: ReadableStream<{ readonly type: string }>;
  /** Response metadata, such as `headers`. */
  readonly response?: unknown;
}

/** An embedding model of the AI SDK. */
export interface AiSdkEmbeddingModel {
  /** Version of the specification that the model implements. */
  readonly specificationVersion: AiSdkVersion;
  /** Provider and API, for example `"openai.embedding"`. */
  readonly provider: string;
  /** Model name of the vendor. */
  readonly modelId: string;
  /** Maximum number of texts per call; undefined for no limit. */
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  /** If true, calls may run concurrently. */
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean;
  /** Embeds texts. */
  doEmbed(options: {
    /** Texts to embed. */
    values: string[];
    /** Aborts when the vectors are no longer wanted. */
    abortSignal?: AbortSignal;
  }): PromiseLike<{
    /** One vector per text, in order. */
    readonly embeddings: readonly (readonly number[])[];
    /** Tokens of the call: `{ tokens }`. */
    readonly usage?: unknown;
  }>;
}
