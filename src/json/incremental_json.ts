/**
 * Reading JSON while it arrives.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { MAX_DEPTH } from "./json.ts";
import { canEnd, firstPart, nextPart, type NumberPart } from "./number_part.ts";
import { decodeRun, readStringRun } from "./string_run.ts";

/** Where a value stands: the keys and indexes that lead to it from the outermost value. */
export type JsonPath = readonly (string | number)[];

/** Part of a wanted value. */
export interface JsonPiece {
  /** Where the value stands. */
  readonly path: JsonPath;
  /**
   * What the text is: characters of a string; all of `true`, `false` or `null`; or some of the
   * JSON of any other value.
   */
  readonly kind: "characters" | "literal" | "json";
  /** What arrived. Never empty, and never half of a surrogate pair that may be completed. */
  readonly text: string;
}

/**
 * Takes a JSON text in parts of any size and gives the wanted values out while
 * they arrive. It accepts what `JSON.parse` accepts (RFC 8259,
 * https://www.rfc-editor.org/rfc/rfc8259), to a depth of {@linkcode MAX_DEPTH}.
 * How the text was split changes where pieces end, never what they make together.
 *
 * A string is given as its characters, and any other value as its JSON. The value
 * of a key that comes twice is given twice. The time is linear in the length of the text.
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
 * assertEquals(json.end(), 'Cannot read the end at 25 as JSON: expected ":"');
 * ```
 */
export class IncrementalJson {
  readonly #wants: (path: JsonPath) => boolean;
  /** The place of the current value. Each open bracket has one entry: an index or a key. */
  readonly #path: (string | number)[] = [];
  #expected: Expected = "value";
  /** The last part of the number that is being read. */
  #part: NumberPart = "zero";
  /** The characters so far of the key that is being read. */
  #key = "";
  /** The wanted value that is being read. */
  #wanted: { readonly path: JsonPath; readonly kind: JsonPiece["kind"] } | undefined;
  /** What is being read: what waited for more, and what was pushed last. */
  #text = "";
  /** How many characters came before that. */
  #offset = 0;
  /** Up to where the text is read. */
  #at = 0;
  /** Where the JSON begins that is not given out yet. */
  #givenTo = 0;
  #pieces: JsonPiece[] = [];
  #fault: string | undefined;

  /**
   * Begins before the first character.
   *
   * @param wants Says by its path whether a value is given out. It is asked when the value begins,
   * and not inside a value that is given out. The path changes afterwards: copy it to keep it.
   */
  constructor(wants: (path: JsonPath) => boolean) {
    this.#wants = wants;
  }

  /**
   * Takes more text and gives what arrived of wanted values, one piece for each.
   * From the first character on that cannot be JSON there are none.
   */
  push(text: string): readonly JsonPiece[] {
    if (this.#fault !== undefined) return NO_PIECES;
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
   * Says what is wrong with the text if this is all of it, and where, in UTF-16
   * code units from 0; undefined if it is exactly one JSON value.
   */
  end(): string | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const isOver = this.#expected === "end" ||
      this.#expected === "number" && this.#path.length === 0 && canEnd(this.#part);
    return isOver ? undefined : this.#problem(this.#text.length, this.#describeExpected());
  }

  /** Reads on by one token, or to the end of the text; false if it cannot. */
  #read(): boolean {
    switch (this.#expected) {
      case "characters":
      case "key characters":
        return this.#readString();
      case "number":
        return this.#readNumber();
    }
    const code = this.#text.charCodeAt(this.#at);
    if (isWhiteSpace(code)) {
      this.#at++;
      return true;
    }
    switch (this.#expected) {
      case "value":
        return this.#readValue(code);
      case "value or ]":
        return code === CLOSE_ARRAY ? this.#close() : this.#readValue(code);
      case "key or }":
        return code === CLOSE_OBJECT ? this.#close() : this.#readKey(code);
      case "key":
        return this.#readKey(code);
      case "colon":
        return code === COLON ? this.#take("value") : this.#fail(this.#at);
      case "comma":
        return this.#readComma(code);
      case "end":
        return this.#fail(this.#at);
      default:
        return this.#expected satisfies never;
    }
  }

