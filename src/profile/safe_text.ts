/**
 * Text of models, tools and files in reports.
 *
 * @module
 */
import { escapeUnsafe } from "../json/text.ts";

/** Longest text in a report, in characters. */
const MAX_TEXT = 2_000;

/** Cuts a text to the longest of a report. */
export function cutText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}

/** Returns a text on one line that a terminal shows as it is. */
export function makeSafe(text: string): string {
  return escapeUnsafe(cutText(text));
}

/**
 * Starts of what GitHub links and notifies in text that has been rendered, so that an escape does not
 * help: addresses, mentions and numbers of issues.
 */
const LINKED_START = /@|(?<!&)#(?=\d)|www(?=\.)|:(?=\/\/)/gi;

/** Returns a text that Markdown shows as it is: no link, mention, tag or cell begins in it. */
export function escapeMarkdown(text: string): string {
  return makeSafe(text)
    .replaceAll(/[&<>|]/g, (character) => `&#${character.codePointAt(0)};`)
    // An underscore within a word, as in names of tools, means nothing.
    .replaceAll(/[\\`*[\]~]|(?<![\p{L}\d])_|_(?![\p{L}\d])/gu, (character) => `\\${character}`)
    // A space without a width ends it.
    .replaceAll(LINKED_START, (start) => `${start}&#8203;`);
}
