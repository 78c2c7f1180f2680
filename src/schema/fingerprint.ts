/**
 * The meaning of a valibot schema as text, and a copy that nobody can change.
 *
 * Two schemas have the same fingerprint only if they behave the same. Schemas
 * and actions of the kinds listed here compare by their listed fields; every
 * other one (`check`, `transform`, `custom`, `lazy`, hand-made, of another
 * library) compares by identity.
 *
 * @module
 */
import * as v from "valibot";
import { copyJson } from "../json/json.ts";

/** What a field of a schema holds. */
type Field = "data" | "list" | "record" | "schema" | "schemas" | "entries";

/** A schema or an action of valibot, as far as this module looks at one. */
interface Part {
  readonly reference?: unknown;
  readonly pipe?: readonly Part[];
  readonly "~run"?: unknown;
  readonly [field: string]: unknown;
}

interface Kind {
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** A genuine part, made when the first of its kind is met: one changed by hand is not of the kind. */
  readonly make: () => Part;
  sample: Part | undefined;
  /** The source text of the sample's `~run`. */
  run: string;
}

type Maker = (...values: never[]) => object;

const KINDS = new Map<unknown, Kind>();

/** Lists makers of parts, something to make a sample with, and the fields that matter. */
function list(makers: readonly Maker[], values: readonly unknown[], fields: Record<string, Field>) {
  for (const maker of makers) {
    const make = () => maker(...values as never[]) as Part;
    KINDS.set(maker, { fields: Object.entries(fields), make, sample: undefined, run: "" });
  }
}

const text = v.string();
const wrapped: Record<string, Field> = { wrapped: "schema", default: "data" };
const requirement: Record<string, Field> = { requirement: "data" };
list([v.string, v.number, v.boolean, v.null_], [], {});
list([v.literal], [""], { literal: "data" });
list([v.picklist], [[""]], { options: "list" });
list([v.enum_], [{ a: "a" }], { enum: "record", options: "list" });
list([v.array], [text], { item: "schema" });
list([v.tuple, v.strictTuple], [[text]], { items: "schemas" });
list([v.object, v.strictObject, v.looseObject], [{}], { entries: "entries" });
list([v.nullable, v.nullish, v.optional, v.exactOptional, v.undefinedable], [text], wrapped);
list([v.union], [[text]], { options: "schemas" });
list([v.variant], ["a", [v.object({ a: text })]], { key: "data", options: "schemas" });
list([v.description], [""], { description: "data" });
list([v.title], [""], { title: "data" });
list([v.metadata], [{}], { metadata: "record" });
list([v.nonEmpty, v.email, v.uuid, v.isoDate, v.isoTime, v.isoDateTime], [], requirement);
list([v.isoTimestamp, v.integer, v.safeInteger], [], requirement);
list([v.minLength, v.maxLength, v.length, v.multipleOf], [1], requirement);
list([v.minValue, v.maxValue, v.gtValue, v.ltValue, v.value, v.notValue], [1], requirement);
list([v.regex], [/a/], requirement);
list([v.startsWith, v.endsWith, v.includes], [""], requirement);

let pipeRun: string | undefined;

function isGenuinePipe(part: Part): boolean {
  pipeRun ??= String(v.pipe(text, v.nonEmpty())["~run"]);
  return String(part["~run"]) === pipeRun;
}

/** Requirements that are functions, but always the same ones. */
const KNOWN_FUNCTIONS = new Map<unknown, string>([
  [Number.isInteger, "isInteger"],
  [Number.isSafeInteger, "isSafeInteger"],
]);

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** A text that only this object has, in this process. */
export function identity(object: object): string {
  let id = identities.get(object);
  if (id === undefined) identities.set(object, id = nextIdentity++);
  return `#${id}`;
}

/** The meaning of a schema as text: equal texts, equal behaviour. */
export function fingerprint(schema: object): string {
  const part = schema as Part;
  if (part.pipe !== undefined) {
    if (!isGenuinePipe(part)) return identity(schema);
    let result = "pipe(";
    for (const item of part.pipe) result += fingerprint(item) + ",";
    return result + ")";
  }
  const kind = genuineKind(part);
  if (kind === undefined) return identity(schema);
  let result = `${part.type}(${part.message === undefined ? "" : describe(part.message)}`;
  // What an issue says was expected follows from the fields, unless somebody changed it.
  if (part.expects !== kind.sample!.expects) result += `~${describe(part.expects)}`;
  for (const [name, field] of kind.fields) {
    const value = describeField(field, part[name]);
    if (value === undefined) return identity(schema);
    result += `,${value}`;
  }
  return result + ")";
}

