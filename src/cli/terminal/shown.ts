/**
 * Text of models, tools and files on a terminal.
 *
 * @module
 */
import { escapeUnsafe, UNSAFE_REGEXP } from "../../json/text.ts";

/** Zero-width joiner, which composes pictures such as families. */
const JOINER =
  /(?<=\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]?)\u200d(?=\p{Extended_Pictographic})/gu;

/**
 * Returns a text that a terminal shows as it is: unsafe characters but the line feed are escaped, and
 * the joiner between two pictures is kept. All text that the command did not write itself passes here
 * before it is printed.
 */
export function shown(text: string): string {
  const escape = (part: string) => part.split("\n").map(escapeUnsafe).join("\n");
  return text.replaceAll("\t", "  ").split(JOINER).map(escape).join("\u200d");
}

/** Returns a text on one line: `shown()`, with `\n` for line feeds. */
export function shownInLine(text: string): string {
  return shown(text).replaceAll("\n", "\\n");
}

/** Returns a JSON text of the same value, whose unsafe characters are escaped. */
export function escapeJson(json: string): string {
  return json.replaceAll(UNSAFE_REGEXP, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** End of a text whose meaning depends on what follows: a picture and its joiners, half of a pair. */
const OPEN_END =
  /(?:(?:\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]?\u200d)*\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]?\u200d?)?[\ud800-\udbff]?$/u;

/** Text that arrives in parts, as a terminal shows it. */
export class ShownStream {
  #open = "";

  /** Returns what can be shown after another part of the text. */
  push(text: string): string {
    const all = this.#open + text;
    // Long chains of pictures, which nobody writes, would take long to find.
    const [open = ""] = OPEN_END.exec(all.slice(-64)) ?? [];
    this.#open = open;
    return shown(all.slice(0, all.length - open.length));
  }

  /** Returns the rest. */
  end(): string {
    const rest = shown(this.#open);
    this.#open = "";
    return rest;
  }
}
