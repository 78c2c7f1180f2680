/**
 * Incremental parsing of JSON.
 *
 * @module
 */
import { MAX_DEPTH } from "./json.ts";

/** Path of a value: its keys and indexes, from the outermost value. */
export type JsonPath = readonly (string | number)[];

/** Piece of a wanted value, in the order of arrival. */
export interface JsonPiece {
  /** Path of the value. */
  readonly path: JsonPath;
  /**
   * Kind of the text: `"characters"`, part of a decoded string; `"literal"`, all of `true`,
   * `false` or `null`; or `"json"`, part of the JSON of any other value.
   */
  readonly kind: "characters" | "literal" | "json";
  /** Text that arrived. Never empty. Never ends between the halves of a surrogate pair. */
  readonly text: string;
}

/** State of the parser: the token that may come next. */
type Expected =
  | "value"
  | "value or ]"
  | "key or }"
  | "key"
  | "key characters"
  | "colon"
  | "comma or bracket"
  | "characters"
  | "number"
  | "end";

/**
 * Parses a JSON text in chunks of any size, and returns the wanted values while they
 * arrive. It accepts the same texts as `JSON.parse` (RFC 8259,
 * https://www.rfc-editor.org/rfc/rfc8259), to a depth of {@linkcode MAX_DEPTH}.
 *
 * A string is returned as its characters, and any other value as its JSON. The pieces of
 * a value join to the same text, however the input is split. For a duplicate key, both
 * values are returned. The time is linear in the length of the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { IncrementalJson } from "./incremental_json.ts";
 *
 * const json = new IncrementalJson(([key]) => key === "tea");
 * const [first] = json.push('{"tea": "gre');
 * assertEquals(first, { path: ["tea"], kind: "characters", text: "gre" });
 * const [second] = json.push('en\\n", "milk"');
 * assertEquals(second?.text, "en\n");
 * assertEquals(json.fault, 25);
 * ```
 */
export class IncrementalJson {
  readonly #isWanted: (path: JsonPath) => boolean;
  /** Path of the current value. Each open bracket has one entry: an index or a key. */
  readonly #path: (string | number)[] = [];
  #expected: Expected = "value";
  /** Number that is being read, with each run of digits cut to its first digit. */
  #number = "";
  /** Characters of the key that is being read. */
  #key = "";
  /** Wanted value that is being read; undefined outside of wanted values. */
  #wanted: { readonly path: JsonPath; readonly kind: JsonPiece["kind"] } | undefined;
  /** Rest of the earlier chunks that was not parsed, and the last chunk. */
  #text = "";
  /** Length of the input before `#text`, in UTF-16 code units. */
  #offset = 0;
  /** Index of the first character in `#text` that is not parsed. */
  #at = 0;
  /** Index of the first character in `#text` that was not emitted as JSON. */
  #emittedTo = 0;
  #pieces: JsonPiece[] = [];
  #isFaulty = false;

  /**
   * Creates a parser.
   *
   * @param isWanted Returns true if the value with that path is wanted. Called at the start of
   * each value that is not inside a wanted one. The parser reuses the path: copy it to keep it.
   */
  constructor(isWanted: (path: JsonPath) => boolean) {
    this.#isWanted = isWanted;
  }

