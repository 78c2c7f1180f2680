/**
 * Reading JSON while it arrives.
 *
 * @module
 */
import { MAX_DEPTH } from "./json.ts";

/** Place of a value: the keys and indexes that lead to it from the outermost value. */
export type JsonPath = readonly (string | number)[];

/** Part of a wanted value. */
export interface JsonPiece {
  /** Place of the value. */
  readonly path: JsonPath;
  /**
   * Kind of the text: characters of a string; all of `true`, `false` or `null`; or some of the
   * JSON of any other value.
   */
  readonly kind: "characters" | "literal" | "json";
  /** Text that arrived. Never empty, and never half of a surrogate pair that may be completed. */
  readonly text: string;
}

/** The token that may come next. */
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
 * Reads a JSON text in parts of any size and returns the wanted values while
 * they arrive. It accepts what `JSON.parse` accepts (RFC 8259,
 * https://www.rfc-editor.org/rfc/rfc8259), to a depth of {@linkcode MAX_DEPTH}.
 * How the text was split changes where pieces end, never what they make together.
 *
 * A string is returned as its characters, and any other value as its JSON. The
 * value of a key that comes twice is returned twice. The time is linear in the
 * length of the text.
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
  readonly #wants: (path: JsonPath) => boolean;
  /** Place of the current value. Each open bracket has one entry: an index or a key. */
  readonly #path: (string | number)[] = [];
  #expected: Expected = "value";
  /** The number that is being read, each run of digits cut to its first. */
  #number = "";
  /** The characters so far of the key that is being read. */
  #key = "";
  /** The wanted value that is being read. */
  #wanted: { readonly path: JsonPath; readonly kind: JsonPiece["kind"] } | undefined;
  /** The text that waited for more, and what was pushed last. */
  #text = "";
  /** Number of characters before that text. */
  #offset = 0;
  /** Place up to which the text is read. */
  #at = 0;
  /** Place from which JSON is not returned yet. */
  #givenTo = 0;
  #pieces: JsonPiece[] = [];
  #isFaulty = false;

  /**
   * Begins before the first character.
   *
   * @param wants Decides by its path if a value is returned. It is asked when the value begins,
   * and not inside a value that is returned. The path changes afterwards: copy it to keep it.
   */
  constructor(wants: (path: JsonPath) => boolean) {
    this.#wants = wants;
  }

  /**
   * Takes more text and returns the parts of wanted values that arrived, one
   * piece for each. From the first character on that cannot be JSON there are none.
   */
  push(text: string): readonly JsonPiece[] {
    if (this.#isFaulty) return NO_PIECES;
    this.#offset += this.#at;
    this.#text = this.#at === this.#text.length ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
    this.#givenTo = 0;
    while (this.#at < this.#text.length && this.#read());
    if (this.#wanted?.kind === "json") this.#giveJson();
    if (this.#pieces.length === 0) return NO_PIECES;
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /**
   * Place in UTF-16 code units from which the text cannot be JSON, if this is all
   * of it; undefined if it is exactly one JSON value.
   */
  get fault(): number | undefined {
    if (this.#isFaulty) return this.#offset + this.#at;
    const isOver = this.#expected === "end" ||
      this.#expected === "number" && this.#path.length === 0 && endsNumber(this.#number);
    return isOver ? undefined : this.#offset + this.#text.length;
  }

  /** Reads on by one token; false if it is faulty, or waits for more text. */
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
        return this.#take(expected);
      case '"':
        if (isValue) {
          this.#want("characters");
          return this.#take("characters");
        }
        if (!expected.startsWith("key")) return this.#fail();
        this.#key = "";
        return this.#take("key characters");
      case "[":
      case "{": {
        if (!isValue || last + 1 === MAX_DEPTH) return this.#fail();
        const isArray = character === "[";
        this.#want("json");
        this.#path.push(isArray ? 0 : "");
        return this.#take(isArray ? "value or ]" : "key or }");
      }
      case "]":
        return expected === "value or ]" || typeof place === "number"
          ? this.#close()
          : this.#fail();
      case "}":
        return expected === "key or }" || typeof place === "string" ? this.#close() : this.#fail();
      case ":":
        return expected === "colon" ? this.#take("value") : this.#fail();
      case ",":
        if (place === undefined) return this.#fail();
        if (typeof place === "string") return this.#take("key");
        this.#path[last] = place + 1;
        return this.#take("value");
      default:
        return isValue ? this.#readPrimitive(character) : this.#fail();
    }
  }

  #readPrimitive(character: string): boolean {
    if (character === "-" || character >= "0" && character <= "9") {
      this.#want("json");
      this.#number = "";
      this.#expected = "number";
      return true;
    }
    const text = this.#text.slice(this.#at, this.#at + 5);
    const word = LITERALS.find((one) => one.startsWith(text.slice(0, one.length)));
    if (word === undefined) return this.#fail();
    if (text.length < word.length) return false;
    this.#want("literal");
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
    return endsNumber(number) ? this.#endValue() : this.#fail();
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
    else if (this.#wanted?.kind === "characters") this.#give(characters);
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

  #take(expected: Expected): true {
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
      if (wanted.kind !== "characters") this.#giveJson();
      this.#wanted = undefined;
    }
    this.#expected = this.#path.length === 0 ? "end" : "comma or bracket";
    return true;
  }

  /** Notes that a value begins; it is returned if it is wanted and not inside another one that is. */
  #want(kind: JsonPiece["kind"]): void {
    if (this.#wanted !== undefined || !this.#wants(this.#path)) return;
    this.#wanted = { path: [...this.#path], kind };
    this.#givenTo = this.#at;
  }

  #give(text: string): void {
    const { path, kind } = this.#wanted!;
    if (text !== "") this.#pieces.push({ path, kind, text });
  }

  #giveJson(): void {
    this.#give(this.#text.slice(this.#givenTo, this.#at));
    this.#givenTo = this.#at;
  }

  #fail(): false {
    this.#isFaulty = true;
    return false;
  }
}

const NO_PIECES: readonly JsonPiece[] = Object.freeze([]);

const LITERALS = ["true", "false", "null"];

const DIGITS_REGEXP = /[\d.eE+-]*/y;

/** The longest beginning that a number can have. */
const NUMBER_REGEXP = /^-?(?:(?:0|[1-9]\d*)(?:\.(?:\d+(?:[eE][+-]?\d*)?)?|[eE][+-]?\d*)?)?/;

function endsNumber(number: string): boolean {
  return /\d$/.test(number);
}

const HEX = "[0-9a-fA-F]";
const ESCAPE = String.raw`\\(?:["\\/bfnrt]|u${HEX}{4})`;
const HIGH_SURROGATE = String.raw`(?:[\ud800-\udbff]|\\u[dD][89abAB]${HEX}{2})`;

/** Characters of a string. The first half of a surrogate pair is none until it is known what follows. */
const CHARACTERS_REGEXP = new RegExp(
  String.raw`[^"\\\x00-\x1f\ud800-\udbff]+|(?!${HIGH_SURROGATE})${ESCAPE}|` +
    String.raw`${HIGH_SURROGATE}(?=[^\\\x00-\x1f]|${ESCAPE})`,
  "y",
);

/** The end of a text, in the middle of an escape or of a surrogate pair. */
const UNFINISHED_REGEXP = new RegExp(
  String.raw`${HIGH_SURROGATE}?(?:\\(?:u${HEX}{0,3})?)?$`,
  "y",
);
