/**
 * What looks like a key, a token or a password.
 *
 * JSON stays JSON: no pattern takes a quote without the one that belongs to it,
 * or a part of an escape.
 *
 * @module
 */

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Names whose values are secrets; what stands before them in a longer name does not matter. */
const NAMES = "api[ _-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?(?:access[_-]?)?key|" +
  "(?:private|signing|encryption)[_-]?key|client[_-]?secret|" +
  "(?:access|api|auth|bearer|bot|id|refresh|session)[_-]?token|" +
  "secret|password|passwd|passphrase|pwd|authorization";

/** Where a key may begin: not within a word, but after an escape of JSON such as `\n`. */
const START = String.raw`(?:(?<![A-Za-z0-9_])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))`;

/** Between a name and its value. */
const SEPARATOR = String.raw`[ \t]*(?:=>|:=|[:=])[ \t]*`;

/**
 * A value in quotes, groups 2 and 3 being its quote. It may be within JSON, once
 * or several times: then its quotes have backslashes, and those inside have more.
 * What follows the first quote tells whether it rather ends a text.
 */
const QUOTED = String.raw`(\\*)(["'])(?![\\\s]*[,}\]:])` +
  String.raw`(?:(?!\2\\|\2\3)[^"]|\2\\(?:\2["'\\]|(?!\2["'\\])[^]))+\2\3`;

/** A value without quotes, as in a query, a header or a shell. */
const BARE = String.raw`(?![[{(<=:>]|\$\{)[^\s"'\\,;&\x00-\x1f]`;

/** What stands where a key does, and has letters as no word: a digit among them, or very many. */
const TOKEN = String.raw`(?:(?=[A-Za-z._~+/=-]*\d)[\w.~+/=-]{8,}|[\w.~+/=-]{20,})`;

const PRIVATE_KEY = "-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----" +
  String.raw`(?:[^"']{0,20000}?-----END \1PRIVATE KEY\2-----` +
  // Its end may be cut off.
  String.raw`|(?:[A-Za-z0-9+/=\s]|\\+[nrt])*)`;

const PREFIXES = "gh[opsru]_|github_pat_|glpat-|xox[abeoprs]-|[rs]k_(?:live|test)_|npm_|hf_|AIza";

const PATTERNS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [new RegExp(PRIVATE_KEY, "g"), REDACTED],
  [
    new RegExp(`((?:${NAMES})(?:\\\\*["'])?${SEPARATOR})${QUOTED}`, "gi"),
    `$1$2$3${REDACTED}$2$3`,
  ],
  [new RegExp(`(authorization${SEPARATOR})(?:[a-z]+[ \\t]+)?${BARE}+`, "gi"), `$1${REDACTED}`],
  [new RegExp(`((?:${NAMES})${SEPARATOR})${BARE}{4,}`, "gi"), `$1${REDACTED}`],
  [
    // A token may be many things: here it is one of sixteen letters or more.
    new RegExp(`(${START}token(?:\\\\*["'])?${SEPARATOR}(?:\\\\*["'])?)[\\w.~+/=-]{16,}`, "gi"),
    `$1${REDACTED}`,
  ],
  [new RegExp(`(${START}bearer[ \\t]+)${TOKEN}`, "gi"), `$1${REDACTED}`],
  [new RegExp(`${START}sk-(?:(?=[A-Za-z_-]*\\d)[\\w-]{8,}|[\\w-]{20,})`, "g"), REDACTED],
  [new RegExp(`${START}(?:AKIA|ASIA)[0-9A-Z]{12,}`, "g"), REDACTED],
  [new RegExp(`${START}(?:${PREFIXES})[\\w-]{10,}`, "g"), REDACTED],
  [new RegExp(`${START}eyJ[\\w-]{8,}(?:\\.[\\w-]*){1,4}`, "g"), REDACTED],
  // The password of a URL.
  [/(:\/\/[^\s/:@"'\\]*:)[^\s/@"'\\]+@/g, `$1${REDACTED}@`],
];

const SECRET_NAME_REGEXP = new RegExp(`(?:${NAMES}|token)$`, "i");

/**
 * A text, what looks like a secret in it taken out; `name` is that of the
 * member whose value it is, for it may say what the value is.
 */
export function redactKeys(text: string, name = ""): string {
  if (!SECRET_NAME_REGEXP.test(name)) return replaceAll(text);
  // As it would be within JSON, so that both ways lead to the same.
  const [redacted] = Object.values(JSON.parse(replaceAll(JSON.stringify({ [name]: text }))));
  return redacted as string;
}

function replaceAll(text: string): string {
  for (const [pattern, replacement] of PATTERNS) text = text.replace(pattern, replacement);
  return text;
}
