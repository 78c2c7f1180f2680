/**
 * Taking secrets out of what a cassette writes.
 *
 * Redacting twice gives what redacting once gave, and a value redacted and then
 * written as JSON is what its JSON redacted is: a replayed answer becomes part
 * of the next request, which must still be the one that was recorded.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import type { Json } from "../../json/json.ts";
import { commonEnds } from "../text.ts";
import { REDACTED, redactKeys } from "../../json/secret_patterns.ts";

/** Takes the secrets out of one text, which may be the value of a member with a name. */
export type Redact = (text: string, name?: string) => string;

/**
 * Makes what takes secrets out of texts: first what the user lists, for a
 * pattern of ours might take only a part of it, then what looks like a key.
 *
 * @throws {ConfigError} if the list has something else than texts and patterns.
 */
export function makeRedact(
  own: readonly (string | RegExp)[] | ((text: string) => string) = [],
): Redact {
  const redactOwn = typeof own === "function" ? checked(own) : redactListed(own);
  return (text, name) => redactKeys(redactOwn(text), name);
}

/** A value with the secrets taken out of its texts and names, and nothing else changed. */
export function redactValue(value: Json, redact: Redact, name?: string): Json {
  if (typeof value === "string") return redact(value, name);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  const names = new Set<string>();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const redacted = redact(name);
      let unique = redacted;
      // Two names may become one; both members stay.
      for (let count = 2; names.has(unique); count++) unique = `${redacted} ${count}`;
      names.add(unique);
      return [unique, redactValue(item, redact, name)];
    }),
  );
}

/**
 * The texts of a stream with the secrets taken out, also those that lie across
 * several texts: the whole is redacted, and cut again where both are the same.
 */
export function redactChunks(chunks: readonly string[], redact: Redact): readonly string[] {
  const whole = chunks.join("");
  const redacted = redact(whole);
  if (redacted === whole) return chunks;
  const [start, end] = commonEnds(whole, redacted);
  const cuts: number[] = [0];
  let at = 0;
  for (const { length } of chunks.slice(0, -1)) {
    at += length;
    if (at <= start) cuts.push(at);
    else if (at >= whole.length - end) cuts.push(at + redacted.length - whole.length);
  }
  return cuts.map((cut, index) => redacted.slice(cut, cuts[index + 1]));
}

function redactListed(list: readonly (string | RegExp)[]): (text: string) => string {
  const literals: string[] = [];
  const patterns: RegExp[] = [];
  for (const secret of list) {
    if (typeof secret === "string") literals.push(...escapedForms(secret));
    else if (!(secret instanceof RegExp) || secret.test("")) {
      const given = secret instanceof RegExp ? String(secret) : quote(secret);
      throw new ConfigError(
        `Cannot redact ${given}: expected a text, or a pattern that does not match empty text`,
      );
    } else patterns.push(new RegExp(secret.source, `${secret.flags.replace(/[gy]/g, "")}g`));
  }
  // One secret may contain another.
  literals.sort((a, b) => b.length - a.length);
  return (text) => {
    for (const secret of [...literals, ...patterns]) {
      // A secret such as "act" must not be looked for in what replaces secrets.
      const parts = text.split(REDACTED);
      text = parts.map((part) => part.replaceAll(secret, () => REDACTED)).join(REDACTED);
    }
    return text;
  };
}

/** A secret as it is, in JSON, and in JSON that is a text of JSON. An empty one has no form. */
function escapedForms(secret: string): string[] {
  const forms = new Set<string>();
  for (let form = secret; forms.size < 3 && form !== "" && !forms.has(form);) {
    forms.add(form);
    form = JSON.stringify(form).slice(1, -1);
  }
  return [...forms];
}

function checked(own: (text: string) => string): (text: string) => string {
  return (text) => {
    try {
      const redacted: unknown = own(text);
      if (typeof redacted === "string") return redacted;
      throw new TypeError(`it returned ${quote(redacted)}: expected a text`);
    } catch (cause) {
      throw new ConfigError(`Cannot redact: the function failed: ${reasonOf(cause)}`, { cause });
    }
  };
}
