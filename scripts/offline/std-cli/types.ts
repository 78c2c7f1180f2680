/** The options of `parseArgs` and the type of what it gives, inferred from them. @module */

/** A name, or several. */
export type Names<Name extends string> = Name | readonly Name[];

/** The other names of a flag. */
export type Aliases = Readonly<Record<string, string | readonly string[]>>;

/** What `parseArgs` should know about the flags. */
export interface ParseOptions<
  Booleans extends string | boolean = string | boolean,
  Strings extends string = string,
  Collected extends string = string,
  Negatable extends string = string,
  Defaults extends Record<string, unknown> = Record<string, unknown>,
  Alias extends Aliases = Aliases,
  DoubleDash extends boolean = boolean,
> {
  /** Whether what follows `--` is given as `"--"`, not among the other arguments. */
  "--"?: DoubleDash;
  /** Other names of a flag; each of them gets the value too. */
  alias?: Alias;
  /** Flags that take no value and are false by default; `true` means all long ones. */
  boolean?: Booleans | readonly Extract<Booleans, string>[];
  /** Flags that may be given several times and come as a list. */
  collect?: Names<Collected>;
  /** Values of flags that are not given. */
  default?: Defaults;
  /** Flags that `--no-` before the name makes false. */
  negatable?: Names<Negatable>;
  /** Whether everything after the first plain argument is left as it is. */
  stopEarly?: boolean;
  /** Flags whose value stays text, and is empty when there is none. */
  string?: Names<Strings>;
  /** Called with every argument not named above; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What `parseArgs` gives: the flags by name and the plain arguments under `_`. */
export type Args<Flags = unknown, DoubleDash extends boolean = false> =
  & Record<string, unknown>
  & Flags
  & {
    /** The arguments that belong to no flag. */
    _: (string | number)[];
  }
  & DoubleDashArgs<DoubleDash>;

type DoubleDashArgs<DoubleDash extends boolean> = [DoubleDash] extends [false] ? unknown
  : [DoubleDash] extends [true] ? { "--": string[] }
  : { "--"?: string[] };

/** The flags named in the options, with their aliases. Dotted names are left `unknown`. */
export type Flags<
  Booleans extends string | boolean,
  Strings extends string,
  Collected extends string,
  Negatable extends string,
  Defaults,
  Alias,
> = NamedFlags<
  Named<Extract<Booleans, string>>,
  Named<Strings>,
  Named<Collected>,
  Negatable,
  { [Name in keyof Defaults as Named<Name>]: Defaults[Name] },
  Alias
>;

/** A name that is known to the compiler and has no dot. */
type Named<Name> = Name extends string
  ? string extends Name ? never : Name extends `${string}.${string}` ? never : Name
  : never;

type NamedFlags<
  Booleans extends string,
  Strings extends string,
  Collected extends string,
  Negatable extends string,
  Defaults,
  Alias,
> = WithAliases<
  WithDefaults<
    & { [Name in Booleans]: Name extends Collected ? boolean[] : boolean }
    & { [Name in Exclude<Strings, Collected>]?: string | Negation<Name, Negatable> | undefined }
    & { [Name in Extract<Strings, Collected>]: string[] | Negation<Name, Negatable> }
    & {
      [Name in Exclude<Collected, Booleans | Strings>]: unknown[] | Negation<Name, Negatable>;
    },
    Defaults
  >,
  Alias
>;

type Negation<Name extends string, Negatable extends string> = Name extends Negatable ? false
  : never;

/** A flag with a default is always there; of one that is only a default nothing else is known. */
type WithDefaults<Flags, Defaults> =
  & { [Name in keyof Flags as Name extends keyof Defaults ? never : Name]: Flags[Name] }
  & {
    [Name in keyof Defaults]: Name extends keyof Flags ? Defaults[Name] | NonNullable<Flags[Name]>
      : unknown;
  };

type WithAliases<Flags, Alias> = {
  [Name in keyof Flags as Name | AliasOf<Alias, Name>]: Flags[Name];
};

type AliasOf<Alias, Name> = Name extends keyof Alias ? Alias[Name] extends string ? Alias[Name]
  : Alias[Name] extends readonly (infer Other extends string)[] ? Other
  : never
  : never;
