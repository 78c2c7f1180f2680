/** What the options of `parseArgs` say of each name, aliases included. @module */

import type { Aliases, Names, ParseOptions } from "./types.ts";

/** The names of the flags, by what they mean; an alias of a name is among its like. */
export interface FlagNames {
  /** The other names of each name. */
  readonly aliases: ReadonlyMap<string, ReadonlySet<string>>;
  /** The flags that take no value. */
  readonly booleans: ReadonlySet<string>;
  /** The flags that come as a list. */
  readonly collected: ReadonlySet<string>;
  /** The flags that `--no-` makes false. */
  readonly negatable: ReadonlySet<string>;
  /** The flags whose value stays text. */
  readonly strings: ReadonlySet<string>;
  /** Whether every long flag takes no value. */
  readonly areAllBoolean: boolean;
}

/** Reads the names out of the options. */
export function readFlagNames(options: ParseOptions): FlagNames {
  const aliases = readAliases(options.alias ?? {});
  const { boolean = false } = options;
  return {
    aliases,
    booleans: withAliases(typeof boolean === "boolean" ? [] : boolean, aliases),
    collected: withAliases(options.collect ?? [], aliases),
    negatable: withAliases(options.negatable ?? [], aliases),
    strings: withAliases(options.string ?? [], aliases),
    areAllBoolean: boolean === true,
  };
}

function readAliases(options: Aliases): Map<string, Set<string>> {
  const aliases = new Map<string, Set<string>>();
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) throw new TypeError("Alias value must be defined");
    const group = [name, ...toList(value)];
    for (const member of group) {
      aliases.set(member, new Set(group.filter((other) => other !== member)));
    }
  }
  return aliases;
}

function withAliases(
  names: Names<string>,
  aliases: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const named = toList(names).filter((name) => name !== "");
  return new Set(named.flatMap((name) => [name, ...aliases.get(name) ?? []]));
}

function toList(names: Names<string>): readonly string[] {
  return typeof names === "string" ? [names] : names;
}
