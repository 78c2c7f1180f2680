/**
 * Parser for chat completions, complete or streamed.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import { isWholeObject } from "../../decision/output.ts";
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isPlainObject, omitUndefined } from "../../json/json.ts";
import type { LLMRequest, LLMResult, Usage } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import { createFinishError, findFinishFailure } from "../finish_error.ts";
import { readRetryInfo, unwrapList } from "../http_retry.ts";
import { asArray, asRecord, asString } from "../untrusted_values.ts";
import type { Exchange } from "./connection.ts";
import { FunctionCalls } from "./function_calls.ts";
import type { OutputMode } from "./openai_options.ts";
import { readServerError, toLLMError } from "./server_error.ts";

/** Assembles an answer from a response or from the events of a stream. */
export class AnswerReader {
  readonly #exchange: Exchange;
  readonly #output: OutputMode;
  readonly #request: LLMRequest;
  readonly #calls = new FunctionCalls();
  #text = "";
  #refusal = "";
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

  get #isWithheld(): boolean {
    return findFinishFailure(this.#finishReason, () => true) !== undefined;
  }

  /** True if a finish reason was received. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  /**
   * Adds a complete response or a stream event. Returns the text that it contains, or
   * undefined if it has no choice, like the event that reports the usage.
   *
   * @throws {LLMError} if the value reports an error.
   */
  add(value: unknown, field: "message" | "delta"): string | undefined {
    const error = readServerError(unwrapList(value));
    if (error !== undefined) {
      const retryAfter = readRetryInfo(value);
      throw toLLMError(this.#exchange, error, this.#output, { usage: this.#usage, retryAfter });
    }
    const { usage, model, choices, x_groq } = asRecord(value);
    const choice = asRecord(asArray(choices)[0]);
    // Moonshot reports the usage in the choice, and Groq in a field of its own.
    this.#usage = readChatUsage(usage) ?? readChatUsage(choice.usage) ??
      readChatUsage(asRecord(x_groq).usage) ?? this.#usage;
    this.#model = asString(model) || this.#model;
    this.#finishReason = asString(choice.finish_reason) || this.#finishReason;
    const part = choice[field];
    // Azure leaves the message out if its filter withheld it.
    if (!isPlainObject(part)) return this.#isWithheld ? "" : undefined;
    this.#refusal += asString(part.refusal) ?? "";
    const content = joinText(part.content);
    this.#text += content;
    return this.#output === "tool" ? this.#calls.add(part.tool_calls) : content;
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
    return { output, ...omitUndefined({ usage, model: this.#model }) };
  }
}

/** Creates the error for a response that does not follow the protocol. */
export function createResponseError({ name, response, redact }: Exchange, text: string): LLMError {
  const type = response.headers.get("content-type") ?? "no content type";
  return new LLMError(
    `Cannot call model ${quote(name)}: expected a chat completion with a choice, but received ` +
      `${text === "" ? "an empty body" : oneLine(redact(text), 200)} (${
        oneLine(redact(type), 80)
      })`,
  );
}

/** Returns content as text. Mistral sends a list of parts for models that reason. */
function joinText(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content).map(asRecord)
    .map(({ type, text }) => type === "text" ? joinText(text) : "")
    .join("");
}

/** Reads the token counts in `usage`; undefined if it has none. */
function readChatUsage(usage: unknown): Usage | undefined {
  const counts = asRecord(usage);
  const prompt = asRecord(counts.prompt_tokens_details);
  return readUsage({
    input: counts.prompt_tokens,
    output: readOutputTokens(counts),
    // DeepSeek has a field of its own.
    cachedInput: prompt.cached_tokens ?? counts.prompt_cache_hit_tokens,
    cacheWriteInput: prompt.cache_write_tokens,
    reasoning: asRecord(counts.completion_tokens_details).reasoning_tokens,
  });
}

/**
 * Returns the number of output tokens, including reasoning. OpenAI includes reasoning in
 * `completion_tokens`; xAI and Google bill it as output but add it to `total_tokens` only.
 */
function readOutputTokens(counts: Readonly<Record<string, unknown>>): unknown {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = counts;
  if (![prompt, completion, total].every(Number.isSafeInteger)) return completion;
  return Math.max(completion as number, (total as number) - (prompt as number));
}
