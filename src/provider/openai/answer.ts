/**
 * Reading an answer, from a whole response or from the events of a stream.
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
import { endingError } from "../ending.ts";
import { itemsOf, membersOf, textIn } from "../reading.ts";
import type { Exchange } from "./connection.ts";
import type { OutputMode } from "./openai_options.ts";
import { errorOf, readServerError } from "./server_error.ts";

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
  /** True if the function of the schema is among them. */
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

  /** True if the model has said that it is done. */
  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  /**
   * Adds a whole response, or an event of a stream. Returns the text that it adds; undefined
   * if it has no choice, as the event that holds the usage.
   *
   * @throws {LLMError} if it is an error.
   */
  add(value: unknown, field: "message" | "delta"): string | undefined {
    const error = readServerError(value);
    if (error !== undefined) {
      throw errorOf(this.#exchange, error, this.#output, { usage: this.#usage });
    }
    const { usage, model, choices } = membersOf(value);
    this.#usage = readChatUsage(usage) ?? this.#usage;
    this.#model = textIn(model) || this.#model;
    const choice = membersOf(itemsOf(choices)[0]);
    this.#finishReason = textIn(choice.finish_reason) || this.#finishReason;
    const part = choice[field];
    if (!isPlainObject(part)) return undefined;
    this.#refusal += textIn(part.refusal) ?? "";
    const text = this.#output === "tool"
      ? this.#argumentsIn(part.tool_calls)
      : textOf(part.content);
    this.#text += text;
    return text;
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
    const { name, redact } = this.#exchange;
    const reason = this.#finishReason;
    const usage = this.#usage;
    if (reason === "content_filter") throw endingError(name, "filter", usage);
    if (this.#refusal !== "") {
      throw endingError(name, "refusal", usage, oneLine(redact(this.#refusal)));
    }
    // The second one is Mistral's, for the end of what the model can take in.
    if (reason === "length" || reason === "model_length") {
      const expected = "expected it to fit into maxTokens, with the reasoning before it";
      throw endingError(name, "length", usage, expected);
    }
    if (reason === "error") throw endingError(name, "failure", usage);
    if (this.#output === "tool") this.#checkCalls();
    return { output: this.#text, ...omitUndefined({ usage, model: this.#model }) };
  }

  /** The arguments in calls, or in pieces of calls. */
  #argumentsIn(calls: unknown): string {
    let text = "";
    for (const [place, call] of itemsOf(calls).entries()) {
      const { index = place, function: called } = membersOf(call);
      if (!isPlainObject(called)) continue;
      // A stream has an index in each piece of a call.
      this.#calls.add(index ?? place);
      if (called.name === this.#schemaName) this.#isCalled = true;
      text += textIn(called.arguments) ?? "";
    }
    return text;
  }

  #checkCalls(): void {
    if (this.#isCalled && this.#calls.size === 1) return;
    const { name } = this.#exchange;
    const calls = this.#calls.size === 1 ? "another function" : `${this.#calls.size} functions`;
    throw new LLMSchemaError(
      `Cannot ask ${quote(name)}: the model called ${calls}: expected one call of ` +
        `${quote(this.#schemaName)}: output "json_schema" or "json_object" needs no calls`,
      { usage: this.#usage },
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

/** Text, or the texts of a list of parts: Mistral sends one where the model reasons. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return itemsOf(content).map(membersOf)
    .map(({ type, text }) => type === "text" ? textOf(text) : "")
    .join("");
}

/** The counts in the `usage` of a response; undefined if there is none. */
function readChatUsage(usage: unknown): Usage | undefined {
  const counts = membersOf(usage);
  const prompt = membersOf(counts.prompt_tokens_details);
  return readUsage({
    input: counts.prompt_tokens,
    output: outputOf(counts),
    // DeepSeek has a field of its own.
    cachedInput: prompt.cached_tokens ?? counts.prompt_cache_hit_tokens,
    cacheWriteInput: prompt.cache_write_tokens,
    reasoning: membersOf(counts.completion_tokens_details).reasoning_tokens,
  });
}

/**
 * The tokens of the answer with those of the reasoning. OpenAI counts both as
 * completion; xAI and Google bill reasoning as output, and count it in the total only.
 */
function outputOf(counts: Readonly<Record<string, unknown>>): unknown {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = counts;
  if (![prompt, completion, total].every(Number.isSafeInteger)) return completion;
  return Math.max(completion as number, (total as number) - (prompt as number));
}
