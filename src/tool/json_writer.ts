/**
 * Serialization of any value as JSON, up to a maximum length.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { isPlainObject, MAX_DEPTH } from "../json/json.ts";
import { redactSecrets } from "../json/secret_patterns.ts";
import { describeValue } from "./describe_value.ts";

/** Serialized value. */
export interface WrittenValue {
  /** JSON; undefined if the value has no JSON form. If it is not whole, its end is missing. */
  readonly json: string | undefined;
  /** False if the JSON is longer than the maximum. */
  readonly isWhole: boolean;
  /** Description of the first value that has no JSON form, and whose place a note takes. */
  readonly hidden?: string;
}

/**
 * Serializes a value as `JSON.stringify()` does, with these differences. Methods and cycles are
 * left out. Promises are awaited. A big integer, an error and a number or date that JSON lacks
 * become text, maps and sets become lists, headers and form data become objects, and binary data is
 * described. An instance of a class without visible members, and an object that throws when it is
 * read, are replaced by a note. Nothing is read after `maxChars` characters. Never throws or
 * rejects.
 */
export function writeJson(
  value: unknown,
  maxChars: number,
): WrittenValue | Promise<WrittenValue> {
  const notes: Notes = {};
  const writer = new JsonWriter({ left: maxChars }, { left: maxChars }, notes);
  if (!writer.write(value, "", undefined)) {
    return { json: undefined, isWhole: true, hidden: notes.hidden ?? describeValue(value) };
  }
  const build = (json: string): WrittenValue => ({
    json,
    isWhole: json.length <= maxChars,
    ...notes,
  });
  const json = writer.finish();
  return typeof json === "string" ? build(json) : json.then(build);
}

/** Serializes text. Lone surrogates are replaced, because strict servers refuse them. */
function quoteJson(text: string): string {
  return JSON.stringify(text.toWellFormed());
}

/** Number of characters that may still be written. */
interface Budget {
  left: number;
}

interface Notes {
  hidden?: string;
}

/** Object that contains the value, and the objects around it. */
interface Parent {
  readonly value: object;
  readonly depth: number;
  readonly parent: Parent | undefined;
}

class JsonWriter {
  readonly #budget: Budget;
  /** Budget of all promises. It is not that of the text around them, which may be longer. */
  readonly #promised: Budget;
  readonly #notes: Notes;
  #text = "";
  /** JSON of promises, and its places in the text. */
  readonly #slots: { readonly at: number; readonly json: Promise<string> }[] = [];

  constructor(budget: Budget, promised: Budget, notes: Notes) {
    this.#budget = budget;
    this.#promised = promised;
    this.#notes = notes;
  }

  /** Writes `prefix` and a value; returns false and writes nothing if the value is left out. */
  write(value: unknown, prefix: string, parent: Parent | undefined): boolean {
    switch (typeof value) {
      case "string":
        // Only the part that may be needed is escaped.
        return this.#append(prefix + quoteJson(value.slice(0, Math.max(0, this.#budget.left) + 1)));
      case "number":
        return this.#append(prefix + (Number.isFinite(value) ? `${value}` : `"${value}"`));
      case "bigint":
        return this.#append(`${prefix}"${value}"`);
      case "boolean":
        return this.#append(`${prefix}${value}`);
      case "object":
        if (value === null) return this.#append(`${prefix}null`);
        return this.#writeObject(value, prefix, parent);
      default:
        return false;
    }
  }

  /** Returns the text, with the JSON of the promises in it. */
  finish(): string | Promise<string> {
    const text = this.#text;
    const slots = this.#slots;
    if (slots.length === 0) return text;
    return Promise.all(slots.map(({ json }) => json)).then((jsons) => {
      const pieces = jsons.map((json, index) =>
        text.slice(index === 0 ? 0 : slots[index - 1]!.at, slots[index]!.at) + json
      );
      return pieces.join("") + text.slice(slots.at(-1)!.at);
    });
  }

