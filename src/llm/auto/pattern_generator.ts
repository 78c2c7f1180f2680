/**
 * Generator of strings that match a regular expression.
 *
 * @module
 */
import { pick, type Random, randomBelow } from "../../random.ts";

/**
 * Generates one string, longer for a larger size; undefined if the attempt failed, for
 * example because the string does not satisfy a look-ahead.
 */
export type StringGenerator = (random: Random, size: number) => string | undefined;

/**
 * Returns a generator of strings that match a regular expression; undefined if
 * the pattern is invalid or has back-references. Look-around is ignored while
 * generating, so each string is tested against the expression.
 */
export function compileStringGenerator(pattern: string, flags = "u"): StringGenerator | undefined {
  try {
    const expression = new RegExp(pattern, flags);
    const make = new PatternCompiler(pattern, expression.flags).compile();
    return (random, size) => {
      const text = make(random, size);
      return expression.test(text) ? text : undefined;
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Generate = (random: Random, size: number) => string;

const EMPTY: Generate = () => "";

/** Matches a character class, an escape or a single character. */
const ATOM_REGEXP =
  /\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\}|p\{[^}]*\}|[^])|[^]/iuy;

/** Matches a quantifier, greedy or lazy. */
const QUANTIFIER_REGEXP = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/uy;

/** Matches the start of a group. The first capture is set for look-around, which adds no text. */
const GROUP_REGEXP = /\((?:\?(?:(<?[=!])|:|<\w+>))?/uy;

/** Recursive-descent parser that compiles each part of a pattern to a generator. */
class PatternCompiler {
  readonly #pattern: string;
  readonly #flags: string;
  #at = 0;

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern;
    this.#flags = flags;
  }

  compile(): Generate {
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

  #alternatives(): Generate {
    const made = [this.#sequence()];
    while (this.#take(/\|/y)) made.push(this.#sequence());
    return made.length === 1 ? made[0]! : (random, size) => pick(made, random)!(random, size);
  }

  #sequence(): Generate {
    const made: Generate[] = [];
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#pattern[this.#at]!)) {
      made.push(this.#repeated(this.#group() ?? this.#atom()));
    }
    return (random, size) => made.map((one) => one(random, size)).join("");
  }

  #group(): Generate | undefined {
    const opening = this.#take(GROUP_REGEXP);
    if (opening === undefined) return undefined;
    const made = this.#alternatives();
    if (!this.#take(/\)/y)) throw new SyntaxError("Open group");
    return opening[1] === undefined ? made : EMPTY;
  }

  #atom(): Generate {
    const [atom] = this.#take(ATOM_REGEXP)!;
    if (/^(?:[\^$]|\\b)$/i.test(atom)) return EMPTY;
    if (/^\\[1-9k]/.test(atom)) throw new SyntaxError("Back-reference");
    if (!/^[.[\\]/.test(atom)) return () => atom;
    const characters = listCharacters(atom === "." ? "\\w" : atom, this.#flags);
    return (random) => pick(characters, random) ?? "";
  }

  #repeated(made: Generate): Generate {
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

/** Maximum number of characters taken from a class without printable ASCII characters. */
const MAX_OTHER_CHARACTERS = 32;

/** Last code point that is searched for characters of a class. */
const LAST_CODE_POINT = 0x1ffff;

/** Returns the printable ASCII characters of a class; if it has none, the first other ones. */
function listCharacters(atom: string, flags: string): string[] {
  const expression = new RegExp(`^${atom}$`, flags);
  const printable = PRINTABLE.filter((one) => expression.test(one));
  if (printable.length > 0) return printable;
  const others: string[] = [];
  for (let code = 0; code <= LAST_CODE_POINT && others.length < MAX_OTHER_CHARACTERS; code++) {
    const character = String.fromCodePoint(code);
    if (expression.test(character)) others.push(character);
    else if (others.length > 0) break;
  }
  return others;
}
