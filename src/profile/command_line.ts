/**
 * The flags of the commands of this repository.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

/** A command line that was read. */
export type Command<Options> =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | { readonly kind: "run"; readonly options: Options };

/**
 * A flag by its default: a number is a whole number from 1, a boolean a switch, which
 * `--no-NAME` turns off if it is on; a list offers choices, its first one the default;
 * undefined is a text that may be left out.
 */
export type Flag = number | boolean | string | readonly string[] | undefined;

/** The values of some flags. */
export type FlagValues<Flags> = { readonly [Name in keyof Flags]: FlagValue<Flags[Name]> };

type FlagValue<Kind> = Kind extends number ? number
  : Kind extends boolean ? boolean
  : Kind extends readonly (infer Choice)[] ? Choice
  : Kind extends string ? string
  : string | undefined;

/** Settings of {@linkcode readFlags}. */
export interface FlagOptions<Flags> {
  /** One-letter names of flags. Default: `h` for `help` alone. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Looks for mistakes that the kinds of the flags do not exclude. */
  readonly check?: (values: FlagValues<Flags>) => Command<never> | undefined;
}

/**
 * Reads a command line. A mistake is reported for the first argument that is wrong.
 *
 * @param args The arguments, as in `Deno.args`.
 * @param flags The flags by name, `--help` aside.
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
  if (first !== undefined) return mistake(String(first), "a flag that --help lists");
  if (parsed["help"]) return { kind: "help" };

  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const given = parsed[name];
    const expected = typeof given === "string" ? expectedInstead(given, flag) : undefined;
    if (expected !== undefined) return mistake(String(given), expected, `--${name}`);
    const value = given ?? (typeof flag === "object" ? flag[0] : flag);
    values[name] = typeof flag === "number" ? Number(value) : value;
  }
  const options = values as FlagValues<Flags>;
  return check?.(options) ?? { kind: "run", options };
}

/**
 * A wrong value, reported in one line whatever it contains.
 *
 * @param flag The flag that has the value. Default: none, the value is wrong by itself.
 */
export function mistake(value: string, expected: string, flag?: string): Command<never> {
  const use = flag === undefined ? "" : ` for ${flag}`;
  const message = `Could not use ${JSON.stringify(value)}${use}: expected ${expected}`;
  return { kind: "mistake", message };
}

/** The words for what a flag takes, if that is something else than this text. */
function expectedInstead(text: string, flag: Flag): string | undefined {
  if (typeof flag === "number") {
    const isWhole = /^\d+$/.test(text) && Number(text) >= 1 && Number.isSafeInteger(Number(text));
    return isWhole ? undefined : "a whole number from 1";
  }
  if (typeof flag === "object") return flag.includes(text) ? undefined : flag.join(", ");
  return text === "" && flag !== "" ? "a text" : undefined;
}
