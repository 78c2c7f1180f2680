/**
 * Interface of schema libraries: Standard Schema v1 and Standard JSON Schema v1
 * (https://standardschema.dev). Written out here, so that no library's types are part of
 * the public interface.
 *
 * @module
 */
/**
 * Schema of any library that implements Standard Schema v1. It must not change after it
 * was passed to a tool, a step or an agent, because its JSON Schema is read once.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** Properties that the standard prescribes. */
  readonly "~standard": {
    /** Version of the standard. */
    readonly version: 1;
    /** Name of the library, for example `"valibot"`, `"zod"` or `"arktype"`. */
    readonly vendor: string;
    /** Validates a value, synchronously or asynchronously. */
    readonly validate: (
      value: unknown,
    ) => StandardSchema.Result<Output> | Promise<StandardSchema.Result<Output>>;
    /** Inferred types; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    /** Standard JSON Schema: returns the JSON Schema of the values that the schema accepts. */
    readonly jsonSchema?:
      | { readonly input: (options: { readonly target: string }) => Record<string, unknown> }
      | undefined;
  };
}

/** Results of validation. */
export declare namespace StandardSchema {
  /** Validated value, or issues. */
  type Result<Output = unknown> =
    | { readonly value: Output; readonly issues?: undefined }
    | { readonly issues: readonly Issue[] };

  /** Reason why a value is invalid. */
  interface Issue {
    /** Reason, for people. */
    readonly message: string;
    /** Path in the value: keys, or segments with a key. */
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }
}

/** Type of a schema's values after validation. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];

/** Returns the keys of an issue's path. */
export function issuePath({ path = [] }: StandardSchema.Issue): string[] {
  return path.map((part) => String(typeof part === "object" ? part.key : part));
}

/** Describes issues in one line: the path and the message of each. */
export function describeIssues(issues: readonly StandardSchema.Issue[]): string {
  return issues.map((issue) => {
    const where = issuePath(issue);
    return where.length > 0 ? `${where.join(".")}: ${issue.message}` : issue.message;
  }).join("; ");
}

/** Returns true if a value has the properties of a Standard Schema of version 1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  const standard = (value as Partial<StandardSchema>)["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}
