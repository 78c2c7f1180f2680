/**
 * What the command lines of this repository have in common.
 *
 * @module
 */

/** What a command line asks for. */
export type Command<Options> =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | { readonly kind: "run"; readonly options: Options };

/**
 * A wrong value, told in one line whatever it contains.
 *
 * @param value The value.
 * @param expected What was expected.
 * @param flag The flag it was given for. Default: none, it is wrong by itself.
 */
export function mistake<Options>(
  value: string,
  expected: string,
  flag?: string,
): Command<Options> {
  const use = flag === undefined ? "" : ` for ${flag}`;
  const message = `Could not use ${JSON.stringify(value)}${use}: expected ${expected}`;
  return { kind: "mistake", message };
}

/** A whole number from 1 as it was typed; undefined if it is none. */
export function positive(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  return number >= 1 && Number.isSafeInteger(number) ? number : undefined;
}

/** What every command line is told first: what it does not know, and whether help is wanted. */
export interface EarlyAnswer {
  /** For `parseArgs`: notes what no flag is. */
  readonly unknown: (argument: string) => false;
  /** The answer that makes all other flags needless; undefined if there is none. */
  readonly answer: (
    flags: { readonly _: readonly (string | number)[]; readonly help: boolean },
  ) => Command<never> | undefined;
}

/** Makes one for one command line. */
export function earlyAnswer(): EarlyAnswer {
  const unknown: string[] = [];
  return {
    unknown: (argument) => {
      unknown.push(argument);
      return false;
    },
    answer: ({ _: positional, help }) => {
      const [first] = [...unknown, ...positional];
      if (first !== undefined) return mistake(String(first), "a flag that --help lists");
      return help ? { kind: "help" } : undefined;
    },
  };
}
