/** Splits TypeScript into tokens, as far as finding imports and names needs it. @module */

/** A piece of source code. */
export interface Token {
  /** A word, the content of a string, a stretch of a template, or anything else. */
  readonly kind: "name" | "string" | "template" | "mark";
  /** The characters of the token; of a string only its content. */
  readonly text: string;
  /** The line it begins on, counted from 1. */
  readonly line: number;
}

const SKIPPED_REGEXP = /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|^#![^\n]*/y;
const NAME_REGEXP = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER_REGEXP = /\d[\w.]*/y;
const STRING_REGEXP = /"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)'/y;
const PATTERN_REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART_REGEXP = /[`}]((?:[^`\\$]|\\[^]|\$(?!\{))*)(?:`|\$\{)/y;

/** Words after which a slash begins a pattern, not a division. */
const WORDS_BEFORE_VALUE = new Set(
  "await case delete do else in instanceof new of return throw typeof void yield".split(" "),
);

/**
 * Splits source code into tokens. Comments are left out, so are the values of patterns.
 *
 * @param source The text of a TypeScript module.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // How many braces are open in each template expression the scanner is inside of.
  const openBraces: number[] = [];
  let position = 0;
  let line = 1;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match) position += match[0].length;
    return match;
  };

  while (position < source.length) {
    const start = position;
    const token = take(SKIPPED_REGEXP) ? undefined : readToken();
    if (token) tokens.push({ ...token, line });
    line += source.slice(start, position).split("\n").length - 1;
  }
  return tokens;

  function readToken(): Omit<Token, "line"> {
    const name = take(NAME_REGEXP);
    if (name) return { kind: "name", text: name[0] };
    const string = take(STRING_REGEXP);
    if (string) return { kind: "string", text: string[1] ?? string[2] ?? "" };
    const number = take(NUMBER_REGEXP);
    if (number) return { kind: "mark", text: number[0] };
    return readTemplatePart() ?? readPattern() ?? readMark();
  }

  function readTemplatePart(): Omit<Token, "line"> | undefined {
    const isResumed = source[position] === "}" && openBraces.at(-1) === 0;
    if (source[position] !== "`" && !isResumed) return undefined;
    const part = take(TEMPLATE_PART_REGEXP);
    if (!part) return undefined;
    if (isResumed) openBraces.pop();
    if (part[0].endsWith("${")) openBraces.push(0);
    return { kind: "template", text: part[1] ?? "" };
  }

  function readPattern(): Omit<Token, "line"> | undefined {
    if (source[position] !== "/" || isValueEnd(tokens.at(-1))) return undefined;
    return take(PATTERN_REGEXP) ? { kind: "mark", text: "/" } : undefined;
  }

  function readMark(): Omit<Token, "line"> {
    const text = source[position++]!;
    const depth = openBraces.length - 1;
    if (depth >= 0 && text === "{") openBraces[depth]! += 1;
    if (depth >= 0 && text === "}") openBraces[depth]! -= 1;
    return { kind: "mark", text };
  }
}

/** Whether a token ends a value, so that a slash after it divides. */
function isValueEnd(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "name") return !WORDS_BEFORE_VALUE.has(token.text);
  if (token.kind !== "mark") return true;
  return /^[)\]}\d]/.test(token.text);
}