  get #isFull(): boolean {
    return this.#budget.left < 0;
  }

  #append(text: string): true {
    this.#text += text;
    this.#budget.left -= text.length;
    return true;
  }

  #writeObject(value: object, prefix: string, parent: Parent | undefined): boolean {
    for (let at = parent; at !== undefined; at = at.parent) if (at.value === value) return false;
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH) return this.#hide(`more than ${MAX_DEPTH} levels`, prefix, parent);
    const [text, slots, left] = [this.#text, this.#slots.length, this.#budget.left];
    let hidden: string;
    try {
      const written = this.#writeForm(value, prefix, { value, depth, parent });
      if (written !== undefined) return written;
      hidden = describeValue(value);
    } catch (thrown) {
      hidden = describeValue(value, { thrown });
    }
    this.#text = text;
    this.#slots.length = slots;
    this.#budget.left = left;
    return this.#hide(hidden, prefix, parent);
  }

  /** Writes an object; returns undefined if nothing of it can be seen. */
  #writeForm(value: object, prefix: string, self: Parent): boolean | undefined {
    if (isBinary(value)) return this.#append(prefix + quoteJson(`(${describeValue(value)})`));
    if (isThenable(value)) return this.#writeLater(value, prefix, self);
    if (!("toJSON" in value && typeof value.toJSON === "function")) {
      return this.#writeParts(value, prefix, self);
    }
    const json: unknown = value.toJSON("");
    if (json === null && value instanceof Date) return this.write(String(value), prefix, self);
    if (typeof json !== "object" || json === null) return this.write(json, prefix, self);
    if (isThenable(json)) return this.#writeLater(json, prefix, self);
    return this.#writeParts(json, prefix, self);
  }

  #writeParts(value: object, prefix: string, self: Parent): boolean | undefined {
    // The values of an asynchronous iterable cannot be seen.
    if (isPlainObject(value) && !(Symbol.asyncIterator in value)) {
      return this.#writeMembers(value, prefix, self) > -1;
    }
    if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
      return this.#writeItems(value, prefix, self);
    }
    if (value instanceof Error) return this.write(reasonOf(value), prefix, self);
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return this.write(value.valueOf(), prefix, self);
    }
    if (isPairs(value)) return this.#writeMembers(groupPairs(value), prefix, self) > -1;
    // A stream of Node has members, but they are not its content.
    if (isNodeStream(value)) return undefined;
    const count = this.#writeMembers(value as Record<string, unknown>, prefix, self);
    return count > 0 || this.#isFull ? true : undefined;
  }

  #writeItems(items: Iterable<unknown>, prefix: string, self: Parent): true {
    this.#append(`${prefix}[`);
    let separator = "";
    for (const item of items) {
      if (this.#isFull) break;
      if (!this.write(item, separator, self)) this.#append(`${separator}null`);
      separator = ",";
    }
    return this.#append("]");
  }

  /** Writes the members that are not left out, and returns their number. */
  #writeMembers(
    members: Readonly<Record<string, unknown>>,
    prefix: string,
    self: Parent,
  ): number {
    this.#append(`${prefix}{`);
    let count = 0;
    for (const key of Object.keys(members)) {
      if (this.#isFull) break;
      const start = `${count === 0 ? "" : ","}${quoteJson(key)}:`;
      if (this.write(members[key], start, self)) count++;
    }
    this.#append("}");
    return count;
  }

  /** Reserves the place of a promise. Its value is read as soon as it is there, in any order. */
  #writeLater(promise: PromiseLike<unknown>, prefix: string, self: Parent): true {
    const json = Promise.resolve(promise).then(
      (value) => {
        const writer = new JsonWriter(this.#promised, this.#promised, this.#notes);
        return !writer.#isFull && writer.write(value, "", self) ? writer.finish() : "null";
      },
      (thrown) => quoteJson(`(failed: ${redactSecrets(reasonOf(thrown))})`),
    );
    this.#append(prefix);
    this.#slots.push({ at: this.#text.length, json });
    return true;
  }

  #hide(description: string, prefix: string, parent: Parent | undefined): boolean {
    this.#notes.hidden ??= description;
    if (parent === undefined) return false;
    return this.#append(prefix + quoteJson(`(${description}) cannot be shown`));
  }
}

function isBinary(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
}

function isThenable(value: object): value is PromiseLike<unknown> {
  return "then" in value && typeof value.then === "function";
}

function isPairs(value: object): value is Headers | URLSearchParams | FormData {
  return value instanceof Headers || value instanceof URLSearchParams || value instanceof FormData;
}

/** Returns pairs as an object. A name that occurs several times has a list of values. */
function groupPairs(pairs: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const groups = new Map<string, unknown[]>();
  for (const [name, value] of pairs) groups.set(name, [...groups.get(name) ?? [], value]);
  return Object.fromEntries(
    [...groups].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

function isNodeStream(value: object): boolean {
  return "pipe" in value && typeof value.pipe === "function" &&
    "on" in value && typeof value.on === "function";
}
