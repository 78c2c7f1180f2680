/**
 * Command lines of the tasks of this repository.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

/** Result of reading a command line. */
export type Command<Options> =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | { readonly kind: "run"; readonly options: Options };

/**
 * Flag, described by its default. A number takes whole numbers from 1. A boolean is a
 * switch; `--no-NAME` turns it off if its default is true. A list offers choices, and its
 * first one is the default. Undefined is an optional text.
 */
type Flag = number | boolean | string | readonly string[] | undefined;

/** Values of flags, by name. */
export type FlagValues<Flags> = { readonly [Name in keyof Flags]: FlagValue<Flags[Name]> };

type FlagValue<Kind> = Kind extends number ? number
  : Kind extends boolean ? boolean
  : Kind extends readonly (infer Choice)[] ? Choice
  : Kind extends string ? string
  : string | undefined;

/** Options of {@linkcode readFlags}. */
interface FlagOptions<Flags> {
  /**
   * Names of flags by their one-letter aliases. `h` for `help` is always included. Default:
   * none.
   */
  readonly alias?: Readonly<Record<string, string>>;
  /** Validates the values beyond their types. Returns a mistake, or undefined if there is none. */
  readonly check?: (values: FlagValues<Flags>) => Command<never> | undefined;
}

/**
 * Reads a command line. Reports only the first mistake.
 *
 * @param args Arguments, as in `Deno.args`.
 * @param flags Flags by name, without `help`.
 */
export function readFlags<const Flags extends Readonly<Record<string, Flag>>>(
  args: readonly string[],
  flags: Flags,
  { alias, check }: FlagOptions<Flags> = {},
): Command<FlagValues<Flags>> {
  const names = Object.keys(flags);
  const switches = names.filter((name) => typeof flags[name] === "boolean");
  const unknown: string[] = [];
  const parsed: Record<string, unknown> = parseArgs([...args], {
    alias: { h: "help", ...alias },
    boolean: ["help", ...switches],
    negatable: switches.filter((name) => flags[name]),
    string: names.filter((name) => !switches.includes(name)),
    default: Object.fromEntries(
      switches.filter((name) => flags[name]).map((name) => [name, true]),
    ),
    unknown: (argument) => {
      unknown.push(argument);
      return false;
    },
  });
  const [first] = [...unknown, ...parsed["_"] as readonly (string | number)[]];
  if (first !== undefined) return makeMistake(String(first), "a flag that --help lists");
  if (parsed["help"]) return { kind: "help" };

  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const given = parsed[name];
    const expected = typeof given === "string" ? checkText(given, flag) : undefined;
    if (expected !== undefined) return makeMistake(String(given), expected, `--${name}`);
    const value = given ?? (typeof flag === "object" ? flag[0] : flag);
    values[name] = typeof flag === "number" ? Number(value) : value;
  }
  const options = values as FlagValues<Flags>;
  return check?.(options) ?? { kind: "run", options };
}

/**
 * Makes a mistake with a message of one line, whatever the value contains.
 *
 * @param flag Flag that has the value. Default: none, for a misplaced argument.
 */
export function makeMistake(value: string, expected: string, flag?: string): Command<never> {
  const use = flag === undefined ? "" : ` for ${flag}`;
  const message = `Cannot use ${JSON.stringify(value)}${use}: expected ${expected}`;
  return { kind: "mistake", message };
}

/** Validates a text. Returns the expectation in words, or undefined if the flag accepts it. */
function checkText(text: string, flag: Flag): string | undefined {
  if (typeof flag === "number") {
    const isWhole = /^\d+$/.test(text) && Number(text) >= 1 && Number.isSafeInteger(Number(text));
    return isWhole ? undefined : "a whole number from 1";
  }
  if (typeof flag === "object") {
    return flag.includes(text) ? undefined : `one of ${flag.join(", ")}`;
  }
  return text === "" && flag !== "" ? "a text that is not empty" : undefined;
}
