/**
 * Recognition of streamed answers in which only white space still arrives.
 *
 * @module
 */
import { MAX_THOUGHTS, THOUGHTS_END } from "../decision/output.ts";
import { quote } from "../errors.ts";
import type { LLMRequest, LLMResult } from "./llm.ts";
import { LLMLengthError } from "./llm_failures.ts";
import { estimateUsage } from "./usage.ts";

/** Maximum number of white-space characters in a row inside an unfinished object. */
const MAX_INSIDE = 2000;

/** Number of white-space characters in a row after a whole object that end an answer. */
const MAX_BEHIND = 256;

/** Number of characters of a Markdown fence. */
const FENCE_LENGTH = 3;

/**
 * Place in an answer: before its object or fence; in a fence before the object; in the object; in
 * one of its strings; after the object; or in text that belongs to none of them.
 */
type Place = "start" | "fence" | "object" | "string" | "behind" | "prose";

/**
 * Reads a streamed answer with its model. Constrained decoders may write white space without an
 * end, where JSON allows it. The object is looked for where `parseOutput()` does. The time is
 * linear in the length of the answer.
 */
export class OutputGuard {
  readonly #name: string;
  readonly #request: LLMRequest;
  #text = "";
  #place: Place = "start";
  /** Number of white-space characters in a row, outside of strings. */
  #space = 0;
  /** Number of open brackets. */
  #depth = 0;
  #isEscaped = false;
  /** Character of the fence; empty if there is none. */
  #fence = "";
  /** Number of fence characters in a row. */
  #fenceLength = 0;
  /** True if the answer begins with thoughts, which an object may follow. */
  #isThinking = false;
  #endedThoughts = 0;
  /** Number of characters of the tag that ends thoughts. */
  #tagLength = 0;

  /** Creates the guard of one answer. `name` is the name of the model. */
  constructor(name: string, request: LLMRequest) {
    this.#name = name;
    this.#request = request;
  }

  /**
   * Adds text that arrived. Returns the result if the answer is whole and white space follows it,
   * although the stream continues.
   *
   * @throws {LLMLengthError} if the answer is not whole, and white space follows instead.
   */
  push(text: string): LLMResult | undefined {
    this.#text += text;
    for (let at = 0; at < text.length; at++) {
      this.#read(text[at]!);
      if (this.#space > MAX_INSIDE && this.#isUnfinished) throw this.#createError();
    }
    if (this.#space < MAX_BEHIND || this.#place !== "behind" || this.#isUnfinished) {
      return undefined;
    }
    return { output: this.#text.trimEnd(), usage: this.#estimateUsage() };
  }

  /** True in an object, or after it in a fence that is still open. */
  get #isUnfinished(): boolean {
    return this.#place === "object" ||
      this.#place === "behind" && this.#fence !== "" && this.#fenceLength < FENCE_LENGTH;
  }

  #read(character: string): void {
    if (this.#place === "string") return this.#readString(character);
    if (this.#isThinking && this.#endsThoughts(character)) return this.#startAgain();
    if (isSpace(character)) {
      this.#space++;
      return;
    }
    this.#space = 0;
    switch (this.#place) {
      case "start":
        return this.#readStart(character);
      case "fence":
        return this.#readFence(character);
      case "object":
        return this.#readObject(character);
      case "behind":
        if (character === this.#fence) this.#fenceLength++;
        else this.#place = "prose";
    }
  }

  #readStart(character: string): void {
    if (character === "\ufeff") return;
    if (character === "{") {
      this.#place = "object";
      this.#depth = 1;
    } else if (character === "`" || character === "~") {
      this.#place = "fence";
      this.#fence = character;
      this.#fenceLength = 1;
    } else this.#think(character);
  }

  #readFence(character: string): void {
    if (character === this.#fence) this.#fenceLength++;
    else if (this.#fenceLength < FENCE_LENGTH) this.#think(character);
    else if (character === "{") {
      this.#place = "object";
      this.#depth = 1;
      this.#fenceLength = 0;
    }
  }

  #readObject(character: string): void {
    if (character === '"') this.#place = "string";
    else if (character === "{" || character === "[") this.#depth++;
    else if (character === "}" || character === "]") {
      this.#depth--;
      if (this.#depth === 0) this.#place = "behind";
    }
  }

  #readString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#place = "object";
  }

  /** Reads on as thoughts, or as other text between them. */
  #think(character: string): void {
    this.#place = "prose";
    if (this.#isThinking) return;
    this.#isThinking = true;
    this.#endsThoughts(character);
  }

  /** Returns true if a character completes the tag that ends thoughts. */
  #endsThoughts(character: string): boolean {
    if (character !== THOUGHTS_END[this.#tagLength]) this.#tagLength = 0;
    if (character === THOUGHTS_END[this.#tagLength]) this.#tagLength++;
    if (this.#tagLength < THOUGHTS_END.length) return false;
    this.#tagLength = 0;
    return ++this.#endedThoughts <= MAX_THOUGHTS;
  }

  #startAgain(): void {
    this.#place = "start";
    this.#fence = "";
    this.#space = this.#depth = this.#fenceLength = 0;
  }

  #createError(): LLMLengthError {
    return new LLMLengthError(
      `Cannot call model ${quote(this.#name)}: it wrote more than ${MAX_INSIDE} white-space ` +
        "characters in a row inside an unfinished object",
      { isRetryable: true, usage: this.#estimateUsage() },
    );
  }

  #estimateUsage(): ReturnType<typeof estimateUsage> {
    const { messages } = this.#request;
    const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
    return estimateUsage(chars, this.#text.length);
  }
}

/** Returns true for the white space of JSON. */
function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}
