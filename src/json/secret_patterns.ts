/**
 * Redaction of secrets: text that looks like a key, a token or a password.
 *
 * JSON stays valid: no pattern matches a quote without its partner, or a part of an
 * escape.
 *
 * @module
 */

/** Replacement of a secret. */
export const REDACTED = "[redacted]";

/** Endings of names whose values are secrets. */
const NAMES = "api[ _-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?(?:access[_-]?)?key|" +
  "(?:private|signing|encryption)[_-]?key|client[_-]?secret|" +
  "(?:access|api|auth|bearer|bot|id|refresh|session)[_-]?token|" +
  "secret|password|passwd|passphrase|pwd|authorization";

/** Matches the start of a word, also after a JSON escape such as `\n`. */
const START = String.raw`(?:(?<![A-Za-z0-9_])|(?<=\\[bfnrt])|(?<=\\u[0-9a-f]{4}))`;

/** Matches the separator between a name and its value. */
const SEPARATOR = String.raw`[ \t]*(?:=>|:=|[:=])[ \t]*`;

/**
 * Matches a value in quotes; group 3 is the quote, and group 2 its backslashes. If the
 * value is inside JSON text, its quotes have backslashes, and quotes inside it have more.
 * The look-ahead after the first quote excludes quotes that end a text.
 */
const QUOTED = String.raw`(\\*)(["'])(?![\\\s]*[,}\]:])` +
  String.raw`(?:(?!\2\\|\2\3)[^"]|\2\\(?:\2["'\\]|(?!\2["'\\])[^]))+\2\3`;

/** Matches one character of an unquoted value, as in a query, a header or a shell command. */
const BARE = String.raw`(?![[{(<=:>]|\$\{)[^\s"'\\,;&\x00-\x1f]`;

/** Matches a token but no word: at least 8 characters with a digit, or at least 20. */
const TOKEN = String.raw`(?:(?=[A-Za-z._~+/=-]*\d)[\w.~+/=-]{8,}|[\w.~+/=-]{20,})`;

const PRIVATE_KEY = "-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----" +
  String.raw`(?:[^"']{0,20000}?-----END \1PRIVATE KEY\2-----` +
  // The end of the key may be cut off.
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
    // A value of "token" is often no secret, so only one of at least 16 characters is redacted.
    new RegExp(`(${START}token(?:\\\\*["'])?${SEPARATOR}(?:\\\\*["'])?)[\\w.~+/=-]{16,}`, "gi"),
    `$1${REDACTED}`,
  ],
  [new RegExp(`(${START}bearer[ \\t]+)${TOKEN}`, "gi"), `$1${REDACTED}`],
  [new RegExp(`${START}sk-(?:(?=[A-Za-z_-]*\\d)[\\w-]{8,}|[\\w-]{20,})`, "g"), REDACTED],
  [new RegExp(`${START}(?:AKIA|ASIA)[0-9A-Z]{12,}`, "g"), REDACTED],
  [new RegExp(`${START}(?:${PREFIXES})[\\w-]{10,}`, "g"), REDACTED],
  [new RegExp(`${START}eyJ[\\w-]{8,}(?:\\.[\\w-]*){1,4}`, "g"), REDACTED],
  // Password of a URL.
  [/(:\/\/[^\s/:@"'\\]*:)[^\s/@"'\\]+@/g, `$1${REDACTED}@`],
];

const SECRET_NAME_REGEXP = new RegExp(`(?:${NAMES}|token)$`, "i");

/**
 * Returns a text with its secrets replaced by {@linkcode REDACTED}.
 *
 * @param name Key of the JSON member whose value the text is. A name such as `password`
 * makes the whole value a secret.
 */
export function redactSecrets(text: string, name = ""): string {
  if (!SECRET_NAME_REGEXP.test(name)) return redactPatterns(text);
  // Redacted as JSON, so that the result is the same as in the JSON of the whole object.
  const [redacted] = Object.values(JSON.parse(redactPatterns(JSON.stringify({ [name]: text }))));
  return redacted as string;
}

function redactPatterns(text: string): string {
  for (const [pattern, replacement] of PATTERNS) text = text.replace(pattern, replacement);
  return text;
}
