/**
 * Making texts that match a regular expression.
 *
 * @module
 */
import { pick, type Random, randomBelow } from "../../random.ts";

/** Makes one text, longer with more size; undefined where it came out wrong, which is luck. */
export type TextMaker = (random: Random, size: number) => string | undefined;

/**
 * What makes texts that match a regular expression. Each is tested, so what a
 * text must only be near, as look-around, is left to luck. Undefined for one
 * that cannot be read, and for back-references.
 */
export function textMaker(pattern: string, flags = "u"): TextMaker | undefined {
  try {
    const expression = new RegExp(pattern, flags);
    const make = new PatternReader(pattern, expression.flags).whole();
    return (random, size) => {
      const text = make(random, size);
      return expression.test(text) ? text : undefined;
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Maker = (random: Random, size: number) => string;

const NOTHING: Maker = () => "";

/** A class, an escape or one character. */
const ATOM_REGEXP =
  /\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\}|p\{[^}]*\}|[^])|[^]/iuy;

/** What repeats, greedy or not. */
const QUANTIFIER_REGEXP = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/uy;

/** What begins a group: look-around is apart, for it adds no text. */
const GROUP_REGEXP = /\((?:\?(?:(<?[=!])|:|<\w+>))?/uy;

class PatternReader {
  readonly #pattern: string;
  readonly #flags: string;
  #at = 0;

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  whole(): Maker {
    const made = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new SyntaxError("Unread rest");
    return made;
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #alternatives(): Maker {
    const made = [this.#sequence()];
    while (this.#take(/\|/y)) made.push(this.#sequence());
    return made.length === 1 ? made[0]! : (random, size) => pick(made, random)!(random, size);
  }

  #sequence(): Maker {
    const made: Maker[] = [];
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#pattern[this.#at]!)) {
      made.push(this.#repeated(this.#group() ?? this.#atom()));
    }
    return (random, size) => made.map((one) => one(random, size)).join("");
  }

  #group(): Maker | undefined {
    const opening = this.#take(GROUP_REGEXP);
    if (opening === undefined) return undefined;
    const made = this.#alternatives();
    if (!this.#take(/\)/y)) throw new SyntaxError("Open group");
    return opening[1] === undefined ? made : NOTHING;
  }

  #atom(): Maker {
    const [atom] = this.#take(ATOM_REGEXP)!;
    if (/^(?:[\^$]|\\b)$/i.test(atom)) return NOTHING;
    if (/^\\[1-9k]/.test(atom)) throw new SyntaxError("Back-reference");
    if (!/^[.[\\]/.test(atom)) return () => atom;
    const characters = charactersOf(atom === "." ? "\\w" : atom, this.#flags);
    return (random) => pick(characters, random) ?? "";
  }

  #repeated(made: Maker): Maker {
    const [text, sign, least, comma, most] = this.#take(QUANTIFIER_REGEXP) ?? [];
    if (text === undefined) return made;
    const low = Number(least ?? (sign === "+" ? 1 : 0));
    const high = sign === "?" ? 1 : least === undefined || comma ? Number(most || Infinity) : low;
    return (random, size) => {
      const times = low + randomBelow(Math.min(high - low, size) + 1, random);
      return Array.from({ length: times }, () => made(random, size)).join("");
    };
  }
}

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/** How many characters are kept of a class that has none of those. */
const ENOUGH = 32;

/** Beyond it are no characters that a pattern would ask for. */
const LAST_LETTER = 0x1ffff;

/** The printable characters of ASCII that a class has; if it has none, some others. */
function charactersOf(atom: string, flags: string): string[] {
  const expression = new RegExp(`^${atom}$`, flags);
  const printable = PRINTABLE.filter((one) => expression.test(one));
  if (printable.length > 0) return printable;
  const others: string[] = [];
  for (let code = 0; code <= LAST_LETTER && others.length < ENOUGH; code++) {
    const character = String.fromCodePoint(code);
    if (expression.test(character)) others.push(character);
    else if (others.length > 0) break;
  }
  return others;
}
