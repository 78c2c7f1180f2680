/**
 * Parser for AI SDK answers, complete or streamed.
 *
 * @module
 */
import { abortable } from "../../abort.ts";
import { quote } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import { timeAnswer } from "../../llm/call_timing.ts";
import type { LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMSchemaError } from "../../llm/llm_failures.ts";
import { readServerError } from "../error_body.ts";
import { createFinishError } from "../finish_error.ts";
import { readMisplacedAnswer } from "../misplaced_answer.ts";
import { asArray, asRecord, asString } from "../untrusted_values.ts";
import type { AiSdkGenerated, AiSdkStreamed } from "./ai_sdk_model.ts";
import { findFinishError } from "./finish_reason.ts";
import { readTokenUsage } from "./token_usage.ts";
import type { Vendor } from "./vendor.ts";
import { convertVendorError, createPageError, isPage } from "./vendor_error.ts";

/** Call whose answer is read. */
interface AnsweredCall {
  /** Model name for error messages. */
  readonly name: string;
  readonly vendor: Vendor;
  readonly request: LLMRequest;
}

/** Assembles an answer from content or stream parts. Ignores sources, files and unknown parts. */
class AnswerReader {
  readonly #call: AnsweredCall;
  #text = "";
  #reasoning = "";
  /** Inputs of tool calls. No tools are offered, so the input of a call can only be the answer. */
  #callInputs: string[] = [];
  #model: string | undefined;
  /** Ids of text blocks that are commentary, not part of the answer. */
  #commentaries = new Set<unknown>();

  constructor(call: AnsweredCall) {
    this.#call = call;
  }

  /** Adds a complete answer, and returns its result. */
  addAll(generated: AiSdkGenerated): Promise<LLMResult> {
    for (const part of generated.content) this.add(part);
    // OpenAI's Responses API marks the answer among several texts.
    this.#text = asString(asRecord(generated).structuredOutputText) ?? this.#text;
    this.#model = asString(asRecord(generated.response).modelId);
    this.#checkWarnings(generated);
    const responseBody = asRecord(generated.response).body;
    if (generated.content.length === 0 && readServerError(responseBody) !== undefined) {
      // Google's package takes an error of status 200 for an answer without content.
      throw Object.assign(new Error("the answer is an error"), { responseBody });
    }
    return this.#finish(generated);
  }

  /**
   * Adds a part of the content or of a stream. Returns the answer text in it, the result if
   * it is the last part, otherwise undefined.
   *
   * @throws {LLMError} if the answer ended abnormally, or the model dropped the schema.
   */
  add(part: unknown): string | Promise<LLMResult> | undefined {
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
      case "reasoning":
      case "reasoning-delta": {
        const { text, delta } = asRecord(part);
        this.#reasoning += asString(text) ?? asString(delta) ?? "";
        return undefined;
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
    const { name, vendor } = this.#call;
    throw new LLMSchemaError(
      `Cannot call model ${quote(name)}: it would answer without the schema: ${warning}. ` +
        "Use a model with structured outputs; for an OpenAI-compatible server, create the provider " +
        "with supportsStructuredOutputs: true",
      { usage: readTokenUsage(usage, providerMetadata, vendor) },
    );
  }

  async #finish(end: unknown): Promise<LLMResult> {
    const { name, vendor, request } = this.#call;
    const { finishReason, usage: reported, providerMetadata } = asRecord(end);
    const usage = readTokenUsage(reported, providerMetadata, vendor);
    const text = this.#text === "" && this.#callInputs.length === 1
      ? this.#callInputs[0]!
      : this.#text;
    const error = findFinishError(name, finishReason, text, usage);
    if (error !== undefined) throw error;
    const hasStopped = (asString(finishReason) ?? asRecord(finishReason).unified) === "stop";
    const mayRead = hasStopped && this.#callInputs.length === 0;
    const answer = text.trim() === ""
      ? await readMisplacedAnswer(text, { reasoning: this.#reasoning }, mayRead, request.validate)
      : { output: text };
    return { ...answer, ...omitUndefined({ usage, model: this.#model }) };
  }
}

/**
 * Returns the result of a complete answer.
 *
 * @throws {LLMError} if the answer ended abnormally, or the model dropped the schema.
 */
export function readGenerated(generated: AiSdkGenerated, call: AnsweredCall): Promise<LLMResult> {
  return new AnswerReader(call).addAll(generated);
}

/**
 * Yields the answer as chunks. Opens the stream when the first chunk is requested, does not
 * read ahead, and throws as soon as the signal aborts.
 */
export async function* streamAnswer(
  call: AnsweredCall,
  open: (signal: AbortSignal) => Promise<AiSdkStreamed>,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const { name, request } = call;
  const reader = new AnswerReader(call);
  let parts: ReadableStreamDefaultReader<unknown> | undefined;
  let headers: unknown;
  let result: LLMResult | undefined;
  const asked = performance.now();
  let responded = asked;
  try {
    signal.throwIfAborted();
    const opening = open(signal);
    // A stream that opens after the signal aborted is cancelled.
    opening.then(({ stream }) => signal.aborted ? stream.cancel() : undefined).catch(() => {});
    const { stream, response } = await abortable(opening, signal);
    responded = performance.now();
    parts = stream.getReader();
    ({ headers } = asRecord(response));
    if (isPage(headers)) throw createPageError(name, "it sent a web page");
    while (result === undefined) {
      const { done, value } = await abortable(parts.read(), signal);
      if (done) throw createFinishError(name, "cut");
      const { type, error } = asRecord(value);
      if (type === "error") throw error;
      const taken = reader.add(value);
      if (typeof taken === "object") result = await taken;
      else if (taken) yield { type: "text", text: taken };
      else request.onActivity?.(PROGRESS_REGEXP.test(`${type}`) ? "reasoning" : "comment");
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw convertVendorError(thrown, name, headers);
  } finally {
    // Not awaited, because cancelling a stalled stream may never settle.
    parts?.cancel().catch(() => {});
  }
  yield {
    type: "result",
    result: request.timings ? { ...result, timing: timeAnswer(name, asked, responded) } : result,
  };
}

/** Types of stream parts without text that the model writes. */
const PROGRESS_REGEXP = /^(?:reasoning|tool-input)-/;

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