  #readValue(code: number): boolean {
    if (code === QUOTE) {
      this.#want("characters");
      return this.#take("characters");
    }
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (this.#path.length === MAX_DEPTH) {
        return this.#fail(this.#at, `at most ${MAX_DEPTH} levels of nesting`);
      }
      this.#want("json");
      this.#path.push(code === OPEN_ARRAY ? 0 : "");
      return this.#take(code === OPEN_ARRAY ? "value or ]" : "key or }");
    }
    const part = firstPart(code);
    if (part !== undefined) {
      this.#want("json");
      this.#part = part;
      return this.#take("number");
    }
    return this.#readLiteral(code);
  }

  #readKey(code: number): boolean {
    if (code !== QUOTE) return this.#fail(this.#at);
    this.#key = "";
    return this.#take("key characters");
  }

  #readComma(code: number): boolean {
    const path = this.#path;
    const last = path.length - 1;
    const place = path[last]!;
    const isArray = typeof place === "number";
    if (code === (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) return this.#close();
    if (code !== COMMA) return this.#fail(this.#at);
    if (!isArray) return this.#take("key");
    path[last] = place + 1;
    return this.#take("value");
  }

  #readLiteral(code: number): boolean {
    const word = code === 0x74 ? "true" : code === 0x66 ? "false" : code === 0x6e ? "null" : "";
    if (word === "") return this.#fail(this.#at);
    const text = this.#text;
    for (let index = 1; index < word.length; index++) {
      const at = this.#at + index;
      if (at === text.length) return false;
      if (text[at] !== word[index]) return this.#fail(at, `"${word}"`);
    }
    this.#want("literal");
    this.#at += word.length;
    return this.#endValue();
  }

  #readNumber(): boolean {
    const text = this.#text;
    while (this.#at < text.length) {
      const next = nextPart(this.#part, text.charCodeAt(this.#at));
      if (next === undefined) return canEnd(this.#part) ? this.#endValue() : this.#fail(this.#at);
      this.#part = next;
      this.#at++;
    }
    return true;
  }

  #readString(): boolean {
    const isKey = this.#expected === "key characters";
    const from = this.#at;
    const run = readStringRun(this.#text, from);
    this.#at = run.end;
    if (isKey) this.#key += decodeRun(this.#text, from, run);
    else if (this.#wanted?.kind === "characters") this.#give(decodeRun(this.#text, from, run));
    if (run.fault !== undefined) return this.#fail(run.fault.at, run.fault.expected);
    if (!run.isClosed) return false;
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
    this.#expected = this.#path.length === 0 ? "end" : "comma";
    return true;
  }

  /** A value begins here; it is given out if it is wanted and not inside another one that is. */
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

  #fail(at: number, expected: string = this.#describeExpected()): false {
    this.#fault = this.#problem(at, expected);
    return false;
  }

  #problem(at: number, expected: string): string {
    // Half of a surrogate pair is named as such, for the other half may not have come yet.
    const found = at < this.#text.length ? quote(this.#text[at]) : "the end";
    return `Cannot read ${found} at ${this.#offset + at} as JSON: expected ${expected}`;
  }

  #describeExpected(): string {
    const isNumberOver = this.#expected === "number" && canEnd(this.#part);
    return EXPECTED[isNumberOver ? "comma" : this.#expected];
  }
}

/** What may come next. */
type Expected = keyof typeof EXPECTED;

const EXPECTED = {
  "value": "a value",
  "value or ]": 'a value or "]"',
  "key or }": 'a key or "}"',
  "key": "a key",
  "key characters": "more of a key",
  "colon": '":"',
  "comma": "a comma or a closing bracket",
  "characters": "more of a string",
  "number": "a digit",
  "end": "only white space behind the value",
} as const;

const NO_PIECES: readonly JsonPiece[] = Object.freeze([]);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
