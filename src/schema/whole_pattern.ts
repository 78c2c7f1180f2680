/**
 * Regular expressions for decoders that match a pattern against the JSON text of a string.
 *
 * @module
 */

/**
 * A pattern that is anchored at both ends and matches only printable ASCII that JSON does not
 * escape. It is made of literals, escapes, groups, alternatives, counts and classes.
 */
const WHOLE_REGEXP =
  /^\^(?:[ !#%-',/:->@\w`~-]|\\[dw.$()*+?/{|}-]|\((?:\?:)?(?![?)|])|\)|\|(?![)|])|(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{])|\[-?(?:\\[dw.]|[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|[ !#-,./:-@\w`{-~](?!-[^\]]))+(?:\\?-)?\])+\$$/;

/**
 * Returns an equal pattern for decoders that match the whole JSON text between the quotes
 * and know little syntax; undefined if there is none. It has no escapes, because llama.cpp
 * knows almost none.
 */
export function toWholePattern(pattern: string): string | undefined {
  if (!WHOLE_REGEXP.test(pattern) || hasOuterChoice(pattern)) return undefined;
  // The whole is matched, so neither groups nor greed make a difference.
  return pattern.replace(
    /\[.*?\]|\\.|\(\?:|([*+?}])\?/g,
    (token, count?: string) =>
      count ??
        (token === "(?:" ? "(" : token[0] === "[" ? unescape(token) : `[${unescape(token)}]`),
  );
}

/** Returns true if an alternative has one anchor only: `^a|b$` matches "ab" and "bb". */
function hasOuterChoice(pattern: string): boolean {
  let depth = 0;
  for (const [token] of pattern.matchAll(/\\.|\[.*?\]|[()|]/g)) {
    if (token === "|" && depth === 0) return true;
    if (token === "(") depth++;
    if (token === ")") depth--;
  }
  return false;
}

/** Returns the members of a class without escapes. */
function unescape(members: string): string {
  return members.replaceAll("\\d", "0-9").replaceAll("\\w", "A-Za-z0-9_").replaceAll("\\", "");
}
