/**
 * Raw JSON Schemas as schemas of arguments and answers, such as those of MCP servers and of
 * configuration files. The validator is `@cfworker/json-schema`: it generates no code, so it runs
 * where `eval` is forbidden, and checks draft 4, 6, 7, 2019-09 and 2020-12 with their formats.
 *
 * @module
 */
import { type OutputUnit, type SchemaDraft, Validator } from "@cfworker/json-schema";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { assertSchemaSize } from "../schema_limits.ts";
import type { StandardSchema } from "../standard_schema.ts";
import { RAW_VENDOR } from "../wire_schema.ts";
import { checkSchema, toPath } from "./check_schema.ts";

/** Maximum number of issues of one value. */
const MAX_ISSUES = 10;

/**
 * Creates a schema from a raw JSON Schema, for the `args` of a tool or the `answer` of a step. The
 * draft is that of `$schema`; without it, 2020-12. The schema is copied.
 *
 * @typeParam Value Type of the valid values. It is not inferred from the schema.
 *
 * @throws {ConfigError} if the schema is not valid, refers to another document or to itself
 * without a property between, or needs too many checks. The message has the path.
 *
 * @example Tool of a server that describes its arguments by a JSON Schema
 * ```ts
 * import { Tool } from "@nomos/agent";
 * import { jsonSchema } from "@nomos/agent/json-schema";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const find = new Tool({
 *   name: "find_user",
 *   description: "Find a user by id or email",
 *   args: jsonSchema<{ id?: number; email?: string }>({
 *     type: "object",
 *     properties: { id: { type: "integer" }, email: { type: "string", format: "email" } },
 *     anyOf: [{ required: ["id"] }, { required: ["email"] }],
 *   }),
 *   run: ({ id, email }) => `user ${id ?? email}`,
 * });
 * assertEquals(await find.call({ id: 7 }), "user 7");
 * await assertRejects(() => find.call({}), 'required property "id"');
 * ```
 */
export function jsonSchema<Value = Record<string, unknown>>(
  schema: JsonSchema,
): StandardSchema<Value> {
  const copy = copySchema(schema);
  const validator = createValidator(copy);
  return {
    "~standard": {
      version: 1,
      vendor: RAW_VENDOR,
      validate: (value) => {
        const { valid, errors } = validator.validate(value);
        return valid ? { value: value as Value } : { issues: listIssues(errors) };
      },
      jsonSchema: { input: () => copy as Record<string, unknown> },
    },
  };
}

function copySchema(schema: JsonSchema): JsonSchema {
  if (!isPlainObject(schema)) {
    throw new ConfigError(
      `Cannot use ${quote(schema)} as a JSON Schema: expected an object with keywords`,
    );
  }
  try {
    assertSchemaSize(schema);
    return JSON.parse(JSON.stringify(schema));
  } catch (cause) {
    throw new ConfigError(`Cannot use the JSON Schema: ${reasonOf(cause)}`, { cause });
  }
}

function createValidator(schema: JsonSchema): Validator {
  try {
    checkSchema(schema);
    return new Validator(schema, readDraft(schema), false);
  } catch (cause) {
    throw new ConfigError(`Cannot use the JSON Schema: ${reasonOf(cause)}`, { cause });
  }
}

function readDraft({ $schema }: JsonSchema): SchemaDraft {
  const draft = /draft-0[467]|2019-09/.exec(String($schema))?.[0] ?? "2020-12";
  return draft === "draft-06" ? "7" : draft.replace("draft-0", "") as SchemaDraft;
}

/** Message for the schema `false`, as `additionalProperties` has it for keys that it forbids. */
const NOT_ALLOWED = "This key or value is not allowed.";

/** Keywords whose errors only say that an inner schema had errors, which follow. */
const OUTER_KEYWORDS = [
  "$ref",
  "additionalProperties",
  "allOf",
  "dependentSchemas",
  "if",
  "items",
  "patternProperties",
  "prefixItems",
  "properties",
];

/** Returns the errors that name a reason, the outer ones first. */
function listIssues(errors: readonly OutputUnit[]): StandardSchema.Issue[] {
  const inner = errors.filter(({ keyword }) => !OUTER_KEYWORDS.includes(keyword));
  return (inner.length > 0 ? inner : errors).slice(0, MAX_ISSUES)
    .map(({ error, keyword, instanceLocation }) => ({
      message: keyword === "false" ? NOT_ALLOWED : error,
      path: toPath(instanceLocation),
    }));
}
