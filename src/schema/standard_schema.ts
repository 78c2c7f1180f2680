/**
 * The structural interfaces by which schema libraries are accepted. Written
 * after Standard Schema v1 and Standard JSON Schema v1
 * (https://standardschema.dev), so that no library's own types appear in ours.
 *
 * @module
 */

/** A schema of any library that implements Standard Schema v1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The properties that the standard prescribes. */
  readonly "~standard": StandardProperties<Input, Output>;
}

/** What Standard Schema prescribes, and its JSON Schema extension where the library has it. */
export interface StandardProperties<Input = unknown, Output = Input> {
  /** The version of the standard: 1. */
  readonly version: 1;
  /** The library, for example `"valibot"`, `"zod"` or `"arktype"`. */
  readonly vendor: string;
  /** Validates a value, now or by a promise. */
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  /** The inferred types; there is no such value at run time. */
  readonly types?: StandardTypes<Input, Output> | undefined;
  /** Standard JSON Schema: the schema as JSON Schema. */
  readonly jsonSchema?: StandardJsonSchema | undefined;
}

/** The types a schema accepts and gives. */
export interface StandardTypes<Input = unknown, Output = Input> {
  /** What validation accepts. */
  readonly input: Input;
  /** What validation gives. */
  readonly output: Output;
}

/** The converter of Standard JSON Schema v1. */
export interface StandardJsonSchema {
  /** The JSON Schema of what the schema accepts. */
  readonly input: (options: { readonly target: string }) => Record<string, unknown>;
}

/** What validation gives: a value, or the issues. */
export type StandardResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One reason why a value was refused. */
export interface StandardIssue {
  /** The reason, for people. */
  readonly message: string;
  /** Where in the value: keys, or segments that hold one. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Where in the value an issue is, key by key. */
export function issuePath({ path = [] }: StandardIssue): string[] {
  return path.map((part) => String(typeof part === "object" ? part.key : part));
}

/** The type that a schema gives after validation. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];

/** Whether a value looks like a Standard Schema of version 1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  const standard = (value as Partial<StandardSchema>)["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}
