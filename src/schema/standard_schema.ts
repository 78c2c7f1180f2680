/**
 * The structural interface by which schema libraries are accepted. Written
 * after Standard Schema v1 and Standard JSON Schema v1
 * (https://standardschema.dev), so that no library's own types appear in ours.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../errors.ts";

/**
 * A schema of any library that implements Standard Schema v1. A schema must not
 * change once it was given to a tool, a step or an agent: its JSON Schema is
 * read once.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The properties that the standard prescribes. */
  readonly "~standard": {
    /** Version of the standard. */
    readonly version: 1;
    /** Name of the library, for example `"valibot"`, `"zod"` or `"arktype"`. */
    readonly vendor: string;
    /** Validates a value, now or by a promise. */
    readonly validate: (
      value: unknown,
    ) => StandardSchema.Result<Output> | Promise<StandardSchema.Result<Output>>;
    /** The inferred types; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    /** Standard JSON Schema: converts what the schema accepts to JSON Schema. */
    readonly jsonSchema?:
      | { readonly input: (options: { readonly target: string }) => Record<string, unknown> }
      | undefined;
  };
}

/** What validation returns. */
export declare namespace StandardSchema {
  /** A value, or the issues. */
  type Result<Output = unknown> =
    | { readonly value: Output; readonly issues?: undefined }
    | { readonly issues: readonly Issue[] };

  /** One reason why a value was refused. */
  interface Issue {
    /** The reason, for people. */
    readonly message: string;
    /** Place in the value: keys, or segments that hold one. */
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }
}

/** The type of a schema's values after validation. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];

/** Place of an issue in the value, key by key. */
export function issuePath({ path = [] }: StandardSchema.Issue): string[] {
  return path.map((part) => String(typeof part === "object" ? part.key : part));
}

/** True if a value looks like a Standard Schema of version 1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  const standard = (value as Partial<StandardSchema>)["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}

/** Schema that the context of every session must satisfy. */
export interface ContextSchema {
  /** Owner of the schema, for messages: `tool "pay"`. */
  readonly owner: string;
  readonly schema: StandardSchema;
}

/**
 * Validates the context of a session. It is passed on as it is: output of the schemas is ignored.
 *
 * @throws {ConfigError} if a schema refuses it, or cannot tell at once.
 *
 * @param what Start of the message: `Cannot create a session`.
 */
export function checkContext(
  schemas: readonly ContextSchema[],
  context: unknown,
  what: string,
): void {
  for (const { owner, schema } of schemas) {
    let result: ReturnType<StandardSchema["~standard"]["validate"]>;
    try {
      result = schema["~standard"].validate(context);
    } catch (cause) {
      throw new ConfigError(
        `${what}: the context schema of ${owner} threw: ${reasonOf(cause)}`,
        { cause },
      );
    }
    if (result instanceof Promise) {
      // Prevents an unhandled rejection.
      result.catch(() => {});
      throw new ConfigError(
        `${what}: the context schema of ${owner} is asynchronous: expected one that answers at once`,
      );
    }
    const [issue] = result.issues ?? [];
    if (issue === undefined) continue;
    const path = ["context", ...issuePath(issue)].join(".");
    throw new ConfigError(`${what}: ${path} is not what ${owner} needs: ${issue.message}`);
  }
}
