/**
 * Redaction of secrets in cassettes.
 *
 * Redaction is idempotent, and redacting a value is equivalent to redacting its
 * JSON text. Both are required because a replayed, redacted answer becomes part
 * of the next request, which must equal the recorded request.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import type { Json } from "../../json/json.ts";
import { REDACTED, redactSecrets } from "../../json/secret_patterns.ts";
import { measureCommonEnds } from "../text.ts";

/** Redacts a text; `name` is the name of the member whose value it is. */
export type Redact = (text: string, name?: string) => string;

/**
 * Creates a function that redacts the user's secrets, then credentials of known
 * formats. In the other order, a built-in pattern could redact a part of a
 * user's secret, and the rest would no longer match.
 *
 * @throws {ConfigError} if an item of the list is neither a text nor a usable pattern.
 */
export function makeRedact(
  own: readonly (string | RegExp)[] | ((text: string) => string) = [],
): Redact {
  const redactOwn = typeof own === "function" ? wrapRedactFunction(own) : redactListed(own);
  return (text, name) => redactSecrets(redactOwn(text), name);
}

/** Returns a copy of a value with its texts and member names redacted. */
export function redactValue(value: Json, redact: Redact, name?: string): Json {
  if (typeof value === "string") return redact(value, name);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  const names = new Set<string>();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const redacted = redact(name);
      let unique = redacted;
      // Redaction may make two names equal; a number keeps both members.
      for (let count = 2; names.has(unique); count++) unique = `${redacted} ${count}`;
      names.add(unique);
      return [unique, redactValue(item, redact, name)];
    }),
  );
}

/**
 * Redacts the chunks of a stream, including secrets that span several chunks.
 * The joined text is redacted, then cut again at the boundaries of chunks that
 * lie outside the redacted range.
 */
export function redactChunks(chunks: readonly string[], redact: Redact): readonly string[] {
  const whole = chunks.join("");
  const redacted = redact(whole);
  if (redacted === whole) return chunks;
  const [start, end] = measureCommonEnds(whole, redacted);
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
      const shown = secret instanceof RegExp ? String(secret) : quote(secret);
      throw new ConfigError(
        `Cannot redact ${shown}: expected a text, or a pattern that does not match the empty text`,
      );
    } else patterns.push(new RegExp(secret.source, `${secret.flags.replace(/[gy]/g, "")}g`));
  }
  // Longer secrets first, because one secret may contain another.
  literals.sort((a, b) => b.length - a.length);
  return (text) => {
    for (const secret of [...literals, ...patterns]) {
      // A secret such as "act" must not match inside "[redacted]".
      const parts = text.split(REDACTED);
      text = parts.map((part) => part.replaceAll(secret, () => REDACTED)).join(REDACTED);
    }
    return text;
  };
}

/** Lists the forms of a secret: verbatim, JSON-escaped once, and twice. Empty for an empty text. */
function escapedForms(secret: string): string[] {
  const forms = new Set<string>();
  for (let form = secret; forms.size < 3 && form !== "" && !forms.has(form);) {
    forms.add(form);
    form = JSON.stringify(form).slice(1, -1);
  }
  return [...forms];
}

function wrapRedactFunction(own: (text: string) => string): (text: string) => string {
  return (text) => {
    try {
      const redacted: unknown = own(text);
      if (typeof redacted === "string") return redacted;
      throw new TypeError(`it returned ${quote(redacted)}: expected a text`);
    } catch (cause) {
      throw new ConfigError(`Cannot call the "redact" function: ${reasonOf(cause)}`, { cause });
    }
  };
}
