/**
 * Parser for chat completions, complete or streamed.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import { quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isPlainObject, omitUndefined } from "../../json/json.ts";
import type { LLMResult, Usage } from "../../llm/llm.ts";
import { LLMSchemaError } from "../../llm/llm_errors.ts";
import { readUsage } from "../../llm/usage.ts";
import { createFinishError } from "../finish_error.ts";
import { asArray, asRecord, asString } from "../untrusted_values.ts";
import type { Exchange } from "./connection.ts";
import type { OutputMode } from "./openai_options.ts";
import { readServerError, toLLMError } from "./server_error.ts";

/** Assembles an answer from a response or from the events of a stream. */
export class AnswerReader {
  readonly #exchange: Exchange;
  readonly #output: OutputMode;
  readonly #schemaName: string;
  #text = "";
  #refusal = "";
  #finishReason: string | undefined;
  #usage: Usage | undefined;
  #model: string | undefined;
  /** Indexes of the function calls seen so far. */
  readonly #callIndexes = new Set<unknown>();
  /** True if the function that carries the schema was called. */
  #hasExpectedCall = false;

  constructor(exchange: Exchange, output: OutputMode, schemaName: string) {
    this.#exchange = exchange;
    this.#output = output;
    this.#schemaName = schemaName;
  }

  /** Text received so far. */
  get text(): string {
    return this.#text;
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
    const error = readServerError(value);
    if (error !== undefined) {
      throw toLLMError(this.#exchange, error, this.#output, { usage: this.#usage });
    }
    const { usage, model, choices } = asRecord(value);
    this.#usage = readChatUsage(usage) ?? this.#usage;
    this.#model = asString(model) || this.#model;
    const choice = asRecord(asArray(choices)[0]);
    this.#finishReason = asString(choice.finish_reason) || this.#finishReason;
    const part = choice[field];
    if (!isPlainObject(part)) return undefined;
    this.#refusal += asString(part.refusal) ?? "";
    const text = this.#output === "tool"
      ? this.#readArguments(part.tool_calls)
      : joinText(part.content);
    this.#text += text;
    return text;
  }

  /**
   * Returns the result.
   *
   * @throws {LLMRefusalError} if the model refused.
   * @throws {LLMContentFilterError} if a content filter withheld the answer.
   * @throws {LLMLengthError} if the answer reached the token limit.
   * @throws {LLMSchemaError} if the model did not call exactly the required function.
   * @throws {LLMError} if the server failed.
   */
  finish(): LLMResult {
    const { name, redact } = this.#exchange;
    const reason = this.#finishReason;
    const usage = this.#usage;
    if (reason === "content_filter") throw createFinishError(name, "filter", usage);
    if (this.#refusal !== "") {
      throw createFinishError(name, "refusal", usage, oneLine(redact(this.#refusal)));
    }
    // Mistral reports "model_length" if the context window is full.
    if (reason === "length" || reason === "model_length") {
      const advice = "increase maxTokens, which includes reasoning tokens";
      throw createFinishError(name, "length", usage, advice);
    }
    if (reason === "error") throw createFinishError(name, "failure", usage);
    if (this.#output === "tool") this.#checkCalls();
    return { output: this.#text, ...omitUndefined({ usage, model: this.#model }) };
  }

  /** Returns the arguments in calls, or in fragments of calls. */
  #readArguments(calls: unknown): string {
    let text = "";
    for (const [place, call] of asArray(calls).entries()) {
      const { index = place, function: called } = asRecord(call);
      if (!isPlainObject(called)) continue;
      // In a stream, each fragment of a call has its index.
      this.#callIndexes.add(index ?? place);
      if (called.name === this.#schemaName) this.#hasExpectedCall = true;
      text += asString(called.arguments) ?? "";
    }
    return text;
  }

  #checkCalls(): void {
    if (this.#hasExpectedCall && this.#callIndexes.size === 1) return;
    const { name } = this.#exchange;
    const count = this.#callIndexes.size;
    const called = count === 1 ? "another function" : `${count} functions`;
    throw new LLMSchemaError(
      `Cannot call model ${quote(name)}: the model called ${called}: ` +
        `expected one call of ${quote(this.#schemaName)}. ` +
        'Set output to "json_schema" or "json_object" to do without function calls',
      { usage: this.#usage },
    );
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
