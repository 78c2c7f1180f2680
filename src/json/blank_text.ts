/**
 * Blank text. A module of its own, because the rest of `text.ts` is needed only in a turn.
 *
 * @module
 */

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
