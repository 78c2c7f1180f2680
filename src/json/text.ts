/**
 * Text: on a single line for messages, safe to show, well-formed, blank; hashes of text, and bytes as
 * base64.
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

/**
 * Matches characters that could move a cursor, change colours, hide text or reorder it: controls,
 * formats (bidirectional marks and others), line and paragraph separators, and lone surrogates.
 */
export const UNSAFE_REGEXP: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns a text that a terminal shows as it is: unsafe characters are written as `\u{1b}`. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(
    UNSAFE_REGEXP,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
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

// deno-lint-ignore no-control-regex
const VISIBLE_REGEXP = /[^\s\u001c-\u001f\u0085]/;

/**
 * Returns true if a text is empty or white space only, which some vendors refuse as a message.
 * White space is what JavaScript, Unicode or Python takes for it, because a vendor may use any
 * of them; invisible characters that join or separate letters are not.
 */
export function isBlank(text: string): boolean {
  return !VISIBLE_REGEXP.test(text);
}

/** Number of bytes that are converted at once, because a call takes a limited number of arguments. */
const CHUNK = 0x8000;

/** Encodes bytes as base64. */
export function encodeBase64(bytes: Uint8Array): string {
  if (typeof bytes.toBase64 === "function") return bytes.toBase64();
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** Decodes base64 into new bytes. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
