/**
 * Reading an answer, from a whole response or from the events of a stream.
 *
 * @module
 */
import { oneLine } from "../../json/one_line.ts";
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isPlainObject } from "../../json/json.ts";
import type { LLMResult, Usage } from "../../llm/llm.ts";
import {
  LLMContentFilterError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
} from "../../llm/llm_errors.ts";
import { readChatUsage } from "./chat_usage.ts";
import type { Exchange } from "./connection.ts";
import { errorOf, readServerError } from "./server_error.ts";
import type { OutputMode } from "./server_rules.ts";

/** Puts an answer together. */
export class AnswerReader {
  readonly #exchange: Exchange;
  readonly #output: OutputMode;
  readonly #schemaName: string;
  #text = "";
  #refusal = "";
  #finishReason: string | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  /** The calls, by their index. */
  readonly #calls = new Set<unknown>();
  /** Whether the function of the schema is among them. */
  #isCalled = false;

  constructor(exchange: Exchange, output: OutputMode, schemaName: string) {
    this.#exchange = exchange;
    this.#output = output;
    this.#schemaName = schemaName;
  }

  /** The text so far. */
  get text(): string {
    return this.#text;
  }

  /** Whether the model has said that it is done. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  /**
   * Adds a whole response.
   *
   * @throws {LLMError} if it is an error, or no response of the protocol.
   */
  addResponse(value: unknown): void {
    if (this.#add(value, "message") === undefined) {
      throw notAnAnswer(this.#exchange, JSON.stringify(value));
    }
  }

  /**
   * Adds an event of a stream, and gives the text that it adds. One without a
   * choice may tell the usage, or nothing.
   *
   * @throws {LLMError} if it is an error.
   */
  addEvent(value: unknown): string {
    return this.#add(value, "delta") ?? "";
  }

  /**
   * The result.
   *
   * @throws {LLMRefusalError} if the model refused.
   * @throws {LLMContentFilterError} if the answer was withheld.
   * @throws {LLMLengthError} if it was cut off.
   * @throws {LLMSchemaError} if the model did not call the function it had to.
   * @throws {LLMError} if the server failed.
   */
  finish(): LLMResult {
    const { redact } = this.#exchange;
    const asked = `Cannot ask ${quote(this.#exchange.name)}`;
    const usage = this.#usage && { usage: this.#usage };
    if (this.#finishReason === "content_filter") {
      throw new LLMContentFilterError(`${asked}: the content filter withheld the answer`, usage);
    }
    if (this.#refusal !== "") {
      const reason = oneLine(redact(this.#refusal));
      throw new LLMRefusalError(`${asked}: the model refused: ${reason}`, usage);
    }
    // The second one is Mistral's, for the end of what the model can take in.
    if (this.#finishReason === "length" || this.#finishReason === "model_length") {
      throw new LLMLengthError(
        `${asked}: the answer was cut off after ${this.#text.length} characters: ` +
          "expected it to fit into maxTokens, with the reasoning before it",
        usage,
      );
    }
    if (this.#finishReason === "error") {
      const told = `${asked}: the server failed while the model answered`;
      throw new LLMError(told, { ...usage, isRetryable: true });
    }
    if (this.#output === "tool") this.#checkCalls(usage);
    return {
      output: this.#text,
      ...usage,
      ...this.#model !== undefined && { model: this.#model },
    };
  }

  /** The text that is added; undefined if there is no choice. */
  #add(value: unknown, field: "message" | "delta"): string | undefined {
    const error = readServerError(value);
    if (error !== undefined) {
      const usage = this.#usage && { usage: this.#usage };
      throw errorOf(this.#exchange, error, this.#output, usage);
    }
    if (!isPlainObject(value)) return undefined;
    this.#usage = readChatUsage(value.usage) ?? this.#usage;
    if (typeof value.model === "string" && value.model !== "") this.#model = value.model;
    const choice = Array.isArray(value.choices) ? value.choices[0] : undefined;
    if (!isPlainObject(choice)) return undefined;
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") {
      this.#finishReason = choice.finish_reason;
    }
    const part = choice[field];
    if (!isPlainObject(part)) return undefined;
    if (typeof part.refusal === "string") this.#refusal += part.refusal;
    const text = this.#output === "tool"
      ? this.#argumentsIn(part.tool_calls)
      : textOf(part.content);
    this.#text += text;
    return text;
  }

  /** The arguments in calls, or in pieces of calls. */
  #argumentsIn(calls: unknown): string {
    if (!Array.isArray(calls)) return "";
    let text = "";
    for (const [place, call] of calls.entries()) {
      const called = isPlainObject(call) ? call.function : undefined;
      if (!isPlainObject(called)) continue;
      // A stream has an index in each piece of a call.
      this.#calls.add(call.index ?? place);
      if (called.name === this.#schemaName) this.#isCalled = true;
      if (typeof called.arguments === "string") text += called.arguments;
    }
    return text;
  }

  #checkCalls(usage: { readonly usage: Usage } | undefined): void {
    if (this.#isCalled && this.#calls.size === 1) return;
    const { name } = this.#exchange;
    const calls = this.#calls.size === 1 ? "another function" : `${this.#calls.size} functions`;
    throw new LLMSchemaError(
      `Cannot ask ${quote(name)}: the model called ${calls}: expected one call of ` +
        `${quote(this.#schemaName)}: output "json_schema" or "json_object" needs no calls`,
      usage,
    );
  }
}

/** The error for a response that is something else than the protocol says. */
export function notAnAnswer({ name, response, redact }: Exchange, text: string): LLMError {
  const type = response.headers.get("content-type") ?? "no content-type";
  return new LLMError(
    `Cannot ask ${quote(name)}: expected a response with a choice, but received ` +
      `${text === "" ? "nothing" : oneLine(redact(text), 200)} (${oneLine(redact(type), 80)})`,
  );
}

/** Text, or the texts of a list of parts: Mistral gives one where the model reasons. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => isPlainObject(part) && part.type === "text" ? textOf(part.text) : "")
    .join("");
}
