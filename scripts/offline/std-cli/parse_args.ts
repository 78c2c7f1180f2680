/**
 * Stands in for `jsr:@std/cli/parse-args` where JSR cannot be reached: `parseArgs` with the options
 * this repository uses, and the behaviour of the real package, so that either may be behind the
 * import.
 *
 * @module
 */

/** Knowledge about the flags. */
export interface ParseOptions {
  /** The other name of a flag; it gets the value too. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Flags that take no value and are false by default. */
  readonly boolean?: readonly string[];
  /** Values of flags that are not given. */
  readonly default?: Readonly<Record<string, unknown>>;
  /** Flags that `--no-` before the name makes false. */
  readonly negatable?: readonly string[];
  /** Flags whose value stays text, and is empty if there is none. */
  readonly string?: readonly string[];
  /** Called with every argument not named above; `false` leaves it out of the result. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The flags by name and the plain arguments under `_`. */
export type Args = Record<string, unknown> & { _: (string | number)[] };

/** The value after a flag of one letter: it ends with the line. */
const INLINE_VALUE_REGEXP = /=(.+)/;

/** The end of a number: in `-n5` the rest is the value, not more flags. */
const NUMBER_END_REGEXP = /\d\.?$/;

/** An argument that looks like a flag, so that it is not the value of the one before it. */
const FLAG_REGEXP = /^--?[^-]/;

/**
 * Reads flags and plain arguments, in the manner of minimist.
 *
 * A flag takes the next argument as its value unless it is boolean or the next is a flag; text that
 * looks like a number becomes one unless the flag is a string; all after `--` is left alone.
 *
 * @param args The arguments, as a rule `Deno.args`.
 */
export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const reader = new ArgumentReader(options);
  const terminator = args.indexOf("--");
  reader.read(terminator === -1 ? args : args.slice(0, terminator));
  reader.fillIn();
  if (terminator !== -1) reader.flags._.push(...args.slice(terminator + 1));
  return reader.flags;
}

/** Reads arguments one after the other. */
class ArgumentReader {
  readonly flags: Args = { _: [] };
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, string>();
  readonly #booleans: ReadonlySet<string>;
  readonly #strings: ReadonlySet<string>;

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const pair of Object.entries(options.alias ?? {})) {
      for (const [one, other] of [pair, pair.toReversed()]) this.#aliases.set(one!, other!);
    }
    this.#booleans = new Set(options.boolean?.flatMap((name) => this.#namesOf(name)));
    this.#strings = new Set(options.string?.flatMap((name) => this.#namesOf(name)));
  }

  read(args: readonly string[]): void {
    for (let index = 0; index < args.length; index++) {
      const arg = args[index]!;
      if (arg.startsWith("-") && arg.length > 1) {
        const isNextTaken = arg.startsWith("--")
          ? this.#readLong(arg, args[index + 1])
          : this.#readShort(arg, args[index + 1]);
        if (isNextTaken) index++;
      } else if (this.#options.unknown?.(arg) !== false) {
        this.flags._.push(toNumberIfNumeric(arg));
      }
    }
  }

  /** Sets the flags that are not there to their defaults. */
  fillIn(): void {
    const booleans = [...this.#booleans].map((name) => [name, false] as const);
    for (const [name, value] of [...Object.entries(this.#options.default ?? {}), ...booleans]) {
      if (Object.hasOwn(this.flags, name)) continue;
      for (const each of this.#namesOf(name)) this.flags[each] = value;
    }
  }

  /** Reads a flag with two dashes; true if the next argument was its value. */
  #readLong(arg: string, next: string | undefined): boolean {
    const isNegated = arg.startsWith("--no-") && arg.length > "--no-".length;
    const body = arg.slice(isNegated ? "--no-".length : "--".length);
    const equals = body.indexOf("=", 1);
    if (equals !== -1 && equals < body.length - 1) {
      const key = body.slice(0, equals);
      const value = body.slice(equals + 1);
      this.#set(key, this.#booleans.has(key) ? value !== "false" : value, arg);
      return false;
    }
    if (isNegated && this.#isNegatable(body)) {
      this.#set(body, false, arg);
      return false;
    }
    return this.#setFromNext(isNegated ? `no-${body}` : body, arg, next, !next?.startsWith("-"));
  }

  /** Reads flags of one letter each; true if the next argument was the value of the last. */
  #readShort(arg: string, next: string | undefined): boolean {
    const letters = arg.slice(1, -1).split("");
    for (const [position, letter] of letters.entries()) {
      const rest = arg.slice(position + 2);
      const value = rest === "-" ? rest : this.#inlineValue(letter, rest, letters[position + 1]);
      this.#set(letter, value ?? this.#bareValue(letter), arg);
      if (value !== undefined && rest !== "-") return false;
    }
    const key = arg.slice(-1);
    return key !== "-" && this.#setFromNext(key, arg, next, !FLAG_REGEXP.test(next ?? ""));
  }

  /** The value that follows a letter within its own argument, if what follows is not more letters. */
  #inlineValue(letter: string, rest: string, nextLetter: string | undefined): string | undefined {
    if (/[A-Za-z]/.test(letter)) {
      const value = INLINE_VALUE_REGEXP.exec(rest)?.[1];
      if (value !== undefined) return value;
      if (NUMBER_END_REGEXP.test(rest)) return rest;
    }
    return nextLetter !== undefined && /\W/.test(nextLetter) ? rest : undefined;
  }

  #setFromNext(key: string, arg: string, next: string | undefined, mayTakeNext: boolean): boolean {
    const isTaken = Boolean(next) && mayTakeNext && !this.#booleans.has(key);
    const isTruth = next === "true" || next === "false";
    const value = isTaken ? next! : isTruth ? next === "true" : this.#bareValue(key);
    this.#set(key, value, arg);
    return isTaken || isTruth;
  }

  /** The value of a flag that has none. */
  #bareValue(key: string): string | boolean {
    return this.#strings.has(key) ? "" : true;
  }

  #set(key: string, value: string | boolean, arg: string): void {
    const isText = this.#strings.has(key);
    const isKnown = isText || this.#booleans.has(key) || this.#aliases.has(key);
    if (!isKnown && this.#options.unknown?.(arg, key, value) === false) return;
    const read = isText || typeof value === "boolean" ? value : toNumberIfNumeric(value);
    for (const name of this.#namesOf(key)) this.flags[name] = read;
  }

  #isNegatable(key: string): boolean {
    return this.#namesOf(key).some((name) => this.#options.negatable?.includes(name));
  }

  #namesOf(key: string): string[] {
    const alias = this.#aliases.get(key);
    return alias === undefined ? [key] : [key, alias];
  }
}

function toNumberIfNumeric(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
