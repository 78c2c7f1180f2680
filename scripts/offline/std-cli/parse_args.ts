/** Reads command-line arguments as `@std/cli/parse-args` does. @module */

import { type FlagNames, readFlagNames } from "./flag_names.ts";
import { collectNested, hasNested, type Nested, setNested } from "./nested.ts";
import type { Aliases, Args, Flags, ParseOptions } from "./types.ts";

export type { Args, ParseOptions } from "./types.ts";

/** The value after a flag of one letter: it ends with the line. */
const INLINE_VALUE_REGEXP = /=(.+)/;

/** The end of a number: in `-n5` the rest is the value, not more flags. */
const NUMBER_END_REGEXP = /\d\.?$/;

/** An argument that looks like a flag, so that it is not the value of the one before it. */
const FLAG_REGEXP = /^--?[^-]/;

/** A flag with two dashes that brings no value of its own. */
const BARE_LONG_FLAG_REGEXP = /^--[^=]+$/;

/**
 * Reads flags and plain arguments, in the manner of minimist.
 *
 * A flag takes the next argument as its value unless it is boolean or the next is a flag; what looks
 * like a number becomes one unless the flag is a string; all after `--` is left alone.
 *
 * @param args The arguments, as a rule `Deno.args`.
 * @param options What is known of the flags.
 * @returns The flags by name, and the plain arguments under `_`.
 */
export function parseArgs<
  const Booleans extends string | boolean = never,
  const Strings extends string = never,
  const Collected extends string = never,
  const Negatable extends string = never,
  Defaults extends Record<string, unknown> = Record<never, never>,
  const Alias extends Aliases = Record<never, never>,
  const DoubleDash extends boolean = false,
>(
  args: string[],
  options?: ParseOptions<
    Booleans,
    Strings,
    Collected,
    Negatable,
    Defaults,
    Alias,
    DoubleDash
  >,
): Args<Flags<Booleans, Strings, Collected, Negatable, Defaults, Alias>, DoubleDash>;
export function parseArgs(args: string[], options: ParseOptions = {}): Nested {
  const names = readFlagNames(options);
  const terminator = args.indexOf("--");
  const parsed = terminator === -1 ? args : args.slice(0, terminator);
  const rest = terminator === -1 ? [] : args.slice(terminator + 1);

  const reader = new ArgumentReader(names, options);
  reader.read(parsed);

  const { flags } = reader;
  fillIn(flags, names, options.default ?? {});
  if (options["--"]) flags["--"] = rest;
  else flags._.push(...rest);
  return flags;
}

/** Reads arguments one after the other. */
class ArgumentReader {
  readonly flags: Nested & { _: (string | number)[] } = { _: [] };
  readonly #names: FlagNames;
  readonly #options: ParseOptions;

  constructor(names: FlagNames, options: ParseOptions) {
    this.#names = names;
    this.#options = options;
  }

  read(args: readonly string[]): void {
    for (let index = 0; index < args.length; index++) {
      const arg = args[index]!;
      if (arg.startsWith("-") && arg.length > 1) {
        const isNextTaken = arg.startsWith("--")
          ? this.#readLong(arg, args[index + 1])
          : this.#readShort(arg, args[index + 1]);
        if (isNextTaken) index++;
        continue;
      }
      this.#readPlain(arg);
      if (this.#options.stopEarly) {
        this.flags._.push(...args.slice(index + 1));
        return;
      }
    }
  }

  #readPlain(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.flags._.push(this.#names.strings.has("_") ? arg : toNumberIfNumeric(arg));
  }

  /** Reads a flag with two dashes; says whether the next argument was its value. */
  #readLong(arg: string, next: string | undefined): boolean {
    const isNegated = arg.startsWith("--no-") && arg.length > "--no-".length;
    const body = arg.slice(isNegated ? "--no-".length : "--".length);
    const equals = body.indexOf("=", 1);
    if (equals !== -1 && equals < body.length - 1) {
      const key = body.slice(0, equals);
      const value = body.slice(equals + 1);
      this.#set(key, this.#names.booleans.has(key) ? value !== "false" : value, arg);
      return false;
    }
    if (isNegated && this.#names.negatable.has(body)) {
      this.#set(body, false, arg, setNested);
      return false;
    }
    const key = isNegated ? `no-${body}` : body;
    const mayTakeNext = !this.#names.areAllBoolean && !next?.startsWith("-");
    return this.#setFromNext(key, arg, next, mayTakeNext);
  }

  /** Reads flags of one letter each; says whether the next argument was the value of the last. */
  #readShort(arg: string, next: string | undefined): boolean {
    const letters = arg.slice(1, -1).split("");
    for (const [position, letter] of letters.entries()) {
      const rest = arg.slice(position + 2);
      const value = rest === "-" ? rest : this.#inlineValue(letter, rest, letters[position + 1]);
      this.#set(letter, value ?? this.#bareValue(letter), arg);
      if (value !== undefined && rest !== "-") return false;
    }
    const key = arg.slice(-1);
    if (key === "-") return false;
    return this.#setFromNext(key, arg, next, !FLAG_REGEXP.test(next ?? ""));
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

  #setFromNext(
    key: string,
    arg: string,
    next: string | undefined,
    mayTakeNext: boolean,
  ): boolean {
    if (next && mayTakeNext && !this.#isBoolean(key)) {
      this.#set(key, next, arg);
      return true;
    }
    if (next === "true" || next === "false") {
      this.#set(key, next === "true", arg);
      return true;
    }
    this.#set(key, this.#bareValue(key), arg);
    return false;
  }

  /** The value of a flag that has none. */
  #bareValue(key: string): string | boolean {
    return this.#names.strings.has(key) ? "" : true;
  }

  #isBoolean(key: string): boolean {
    const { aliases, booleans } = this.#names;
    return booleans.has(key) || aliases.get(key)?.values().some((alias) => booleans.has(alias)) ===
        true;
  }

  #set(
    key: string,
    value: string | boolean,
    arg: string,
    write: typeof setNested = this.#names.collected.has(key) ? collectNested : setNested,
  ): void {
    const { aliases, strings } = this.#names;
    if (!this.#isKnown(key, arg) && this.#options.unknown?.(arg, key, value) === false) return;
    const isText = typeof value === "boolean" || strings.has(key);
    const read = isText ? value : toNumberIfNumeric(value);
    for (const name of [key, ...aliases.get(key) ?? []]) write(this.flags, name, read);
  }

  #isKnown(key: string, arg: string): boolean {
    const { aliases, areAllBoolean, booleans, strings } = this.#names;
    return booleans.has(key) || strings.has(key) || aliases.has(key) ||
      areAllBoolean && BARE_LONG_FLAG_REGEXP.test(arg);
  }
}

/** Gives the flags that are not there their defaults. */
function fillIn(flags: Nested, names: FlagNames, defaults: Nested): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (hasNested(flags, name)) continue;
    for (const each of [name, ...names.aliases.get(name) ?? []]) setNested(flags, each, value);
  }
  for (const name of names.booleans) {
    if (!hasNested(flags, name)) setNested(flags, name, names.collected.has(name) ? [] : false);
  }
  for (const name of names.strings) {
    if (!hasNested(flags, name) && names.collected.has(name)) setNested(flags, name, []);
  }
}

function toNumberIfNumeric(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
