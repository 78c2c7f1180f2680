/**
 * An answer, from its content or from the parts of its stream as they arrive.
 *
 * @module
 */
import { untilAborted } from "../../abort.ts";
import { quote } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import type { LLMChunk, LLMResult } from "../../llm/llm.ts";
import { LLMSchemaError } from "../../llm/llm_errors.ts";
import type { AiSdkGenerated, AiSdkStreamed } from "./ai_sdk_model.ts";
import { endingError } from "../ending.ts";
import { itemsOf, membersOf, textIn } from "../reading.ts";
import { errorAtEnd } from "./finish_reason.ts";
import { tokenUsageOf } from "./token_usage.ts";
import type { Vendor } from "./vendor.ts";
import { vendorError } from "./vendor_error.ts";

/** What a model said so far. Reasoning, sources, files and parts it does not know are let go. */
export class Answer {
  readonly #name: string;
  readonly #vendor: Vendor;
  #text = "";
  /** Inputs of calls: no tools are offered, so one can only be the answer in another form. */
  #inputs: string[] = [];
  #model: string | undefined;
  /** Text blocks of a stream that are talk on the way to the answer. */
  #commentaries = new Set<unknown>();

  /** Begins an empty answer of a model. */
  constructor(name: string, vendor: Vendor) {
    this.#name = name;
    this.#vendor = vendor;
  }

  /**
   * The result of a whole answer.
   *
   * @throws {LLMError} if it did not end well, or if the model warned that it had no schema.
   */
  static readGenerated(generated: AiSdkGenerated, name: string, vendor: Vendor): LLMResult {
    const answer = new Answer(name, vendor);
    for (const part of generated.content) answer.take(part);
    // OpenAI's Responses say which of several texts is the answer.
    answer.#text = textIn(membersOf(generated).structuredOutputText) ?? answer.#text;
    answer.#model = textIn(membersOf(generated.response).modelId);
    answer.#checkWarnings(generated);
    return answer.#finish(generated);
  }

  /**
   * Adds a part of the content or of a stream. Returns the text that came with it, or
   * the result if it was the last.
   */
  take(part: unknown): string | LLMResult | undefined {
    const { type, id, input, modelId, providerExecuted, providerMetadata } = membersOf(part);
    switch (type) {
      case "stream-start":
        this.#checkWarnings(part);
        return undefined;
      case "response-metadata":
        this.#model = textIn(modelId) ?? this.#model;
        return undefined;
      case "text-start":
        if (isCommentary(providerMetadata)) this.#commentaries.add(id);
        return undefined;
      case "text":
      case "text-delta": {
        const { text, delta, textDelta } = membersOf(part);
        if (isCommentary(providerMetadata) || this.#commentaries.has(id)) return undefined;
        const added = textIn(text) ?? textIn(delta) ?? textIn(textDelta) ?? "";
        this.#text += added;
        return added;
      }
      case "tool-call":
        if (typeof input === "string" && providerExecuted !== true) this.#inputs.push(input);
        return undefined;
      case "finish":
        return this.#finish(part);
      default:
        return undefined;
    }
  }

  #checkWarnings(part: unknown): void {
    const { warnings, usage, providerMetadata } = membersOf(part);
    const warning = schemaWarningOf(warnings);
    if (warning === undefined) return;
    const cost = tokenUsageOf(usage, providerMetadata, this.#vendor);
    throw new LLMSchemaError(
      `Cannot ask ${quote(this.#name)}: it would answer without the schema: ${warning}: ` +
        "expected a model that takes a JSON Schema; one of an OpenAI-compatible server is made " +
        "with supportsStructuredOutputs: true",
      { usage: cost },
    );
  }

  #finish(end: unknown): LLMResult {
    const { finishReason, usage, providerMetadata } = membersOf(end);
    const cost = tokenUsageOf(usage, providerMetadata, this.#vendor);
    const text = this.#text === "" && this.#inputs.length === 1 ? this.#inputs[0]! : this.#text;
    const error = errorAtEnd(this.#name, finishReason, text, cost);
    if (error !== undefined) throw error;
    return { output: text, ...omitUndefined({ usage: cost, model: this.#model }) };
  }
}

/**
 * Yields the answer as chunks. It is asked for when the first chunk is, and read no
 * further than chunks are asked for. It ends at once when the signal aborts.
 */
export async function* streamedAnswer(
  name: string,
  vendor: Vendor,
  open: (signal: AbortSignal) => Promise<AiSdkStreamed>,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, void> {
  const answer = new Answer(name, vendor);
  let parts: ReadableStreamDefaultReader<unknown> | undefined;
  let result: LLMResult | undefined;
  try {
    signal.throwIfAborted();
    const opening = open(signal);
    // A stream that opens after the signal aborted is cancelled.
    opening.then(({ stream }) => signal.aborted ? stream.cancel() : undefined).catch(() => {});
    parts = (await untilAborted(opening, signal)).stream.getReader();
    while (result === undefined) {
      const { done, value } = await untilAborted(parts.read(), signal);
      if (done) throw endingError(name, "cut");
      const { type, error } = membersOf(value);
      if (type === "error") throw error;
      const taken = answer.take(value);
      if (typeof taken === "object") result = taken;
      else if (taken !== undefined && taken !== "") yield { type: "text", text: taken };
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw vendorError(thrown, name);
  } finally {
    // Not awaited: a stream that does not end must not keep whoever stopped reading.
    parts?.cancel().catch(() => {});
  }
  yield { type: "result", result };
}

/** Whether a text is what OpenAI's Responses call the phase of commentary. */
function isCommentary(providerMetadata: unknown): boolean {
  return Object.values(membersOf(providerMetadata))
    .some((vendor) => membersOf(vendor).phase === "commentary");
}

/** Types of warnings that name what they are about: the first and the last of v3 and v4, the other of v2. */
const WARNINGS: readonly unknown[] = ["unsupported", "unsupported-setting", "compatibility"];

/** Names of the schema in a warning in words. */
const SCHEMA_REGEXP = /response[ _]?format|json[ _]?schema|structured[ _]?output/i;

/** Words that say that it is not used. What is only replaced or relaxed is validated afterwards. */
const DROPPED_REGEXP = /\b(?:not|n't|only|ignor\w*|unsupported|drop\w*|omit\w*|without)\b|\bno\b/i;

/**
 * Returns what the warnings of a call say of a schema that was dropped, or undefined.
 * Other warnings, as of a temperature that the model does not have, are let go;
 * so are those of keywords that were taken out of the schema (`compatibility`),
 * for the answer is validated with the whole of it.
 */
function schemaWarningOf(warnings: unknown): string | undefined {
  for (const warning of itemsOf(warnings)) {
    const { type, feature, setting, details, message } = membersOf(warning);
    const said = textIn(details) ?? textIn(message) ?? "the response format is not supported";
    const isDropped = type === "other"
      ? SCHEMA_REGEXP.test(said) && DROPPED_REGEXP.test(said)
      : WARNINGS.includes(type) && (feature ?? setting) === "responseFormat";
    if (isDropped) return said;
  }
  return undefined;
}
