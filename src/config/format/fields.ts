/**
 * Parts of the schema of agent files: objects whose keys may have two spellings, and values that
 * have one of several forms. They are valibot schemas, so that the JSON Schema for editors is
 * converted from what validates.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../../errors.ts";
import { findNearest, isRecord, oneOf } from "../../schema/option_shape.ts";

/** Schema of a value of a file. */
export type Schema<Output> = v.GenericSchema<unknown, Output>;

/** Property of an object in a file. */
export interface Field<Output> {
  /** Schema of its value. */
  readonly schema: Schema<NonNullable<Output>>;
  /** Description, for editors. */
  readonly about: string;
  /** Short spelling of the key. It takes precedence. */
  readonly alias?: string;
  /** If true, the key must be present. */
  readonly isRequired?: boolean;
  /** Value if the key is absent or null. */
  readonly fallback?: Output;
}

/** Fields of an object, by the long spelling of their keys. */
export type Fields<Output> = { readonly [Key in keyof Output]-?: Field<Output[Key]> };

/** Creates a required field. */
export function required<Output>(
  schema: Schema<Output>,
  about: string,
  alias?: string,
): Field<Output> {
  return createField(schema, { about, isRequired: true }, alias);
}

/** Creates an optional field; null counts as absent. */
export function optional<Output>(
  schema: Schema<Output>,
  about: string,
  alias?: string,
): Field<Output> {
  return createField(schema, { about }, alias);
}

/** Creates an optional field with a default; null counts as absent. */
export function withDefault<Output>(
  schema: Schema<Output>,
  fallback: NoInfer<Output>,
  about: string,
  alias?: string,
): Field<Output> {
  return createField(schema, { about, fallback }, alias);
}

function createField<Output>(
  schema: Schema<Output>,
  parts: Omit<Field<Output>, "schema" | "alias">,
  alias: string | undefined,
): Field<Output> {
  const field = { schema: schema as Schema<NonNullable<Output>>, ...parts };
  return alias === undefined ? field : { ...field, alias };
}

/** Returns the value of an object whose keys are all absent. */
export function defaultsOf<Output>(schema: Schema<Output>): Output {
  return run(schema, {}).value as Output;
}

/** Issue of a value. Its `message` is what was expected. */
export interface FieldIssue extends v.BaseIssue<unknown> {
  /** Description of the problem; absent if it is the value. */
  readonly problem?: string | undefined;
  /** Known name that is nearest to the one in the file. */
  readonly nearest?: string | undefined;
}

/** Type of the issue of a key that is ignored, which is not an error. */
export const IGNORED = "ignored";

/** Shape of an object. */
interface ObjectShape {
  readonly fields: Fields<Record<string, unknown>>;
  /** True if other keys are refused. */
  readonly isClosed: boolean;
}

/** Key of a schema under which it keeps its shape. */
const SHAPE = Symbol("shape");

/** Returns the shape of a schema that `object()` created; undefined for any other schema. */
export function shapeOf(schema: object): ObjectShape | undefined {
  return (schema as { readonly [SHAPE]?: ObjectShape })[SHAPE];
}

const spellings = new WeakMap<object, ReadonlyMap<string, string>>();

/** Returns the key of a validated object as the file spells it. */
export function spell(value: unknown, key: string | number): string | number {
  const known = isRecord(value) ? spellings.get(value) : undefined;
  return known?.get(String(key)) ?? key;
}

/**
 * Creates the schema of an object. Its output has the long spellings, and the fallbacks.
 *
 * @param isClosed If true, an unknown key is an error; otherwise it is ignored with a warning.
 */
export function object<Output extends object>(
  fields: Fields<Output>,
  isClosed = false,
): Schema<Output> {
  const all = Object.entries(fields) as [string, Field<unknown>][];
  const entries = Object.fromEntries(all.flatMap(([key, { schema, alias, isRequired }]) => {
    const entry = isRequired ? v.optional(schema) : v.nullish(schema);
    return [key, ...alias === undefined ? [] : [alias]].map((name) => [name, entry] as const);
  }));
  return create({ ...v.looseObject(entries), [SHAPE]: { fields, isClosed } }, (given) => {
    if (!isRecord(given)) return fail(given, { expected: describeObject(all) });
    const issues = findUnknown(all, given, isClosed ? "unknown" : IGNORED);
    const spelling = chooseSpelling(all, given);
    const output: Record<string, unknown> = {};
    for (const [key, { alias, isRequired, fallback }] of all) {
      const source = spelling.get(key)!;
      if (Object.hasOwn(given, source)) {
        const value = validate(entries[source]!, given, source, issues) ?? fallback;
        if (value !== undefined) output[key] = value;
        if (source === key || !Object.hasOwn(given, key)) continue;
        const message = `${quote(source)} stands beside it, and takes precedence`;
        issues.push(
          createIssue(given, { type: IGNORED, message, expected: "one of the two", key }),
        );
      } else if (isRequired) {
        const expected = [alias, key].filter((name) => name !== undefined).map(quote).join(" or ");
        issues.push(createIssue(given, { message: "a key is missing", expected }));
      } else if (fallback !== undefined) output[key] = fallback;
    }
    spellings.set(output, spelling);
    return { value: output, issues };
  });
}

