/**
 * Command lines: of `nomos`, and of the tasks of this repository.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { findNearest } from "../schema/option_shape.ts";

/** Result of reading a command line. */
export type Command<Options> =
  | { readonly kind: "help" }
  | { readonly kind: "mistake"; readonly message: string }
  | { readonly kind: "run"; readonly options: Options; readonly positionals: readonly string[] };

/**
 * Flag, described by its default. A number takes whole numbers from 1. A boolean is a switch;
 * `--no-NAME` turns it off if its default is true. A list offers choices, and its first one is the
 * default; as `choices` they have none. Undefined is an optional text. Repeated texts become a list;
 * if they are optional, as in `--allow-net` and `--allow-net=HOST`, one without a text makes it true.
 */
type Flag =
  | number
  | boolean
  | string
  | readonly string[]
  | Choices
  | Repeated
  | undefined;

/** Flag that is one of several words, or absent. */
interface Choices {
  readonly choices: readonly string[];
}

/** Flag that may be repeated. */
interface Repeated {
  readonly repeated: "text" | "optional text";
}

/** Values of flags, by name. */
export type FlagValues<Flags> = { readonly [Name in keyof Flags]: FlagValue<Flags[Name]> };

type FlagValue<Kind> = Kind extends { readonly repeated: "text" } ? readonly string[]
  : Kind extends { readonly repeated: string } ? true | readonly string[]
  : Kind extends number ? number
  : Kind extends boolean ? boolean
  : Kind extends readonly (infer Choice)[] ? Choice
  : Kind extends { readonly choices: readonly (infer Choice)[] } ? Choice | undefined
  : Kind extends string ? string
  : string | undefined;

/** Options of {@linkcode readFlags}. */
interface FlagOptions<Flags> {
  /**
   * Names of flags by their one-letter aliases. `h` for `help` is always included. Default:
   * none.
   */
  readonly alias?: Readonly<Record<string, string>>;
  /** Maximum number of arguments that are not flags. Default: 0. */
  readonly positionals?: number;
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
  { alias = {}, positionals: most = 0, check }: FlagOptions<Flags> = {},
): Command<FlagValues<Flags>> {
  const kinds = new Map<string, Flag>([["help", false], ...Object.entries(flags)]);
  const names = new Map([["h", "help"], ...Object.entries(alias)]);
  const given = new Map<string, string | boolean>();
  const lists = new Map<string, string[]>();
  const positionals: string[] = [];
  const wrongValues: Command<never>[] = [];
  for (const token of readTokens(args, kinds, names)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (positionals.push(token.value) > most) {
        const count = `${most} argument${most === 1 ? "" : "s"}`;
        const expected = most === 0 ? KNOWN_FLAG : `at most ${count}, and flags that --help lists`;
        return makeMistake(token.value, expected);
      }
      continue;
    }
    const { rawName, inlineValue = false, value: text = "" } = token;
    const isNegative = token.name.startsWith("no-") && kinds.get(token.name.slice(3)) === true;
    const name = isNegative ? token.name.slice(3) : names.get(token.name) ?? token.name;
    if (!kinds.has(name)) {
      const nearest = findNearest(token.name, kinds.keys());
      const hint = nearest === undefined ? "" : `; did you mean --${nearest}?`;
      return makeMistake(rawName, `${KNOWN_FLAG}${hint}`);
    }
    const kind = kinds.get(name);
    if (typeof kind === "boolean") {
      if (inlineValue) wrongValues.push(makeMistake(text, "no value", rawName));
      else given.set(name, !isNegative);
      continue;
    }
    if (isOptional(kind) && !inlineValue) {
      given.set(name, true);
      continue;
    }
    // `-n=3` means the same as `-n3`.
    const value = inlineValue && !rawName.startsWith("--") ? text.replace(/^=/, "") : text;
    const expected = checkText(value, kind) ??
      (!inlineValue && /^-\D/.test(value) ? `a text, or --${name}=${value}` : undefined);
    if (expected !== undefined) wrongValues.push(makeMistake(value, expected, `--${name}`));
    if (given.get(name) !== true) given.set(name, value);
    if (isRepeated(kind)) lists.set(name, [...lists.get(name) ?? [], value]);
  }
  if (given.get("help")) return { kind: "help" };
  const [wrongValue] = wrongValues;
  if (wrongValue !== undefined) return wrongValue;

  const values = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => {
      if (isRepeated(flag)) return [name, given.get(name) === true || (lists.get(name) ?? [])];
      const value = given.get(name) ??
        (isChoices(flag) ? undefined : Array.isArray(flag) ? flag[0] : flag);
      return [name, typeof flag === "number" ? Number(value) : value];
    }),
  );
  const options = values as FlagValues<Flags>;
  return check?.(options) ?? { kind: "run", options, positionals };
}

/** Expectation of an argument that is none of the flags. */
const KNOWN_FLAG = "a flag that --help lists";

function isRepeated(flag: Flag): flag is Repeated {
  return typeof flag === "object" && "repeated" in flag;
}

function isChoices(flag: Flag): flag is Choices {
  return typeof flag === "object" && "choices" in flag;
}

/** Returns true for a flag that may have a text. */
function isOptional(flag: Flag): boolean {
  return isRepeated(flag) && flag.repeated === "optional text";
}

/** Divides arguments into flags with their values, and others. */
function readTokens(
  args: readonly string[],
  kinds: ReadonlyMap<string, Flag>,
  names: ReadonlyMap<string, string>,
) {
  const typeOf = (name: string) => {
    const kind = kinds.get(name);
    // The parser would take the next argument as the value of a text.
    return typeof kind === "boolean" || isOptional(kind) ? "boolean" as const : "string" as const;
  };
  const options = Object.fromEntries([
    ...kinds.keys().map((name) => [name, { type: typeOf(name) }] as const),
    ...names.entries().map(([short, name]) => [short, { type: typeOf(name), short }] as const),
  ]);
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
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
  const choices = isChoices(flag) ? flag.choices : Array.isArray(flag) ? flag : undefined;
  if (choices !== undefined) {
    return choices.includes(text) ? undefined : `one of ${choices.join(", ")}`;
  }
  return text === "" && flag !== "" ? "a text that is not empty" : undefined;
}
