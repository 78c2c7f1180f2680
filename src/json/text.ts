/**
 * Single-line text for messages, well-formed text, and hashes of text.
 *
 * @module
 */

/** Matches control characters and line breaks, including the Unicode line separators. */
// deno-lint-ignore no-control-regex
const CONTROL_REGEXP = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Returns a text on one line, cut to `maxChars` characters, with control characters escaped. */
export function oneLine(text: string, maxChars = 300): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars).toWellFormed()}…` : text;
  return cut.toWellFormed().replace(
    CONTROL_REGEXP,
    (character) =>
      SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Matches an escape in JSON. `JSON.stringify()` escapes a surrogate only if it is alone. */
const ESCAPE_REGEXP = /\\(ud[89a-f][0-9a-f]{2}|.)/g;

/** Serializes a JSON value as JSON text. Lone surrogates in its strings and keys are replaced. */
export function toWellFormedJson(value: unknown): string {
  return replaceLoneEscapes(JSON.stringify(value));
}

/** Replaces the lone surrogates in the strings and keys of a text by `JSON.stringify()`. */
export function replaceLoneEscapes(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(ESCAPE_REGEXP, (match, escaped: string) => {
    return escaped.length > 1 ? "\ufffd" : match;
  });
}

/** Returns the SHA-256 hash of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export async function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  let hex = "";
  for (const byte of new Uint8Array(digest)) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