/** Whether validation gives fresh objects throughout, sharing nothing with its input. */
export function isDeclarative(meaning: string): boolean {
  return !/(^|[(,:[{])#\d/.test(meaning);
}

/** A copy that shares no list or object with the schema, but for parts that compare by identity. */
export function snapshot<Schema extends object>(schema: Schema): Schema {
  const part = schema as unknown as Part;
  if (part.pipe !== undefined) {
    if (!isGenuinePipe(part)) return schema;
    const [first, ...rest] = part.pipe.map(snapshot);
    return v.pipe(first as never, ...rest as never[]) as unknown as Schema;
  }
  const kind = genuineKind(part);
  if (kind === undefined) return schema;
  const copy: Record<string, unknown> = { ...part };
  // The genuine one, whatever only reads like it: others may share this copy.
  const run = kind.sample!["~run"];
  if (run !== undefined) copy["~run"] = run;
  for (const [name, field] of kind.fields) copy[name] = copyField(field, part[name]);
  if (typeof copy.default === "object" && copy.default !== null) {
    // Each value gets a default of its own, for a tool may change its arguments.
    const json = copy.default;
    copy.default = Object.assign(() => copyJson(json), { json });
  }
  return copy as unknown as Schema;
}

function genuineKind(part: Part): Kind | undefined {
  const kind = KINDS.get(part.reference);
  if (kind === undefined) return undefined;
  if (kind.sample === undefined) {
    kind.sample = kind.make();
    kind.run = String(kind.sample["~run"]);
  }
  const { sample, run } = kind;
  // A fallback is no field of any kind, but objects heed it.
  return part.kind === sample.kind && part.type === sample.type && part.async === sample.async &&
      part.fallback === undefined && String(part["~run"]) === run
    ? kind
    : undefined;
}

function describeField(field: Field, value: unknown): string | undefined {
  switch (field) {
    case "data":
      return describe(value);
    case "schema":
      return fingerprint(value as object);
    case "list":
      return joined(value as readonly unknown[], describe);
    case "schemas":
      return joined(value as readonly object[], fingerprint);
    case "record":
      return joinedEntries(value as Record<string, unknown>, describe);
    case "entries":
      return joinedEntries(value as Record<string, object>, fingerprint);
  }
}

/** Text that nothing inside it can end: cheaper than escaping. */
export function quoted(text: string): string {
  return `"${text.length}:${text}"`;
}

/** Data as text, with its type; undefined where it is not data. */
function describe(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Object.is(value, -0) ? "-0" : `${value}`;
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return `${value}`;
    case "function":
      return KNOWN_FUNCTIONS.get(value) ?? identity(value);
    case "object":
      if (value === null) return "null";
      if (isPlainRegExp(value)) return `r${quoted(`${value}`)}`;
      // Its own object, and with what is in it now.
      return `${identity(value)}${isJson(value) ? JSON.stringify(value) : ""}`;
    default:
      return undefined;
  }
}

/** A regular expression without a state of its own. */
function isPlainRegExp(value: object): value is RegExp {
  return value instanceof RegExp && !value.global && !value.sticky &&
    Object.getPrototypeOf(value) === RegExp.prototype && Object.keys(value).length === 0;
}

/** A list or an object that is data throughout. */
function isJson(value: object): boolean {
  try {
    copyJson(value);
    return true;
  } catch {
    return false;
  }
}

function joined<Item>(
  items: readonly Item[],
  text: (item: Item) => string | undefined,
): string | undefined {
  let result = "[";
  for (const item of items) {
    const part = text(item);
    if (part === undefined) return undefined;
    result += part + ",";
  }
  return result + "]";
}

function joinedEntries<Item>(
  entries: Readonly<Record<string, Item>>,
  text: (item: Item) => string | undefined,
): string | undefined {
  let result = "{";
  for (const key in entries) {
    const part = text(entries[key]!);
    if (part === undefined) return undefined;
    result += `${quoted(key)}:${part},`;
  }
  return result + "}";
}

function copyField(field: Field, value: unknown): unknown {
  switch (field) {
    case "data":
      return copyData(value);
    case "schema":
      return snapshot(value as object);
    case "list":
      return [...value as readonly unknown[]];
    case "schemas":
      return (value as readonly object[]).map(snapshot);
    case "record":
      return copyEntries(value as Record<string, unknown>, (item) => copyData(item));
    case "entries":
      return copyEntries(value as Record<string, object>, snapshot);
  }
}

function copyData(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isPlainRegExp(value)) return new RegExp(value);
  return isJson(value) ? copyJson(value) : value;
}

/** Entries that are inherited count: valibot reads them too. */
function copyEntries<Item, Copy>(
  entries: Readonly<Record<string, Item>>,
  copy: (item: Item) => Copy,
): Record<string, Copy> {
  const copied: [string, Copy][] = [];
  for (const key in entries) copied.push([key, copy(entries[key]!)]);
  return Object.fromEntries(copied);
}