/** Finds the keys of an object that it must not have; the short spelling of the others is expected. */
function findUnknown(
  fields: readonly (readonly [string, Field<unknown>])[],
  given: object,
  type: string,
): FieldIssue[] {
  const known = new Set(fields.flatMap(([key, { alias = key }]) => [key, alias]));
  return Object.keys(given).filter((key) => !known.has(key)).map((key) =>
    createIssue(given, {
      type,
      message: `unknown key ${quote(key)}`,
      expected: oneOf(fields.map(([key, { alias = key }]) => alias)),
      nearest: findNearest(key, known),
      key,
    })
  );
}

/** Describes an object by its required keys, or else by all of its keys. */
function describeObject(fields: readonly (readonly [string, Field<unknown>])[]): string {
  const required = fields.filter(([, { isRequired }]) => isRequired);
  const [keys, type] = required.length > 0
    ? [required, "conjunction" as const]
    : [fields, "disjunction" as const];
  const names = keys.map(([key, { alias = key }]) => quote(alias));
  return `an object with ${new Intl.ListFormat("en", { type }).format(names)}`;
}

/**
 * Chooses the spelling of each key: the short one if it is present. An absent key has that of its
 * neighbours, in which it is added when the file is saved.
 */
function chooseSpelling(
  fields: readonly (readonly [string, Field<unknown>])[],
  given: object,
): ReadonlyMap<string, string> {
  const isShort = fields.some(([, { alias }]) =>
    alias !== undefined && Object.hasOwn(given, alias)
  );
  return new Map(fields.map(([key, { alias }]) => {
    const usesAlias = alias !== undefined &&
      (Object.hasOwn(given, alias) || isShort && !Object.hasOwn(given, key));
    return [key, usesAlias ? alias : key];
  }));
}

/** Creates the schema of an object with any keys. */
export function map<Output>(value: Schema<Output>): Schema<Readonly<Record<string, Output>>> {
  return create(v.record(v.string(), value), (given) => {
    if (!isRecord(given)) return fail(given, { expected: "an object of values by name" });
    const issues: FieldIssue[] = [];
    const entries = Object.keys(given)
      .map((key) => [key, validate(value, given, key, issues)] as const);
    return { value: Object.fromEntries(entries), issues };
  });
}

/** Creates the schema of a list. */
export function list<Output>(item: Schema<Output>): Schema<readonly Output[]> {
  return v.array(item, "a list");
}

/**
 * Creates the schema of a value that has one of several forms, which `choose` returns. A value that
 * has none of them is reported with all of them.
 */
export function either<Output>(
  choose: (value: unknown) => Schema<Output>,
  ...forms: readonly Schema<Output>[]
): Schema<Output> {
  return create(v.union([...forms]), (given) => {
    const reading = run(choose(given), given);
    if (listExpected(reading).length === 0) return reading;
    const expected = new Set(forms.flatMap((form) => listExpected(run(form, given))));
    return fail(given, { expected: [...expected].join(", or ") });
  });
}

/** Lists what was expected instead of the value as a whole. */
function listExpected({ issues }: Reading): readonly string[] {
  return issues.filter(({ path, problem }) => path === undefined && problem === undefined)
    .map(({ message }) => message);
}

/** Result of reading a value. */
interface Reading {
  readonly value: unknown;
  readonly issues: readonly FieldIssue[];
}

/** Creates a schema that is converted like `schema`, and validates by `read`. */
export function create<Output>(schema: object, read: (given: unknown) => Reading): Schema<Output> {
  const run = (dataset: { value: unknown }) => {
    const { value, issues } = read(dataset.value);
    return issues.length === 0 ? { typed: true, value } : { typed: false, value, issues };
  };
  return { ...schema, "~run": run } as unknown as Schema<Output>;
}

/** Returns the reading of a value by a schema. */
export function run(schema: Schema<unknown>, given: unknown): Reading {
  const { value, issues = [] } = schema["~run"]({ value: given }, {});
  return { value, issues };
}

/** Returns the reading of an invalid value. */
export function fail(given: unknown, parts: IssueParts): Reading {
  return { value: given, issues: [createIssue(given, parts)] };
}

/** Returns the validated value of a property, and adds its issues. */
function validate(
  schema: Schema<unknown>,
  input: object,
  key: string,
  issues: FieldIssue[],
): unknown {
  const given = (input as Record<string, unknown>)[key];
  const { value, issues: found } = run(schema, given);
  for (const issue of found) {
    const item = { type: "object", origin: "value", input, key, value: given } as never;
    issues.push({ ...issue, path: [item, ...issue.path ?? []] });
  }
  return value;
}

/** Parts of an issue. */
interface IssueParts {
  readonly expected: string;
  readonly type?: string;
  /** Description of the problem, if the value does not show it. */
  readonly message?: string;
  readonly nearest?: string | undefined;
  /** Key that the issue is about. */
  readonly key?: string;
}

function createIssue(input: unknown, parts: IssueParts): FieldIssue {
  const { type = "value", message, expected, nearest, key } = parts;
  const item = { type: "object", origin: "key", input, key, value: undefined } as never;
  return {
    kind: "schema",
    type,
    input,
    expected: null,
    problem: message,
    received: "",
    message: expected,
    nearest,
    ...key !== undefined && { path: [item] },
  } as FieldIssue;
}