  /**
   * Parses more text and returns what arrived of wanted values, one piece for each value.
   * Returns no pieces after a syntax error.
   */
  push(text: string): readonly JsonPiece[] {
    if (this.#isFaulty) return NO_PIECES;
    this.#offset += this.#at;
    this.#text = this.#at === this.#text.length ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
    this.#emittedTo = 0;
    while (this.#at < this.#text.length && this.#read());
    if (this.#wanted?.kind === "json") this.#emitJson();
    if (this.#pieces.length === 0) return NO_PIECES;
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /**
   * Index of the first syntax error, or the length of an incomplete text, in UTF-16 code
   * units; undefined if the text is exactly one JSON value.
   */
  get fault(): number | undefined {
    if (this.#isFaulty) return this.#offset + this.#at;
    const isComplete = this.#expected === "end" ||
      this.#expected === "number" && this.#path.length === 0 && isCompleteNumber(this.#number);
    return isComplete ? undefined : this.#offset + this.#text.length;
  }

  /** Reads one token; returns false at a syntax error, or if more text is needed. */
  #read(): boolean {
    const expected = this.#expected;
    if (expected === "number") return this.#readNumber();
    if (expected === "characters" || expected === "key characters") return this.#readString();
    const character = this.#text[this.#at]!;
    const isValue = expected === "value" || expected === "value or ]";
    const last = this.#path.length - 1;
    const place = expected === "comma or bracket" ? this.#path[last] : undefined;
    switch (character) {
      case " ":
      case "\n":
      case "\r":
      case "\t":
        return this.#advance(expected);
      case '"':
        if (isValue) {
          this.#startValue("characters");
          return this.#advance("characters");
        }
        if (!expected.startsWith("key")) return this.#fail();
        this.#key = "";
        return this.#advance("key characters");
      case "[":
      case "{": {
        if (!isValue || last + 1 === MAX_DEPTH) return this.#fail();
        const isArray = character === "[";
        this.#startValue("json");
        this.#path.push(isArray ? 0 : "");
        return this.#advance(isArray ? "value or ]" : "key or }");
      }
      case "]":
        return expected === "value or ]" || typeof place === "number"
          ? this.#close()
          : this.#fail();
      case "}":
        return expected === "key or }" || typeof place === "string" ? this.#close() : this.#fail();
      case ":":
        return expected === "colon" ? this.#advance("value") : this.#fail();
      case ",":
        if (place === undefined) return this.#fail();
        if (typeof place === "string") return this.#advance("key");
        this.#path[last] = place + 1;
        return this.#advance("value");
      default:
        return isValue ? this.#readPrimitive(character) : this.#fail();
    }
  }

  #readPrimitive(character: string): boolean {
    if (character === "-" || character >= "0" && character <= "9") {
      this.#startValue("json");
      this.#number = "";
      this.#expected = "number";
      return true;
    }
    const text = this.#text.slice(this.#at, this.#at + 5);
    const word = LITERALS.find((one) => one.startsWith(text.slice(0, one.length)));
    if (word === undefined) return this.#fail();
    if (text.length < word.length) return false;
    this.#startValue("literal");
    this.#at += word.length;
    return this.#endValue();
  }

  #readNumber(): boolean {
    DIGITS_REGEXP.lastIndex = this.#at;
    const [run] = DIGITS_REGEXP.exec(this.#text)!;
    const [number] = NUMBER_REGEXP.exec(this.#number + run)!;
    this.#at += number.length - this.#number.length;
    this.#number = number.replaceAll(/(\d)\d+/g, "$1");
    if (this.#at === this.#text.length) return false;
    return isCompleteNumber(number) ? this.#endValue() : this.#fail();
  }

  #readString(): boolean {
    const isKey = this.#expected === "key characters";
    const text = this.#text;
    const from = this.#at;
    CHARACTERS_REGEXP.lastIndex = from;
    while (CHARACTERS_REGEXP.test(text)) this.#at = CHARACTERS_REGEXP.lastIndex;
    const raw = text.slice(from, this.#at);
    const characters = raw.includes("\\") ? JSON.parse(`"${raw}"`) : raw;
    if (isKey) this.#key += characters;
    else if (this.#wanted?.kind === "characters") this.#emit(characters);
    if (this.#at === text.length) return false;
    if (text[this.#at] !== '"') {
      UNFINISHED_REGEXP.lastIndex = this.#at;
      return UNFINISHED_REGEXP.test(text) ? false : this.#fail();
    }
    this.#at++;
    if (!isKey) return this.#endValue();
    this.#path[this.#path.length - 1] = this.#key;
    this.#expected = "colon";
    return true;
  }

  /** Consumes one character, and sets the next token. */
  #advance(expected: Expected): true {
    this.#at++;
    this.#expected = expected;
    return true;
  }

  #close(): true {
    this.#at++;
    this.#path.pop();
    return this.#endValue();
  }

  #endValue(): true {
    const wanted = this.#wanted;
    if (wanted !== undefined && wanted.path.length === this.#path.length) {
      if (wanted.kind !== "characters") this.#emitJson();
      this.#wanted = undefined;
    }
    this.#expected = this.#path.length === 0 ? "end" : "comma or bracket";
    return true;
  }

  /** Starts a value. It is emitted if it is wanted and not inside another wanted value. */
  #startValue(kind: JsonPiece["kind"]): void {
    if (this.#wanted !== undefined || !this.#isWanted(this.#path)) return;
    this.#wanted = { path: [...this.#path], kind };
    this.#emittedTo = this.#at;
  }

  #emit(text: string): void {
    const { path, kind } = this.#wanted!;
    if (text !== "") this.#pieces.push({ path, kind, text });
  }

  #emitJson(): void {
    this.#emit(this.#text.slice(this.#emittedTo, this.#at));
    this.#emittedTo = this.#at;
  }

  #fail(): false {
    this.#isFaulty = true;
    return false;
  }
}

const NO_PIECES: readonly JsonPiece[] = Object.freeze([]);

const LITERALS = ["true", "false", "null"];

const DIGITS_REGEXP = /[\d.eE+-]*/y;

/** Matches the longest prefix of a number. */
const NUMBER_REGEXP = /^-?(?:(?:0|[1-9]\d*)(?:\.(?:\d+(?:[eE][+-]?\d*)?)?|[eE][+-]?\d*)?)?/;

function isCompleteNumber(number: string): boolean {
  return /\d$/.test(number);
}

const HEX = "[0-9a-fA-F]";
const ESCAPE = String.raw`\\(?:["\\/bfnrt]|u${HEX}{4})`;
const HIGH_SURROGATE = String.raw`(?:[\ud800-\udbff]|\\u[dD][89abAB]${HEX}{2})`;

/** Matches characters of a string. A high surrogate matches only if more text follows. */
const CHARACTERS_REGEXP = new RegExp(
  String.raw`[^"\\\x00-\x1f\ud800-\udbff]+|(?!${HIGH_SURROGATE})${ESCAPE}|` +
    String.raw`${HIGH_SURROGATE}(?=[^\\\x00-\x1f]|${ESCAPE})`,
  "y",
);

/** Matches an incomplete escape or surrogate pair at the end of a text. */
const UNFINISHED_REGEXP = new RegExp(
  String.raw`${HIGH_SURROGATE}?(?:\\(?:u${HEX}{0,3})?)?$`,
  "y",
);
