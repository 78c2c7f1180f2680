/**
 * An answer, from its content or from the parts of its stream.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { LLMResult } from "../../llm/llm.ts";
import { LLMSchemaError } from "../../llm/llm_errors.ts";
import type { AiSdkGenerated } from "./ai_sdk_model.ts";
import { endingError } from "./finish_reason.ts";
import { membersOf, textIn } from "./loose.ts";
import { schemaWarningOf } from "./schema_warning.ts";
import { tokenUsageOf } from "./token_usage.ts";
import type { Vendor } from "./vendor.ts";

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
    for (const part of generated.content) answer.#addContent(part);
    // OpenAI's Responses say which of several texts is the answer.
    const { structuredOutputText } = membersOf(generated);
    if (typeof structuredOutputText === "string") answer.#text = structuredOutputText;
    answer.#noteModel(generated.response);
    answer.#checkWarnings(generated);
    return answer.#finish(generated);
  }

  /** Adds a part of a stream: gives the text that came with it, or the result if it was the last. */
  take(part: unknown): string | LLMResult | undefined {
    const { type, id, delta, textDelta, providerMetadata } = membersOf(part);
    switch (type) {
      case "stream-start":
        this.#checkWarnings(part);
        return undefined;
      case "response-metadata":
        this.#noteModel(part);
        return undefined;
      case "text-start":
        if (isCommentary(providerMetadata)) this.#commentaries.add(id);
        return undefined;
      case "text-delta": {
        const text = textIn(delta) ?? textIn(textDelta) ?? "";
        if (this.#commentaries.has(id)) return undefined;
        this.#text += text;
        return text;
      }
      case "tool-call":
        this.#addContent(part);
        return undefined;
      case "finish":
        return this.#finish(part);
      default:
        return undefined;
    }
  }

  #addContent(part: unknown): void {
    const { type, text, input, providerExecuted, providerMetadata } = membersOf(part);
    if (type === "text" && typeof text === "string") {
      if (!isCommentary(providerMetadata)) this.#text += text;
    } else if (type === "tool-call" && typeof input === "string" && providerExecuted !== true) {
      this.#inputs.push(input);
    }
  }

  #noteModel(response: unknown): void {
    this.#model = textIn(membersOf(response).modelId) ?? this.#model;
  }

  #checkWarnings(part: unknown): void {
    const { warnings, usage, providerMetadata } = membersOf(part);
    const warning = schemaWarningOf(warnings);
    if (warning === undefined) return;
    const cost = tokenUsageOf(usage, providerMetadata, this.#vendor);
    throw new LLMSchemaError(
      `Cannot call model ${quote(this.#name)}: it would answer without the schema: ${warning}: ` +
        "expected a model that takes a JSON Schema; one of an OpenAI-compatible server is made " +
        "with supportsStructuredOutputs: true",
      cost === undefined ? {} : { usage: cost },
    );
  }

  #finish(end: unknown): LLMResult {
    const { finishReason, usage, providerMetadata } = membersOf(end);
    const cost = tokenUsageOf(usage, providerMetadata, this.#vendor);
    const text = this.#text === "" && this.#inputs.length === 1 ? this.#inputs[0]! : this.#text;
    const error = endingError({ name: this.#name, finishReason, text, usage: cost });
    if (error !== undefined) throw error;
    return {
      output: text,
      ...(cost !== undefined && { usage: cost }),
      ...(this.#model !== undefined && { model: this.#model }),
    };
  }
}

/** Whether a text is what OpenAI's Responses call the phase of commentary. */
function isCommentary(providerMetadata: unknown): boolean {
  return Object.values(membersOf(providerMetadata))
    .some((vendor) => membersOf(vendor).phase === "commentary");
}
