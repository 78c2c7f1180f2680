/**
 * Parser for AI SDK answers, complete or streamed.
 *
 * @module
 */
import { abortable } from "../../abort.ts";
import { quote } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import type { LLMChunk, LLMResult } from "../../llm/llm.ts";
import { LLMSchemaError } from "../../llm/llm_errors.ts";
import type { AiSdkGenerated, AiSdkStreamed } from "./ai_sdk_model.ts";
import { createFinishError } from "../finish_error.ts";
import { asArray, asRecord, asString } from "../untrusted_values.ts";
import { findFinishError } from "./finish_reason.ts";
import { readTokenUsage } from "./token_usage.ts";
import type { Vendor } from "./vendor.ts";
import { convertVendorError } from "./vendor_error.ts";

/** Assembles an answer from content or stream parts. Ignores reasoning, sources, files and unknown parts. */
export class AnswerReader {
  readonly #name: string;
  readonly #vendor: Vendor;
  #text = "";
  /** Inputs of tool calls. No tools are offered, so the input of a call can only be the answer. */
  #callInputs: string[] = [];
  #model: string | undefined;
  /** Ids of text blocks that are commentary, not part of the answer. */
  #commentaries = new Set<unknown>();

  constructor(name: string, vendor: Vendor) {
    this.#name = name;
    this.#vendor = vendor;
  }

  /**
   * Returns the result of a complete answer.
   *
   * @throws {LLMError} if the answer ended abnormally, or the model dropped the schema.
   */
  static readGenerated(generated: AiSdkGenerated, name: string, vendor: Vendor): LLMResult {
    const reader = new AnswerReader(name, vendor);
    for (const part of generated.content) reader.add(part);
    // OpenAI's Responses API marks the answer among several texts.
    reader.#text = asString(asRecord(generated).structuredOutputText) ?? reader.#text;
    reader.#model = asString(asRecord(generated.response).modelId);
    reader.#checkWarnings(generated);
    return reader.#finish(generated);
  }

  /**
   * Adds a part of the content or of a stream. Returns the answer text in it, the result if
   * it is the last part, otherwise undefined.
   *
   * @throws {LLMError} if the answer ended abnormally, or the model dropped the schema.
   */
  add(part: unknown): string | LLMResult | undefined {
    const { type, id, input, modelId, providerExecuted, providerMetadata } = asRecord(part);
    switch (type) {
      case "stream-start":
        this.#checkWarnings(part);
        return undefined;
      case "response-metadata":
        this.#model = asString(modelId) ?? this.#model;
        return undefined;
      case "text-start":
        if (isCommentary(providerMetadata)) this.#commentaries.add(id);
        return undefined;
      case "text":
      case "text-delta": {
        const { text, delta, textDelta } = asRecord(part);
        if (isCommentary(providerMetadata) || this.#commentaries.has(id)) return undefined;
        const added = asString(text) ?? asString(delta) ?? asString(textDelta) ?? "";
        this.#text += added;
        return added;
      }
      case "tool-call":
        if (typeof input === "string" && providerExecuted !== true) this.#callInputs.push(input);
        return undefined;
      case "finish":
        return this.#finish(part);
      default:
        return undefined;
    }
  }

  #checkWarnings(part: unknown): void {
    const { warnings, usage, providerMetadata } = asRecord(part);
    const warning = findSchemaWarning(warnings);
    if (warning === undefined) return;
    throw new LLMSchemaError(
      `Cannot call model ${quote(this.#name)}: it would answer without the schema: ${warning}. ` +
        "Use a model with structured outputs; for an OpenAI-compatible server, create the provider " +
        "with supportsStructuredOutputs: true",
      { usage: readTokenUsage(usage, providerMetadata, this.#vendor) },
    );
  }

  #finish(end: unknown): LLMResult {
    const { finishReason, usage: reported, providerMetadata } = asRecord(end);
    const usage = readTokenUsage(reported, providerMetadata, this.#vendor);
    const text = this.#text === "" && this.#callInputs.length === 1
      ? this.#callInputs[0]!
      : this.#text;
    const error = findFinishError(this.#name, finishReason, text, usage);
    if (error !== undefined) throw error;
    return { output: text, ...omitUndefined({ usage, model: this.#model }) };
  }
}

/**
 * Yields the answer as chunks. Opens the stream when the first chunk is requested, does not
 * read ahead, and throws as soon as the signal aborts.
 */
export async function* streamAnswer(
  name: string,
  vendor: Vendor,
  open: (signal: AbortSignal) => Promise<AiSdkStreamed>,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const reader = new AnswerReader(name, vendor);
  let parts: ReadableStreamDefaultReader<unknown> | undefined;
  let result: LLMResult | undefined;
  try {
    signal.throwIfAborted();
    const opening = open(signal);
    // A stream that opens after the signal aborted is cancelled.
    opening.then(({ stream }) => signal.aborted ? stream.cancel() : undefined).catch(() => {});
    parts = (await abortable(opening, signal)).stream.getReader();
    while (result === undefined) {
      const { done, value } = await abortable(parts.read(), signal);
      if (done) throw createFinishError(name, "cut");
      const { type, error } = asRecord(value);
      if (type === "error") throw error;
      const taken = reader.add(value);
      if (typeof taken === "object") result = taken;
      else if (taken !== undefined && taken !== "") yield { type: "text", text: taken };
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw convertVendorError(thrown, name);
  } finally {
    // Not awaited, because cancelling a stalled stream may never settle.
    parts?.cancel().catch(() => {});
  }
  yield { type: "result", result };
}

/** True if OpenAI's Responses API marks a text as commentary. */
function isCommentary(providerMetadata: unknown): boolean {
  return Object.values(asRecord(providerMetadata))
    .some((vendor) => asRecord(vendor).phase === "commentary");
}

/** Types of warnings that name a setting: `unsupported-setting` in v2, the others since v3. */
const SETTING_WARNINGS: readonly unknown[] = [
  "unsupported",
  "unsupported-setting",
  "compatibility",
];

/** Mentions of the schema in a free-text warning. */
const SCHEMA_REGEXP = /response[ _]?format|json[ _]?schema|structured[ _]?output/i;

/** Words for a dropped schema. A replaced or relaxed one is harmless, because answers are validated. */
const DROPPED_REGEXP = /\b(?:not|n't|only|ignor\w*|unsupported|drop\w*|omit\w*|without)\b|\bno\b/i;

/**
 * Returns the text of the first warning about a dropped schema, or undefined. Ignores other
 * warnings, such as an unsupported temperature, and those about single keywords removed
 * from the schema, because the answer is validated against the full schema.
 */
function findSchemaWarning(warnings: unknown): string | undefined {
  for (const warning of asArray(warnings)) {
    const { type, feature, setting, details, message } = asRecord(warning);
    const said = asString(details) ?? asString(message) ?? "the response format is not supported";
    const isDropped = type === "other"
      ? SCHEMA_REGEXP.test(said) && DROPPED_REGEXP.test(said)
      : SETTING_WARNINGS.includes(type) && (feature ?? setting) === "responseFormat";
    if (isDropped) return said;
  }
  return undefined;
}
