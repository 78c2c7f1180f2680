/**
 * Parser for chat completions, complete or streamed.
 *
 * @module
 */
import { isWholeObject } from "../../decision/output.ts";
import { quote } from "../../errors.ts";
import { isPlainObject, omitUndefined } from "../../json/json.ts";
import { oneLine } from "../../json/text.ts";
import type { LLMRequest, LLMResult, Usage } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { readChatUsage } from "../chat_usage.ts";
import { formatBody, readServerError, type ServerError } from "../error_body.ts";
import { createFinishError, findFinishFailure } from "../finish_error.ts";
import { readRetryDelay } from "../http_retry.ts";
import { readMisplacedAnswer } from "../misplaced_answer.ts";
import { asArray, asRecord, asString, tryParseJson } from "../untrusted_values.ts";
import type { Exchange } from "./connection.ts";
import { FunctionCalls } from "./function_calls.ts";
import type { OutputMode } from "./openai_options.ts";
import { toLLMError } from "./server_error.ts";

/** Fields of the reasoning: of vLLM, DeepSeek and others; of OpenRouter, Groq and others. */
const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

/** Assembles an answer from a response or from the events of a stream. */
export class AnswerReader {
  readonly #exchange: Exchange;
  readonly #output: OutputMode;
  readonly #request: LLMRequest;
  readonly #calls = new FunctionCalls();
  /** Texts of the reasoning, by field. */
  readonly #reasoning: Record<string, string> = {};
  #text = "";
  #refusal = "";
  #hasCall = false;
  #hasChoice = false;
  #hasDelta = false;
  #finishReason: string | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;

  constructor(exchange: Exchange, output: OutputMode, request: LLMRequest) {
    this.#exchange = exchange;
    this.#output = output;
    this.#request = request;
  }

  /** Output received so far. */
  get text(): string {
    return this.#calls.first?.arguments ?? this.#text;
  }

  /** Usage received so far. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  get #isWithheld(): boolean {
    return findFinishFailure(this.#finishReason, () => true) !== undefined;
  }

  /** True if a message or a part of one was received. */
  get hasChoice(): boolean {
    return this.#hasChoice;
  }

  /** True if a finish reason was received. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  /**
   * Adds a complete response or a stream event. Returns the output text that it contains.
   *
   * @throws {LLMError} if the value reports an error.
   */
  add(value: unknown): string {
    const error = readServerError(value);
    if (error !== undefined) throw this.createError(error, value);
    const { usage, model, choices, x_groq } = asRecord(value);
    const choice = asRecord(asArray(choices)[0]);
    // Moonshot reports the usage in the choice, and Groq in a field of its own.
    this.#usage = readChatUsage(usage) ?? readChatUsage(choice.usage) ??
      readChatUsage(asRecord(x_groq).usage) ?? this.#usage;
    this.#model = asString(model) || this.#model;
    this.#finishReason = asString(choice.finish_reason) || this.#finishReason;
    const part = this.#findPart(choice);
    // Azure leaves the message out if its filter withheld it.
    this.#hasChoice ||= part !== undefined || this.#isWithheld;
    if (part === undefined) return "";
    this.#refusal += asString(part.refusal) ?? "";
    for (const field of REASONING_FIELDS) {
      this.#reasoning[field] = (this.#reasoning[field] ?? "") + (asString(part[field]) ?? "");
    }
    this.#hasCall ||= asArray(part.tool_calls).length > 0 || isPlainObject(part.function_call);
    const content = joinText(part.content);
    this.#text += content;
    const text = this.#output === "tool" ? this.#calls.add(part.tool_calls) : content;
    if (text === "" && hasContent(part)) this.#request.onActivity?.("reasoning");
    return text;
  }

  /**
   * Returns the part of a message, or the whole message, which servers may repeat after its parts.
   */
  #findPart(
    { delta, message }: ReturnType<typeof asRecord>,
  ): ReturnType<typeof asRecord> | undefined {
    this.#hasDelta ||= isPlainObject(delta);
    if (isPlainObject(delta)) return delta;
    return isPlainObject(message) && !this.#hasDelta ? message : undefined;
  }

  /** Creates the error that a response or an event reports in its parsed body. */
  createError(error: ServerError, body: unknown): LLMError {
    const { headers } = this.#exchange.response;
    const retryAfter = readRetryDelay(error.status ?? 0, headers, body);
    return toLLMError(this.#exchange, error, this.#output, { usage: this.#usage, retryAfter });
  }

  /**
   * Returns the result.
   *
   * @throws {LLMRefusalError} if the model refused.
   * @throws {LLMContentFilterError} if a content filter withheld the answer.
   * @throws {LLMLengthError} if the answer reached the token limit before it was whole.
   * @throws {LLMContextError} if it filled the context window before it was whole.
   * @throws {LLMError} if the server failed.
   */
  async finish(): Promise<LLMResult> {
    const { name, redact } = this.#exchange;
    const reason = this.#finishReason;
    const usage = this.#usage;
    const { schemaName, validate } = this.#request;
    const isLegal = async (output: string) => (await validate(output)).success;
    // Ollama ignores the required call, and writes the JSON as content.
    const output = await this.#calls.readOutput(schemaName, isLegal) ?? this.#text;
    const failure = findFinishFailure(reason, () => isWholeObject(output));
    if (this.#refusal !== "" && failure !== "filter") {
      throw createFinishError(name, "refusal", usage, oneLine(redact(this.#refusal)));
    }
    if (failure !== undefined) {
      const detail = failure === "length"
        ? "increase maxTokens, which includes reasoning tokens"
        : failure === "failure"
        ? `finish reason ${quote(oneLine(redact(reason!), 80))}`
        : "";
      throw createFinishError(name, failure, usage, detail);
    }
    const answer = output.trim() === "" ? await this.#readReasoning(output) : { output };
    return { ...answer, ...omitUndefined({ usage, model: this.#model }) };
  }

  /** Reads an answer without content. */
  #readReasoning(output: string): ReturnType<typeof readMisplacedAnswer> {
    const mayRead = this.#output === "json_schema" && !this.#hasCall &&
      this.#finishReason?.toLowerCase() === "stop";
    return readMisplacedAnswer(output, this.#reasoning, mayRead, this.#request.validate);
  }
}

/** Returns true if a part of a message has more than the role of its author. */
function hasContent(part: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(part).some(([field, value]) => {
    if (field === "role" || value === null) return false;
    return typeof value === "object" ? Object.keys(value).length > 0 : value !== "";
  });
}

/**
 * Creates the error for a response that does not follow the protocol. Another attempt may succeed,
 * unless the server does not speak the protocol: it sent a page, or an object of another kind.
 */
export function createResponseError(
  { name, response, redact }: Exchange,
  text: string,
  usage?: Usage,
): LLMError {
  const type = response.headers.get("content-type") ?? "no content type";
  const isPage = /^text\/html\b/i.test(type);
  const value = tryParseJson(text);
  return new LLMError(
    `Cannot call model ${quote(name)}: expected a chat completion with a choice, but received ` +
      `${text.trim() === "" ? "an empty body" : oneLine(redact(formatBody(text)), 200)} (${
        oneLine(redact(type), 80)
      })${isPage ? ": is this the address of an API?" : ""}`,
    {
      isRetryable: !isPage && (value === undefined || asRecord(value).choices !== undefined),
      usage,
    },
  );
}

/** Returns content as text. Mistral sends a list of parts for models that reason. */
function joinText(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content).map(asRecord)
    .map(({ type, text }) => type === "text" ? joinText(text) : "")
    .join("");
}
