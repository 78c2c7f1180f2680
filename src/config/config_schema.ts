/**
 * JSON Schemas of agent files, of files of tests and of conversations, for editors.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type { JsonSchema } from "../json/json.ts";
import { conversationFormat } from "./conversation/conversation.ts";
import { type Schema, shapeOf } from "./format/fields.ts";
import { definitions, format } from "./format/format.ts";
import { flag } from "./format/values.ts";
import { testDefinitions, testFormat } from "./test_file/test_format.ts";

/**
 * Returns the JSON Schema of agent files, with both spellings of every key. It is converted from
 * the schema that validates files, and published as `schema/agent.json`. An editor uses it if the
 * first line of a file is
 * `# yaml-language-server: $schema=https://jsr.io/@nomos/agent/VERSION/schema/agent.json`.
 *
 * @example
 * ```ts
 * import { configSchema } from "@nomos/agent/config";
 * import { jsonSchema } from "@nomos/agent/json-schema";
 * import { assertEquals } from "@std/assert";
 *
 * const file = { name: "barista", start: "greet", steps: [{ id: "greet", desc: "Greet them" }] };
 * const { issues } = await jsonSchema(configSchema())["~standard"].validate(file);
 * assertEquals(issues, undefined);
 * ```
 */
export function configSchema(): JsonSchema {
  return convert(format, definitions, "Agent file");
}

/** Returns the JSON Schema of files of tests, published as `schema/tests.json`. */
export function testFileSchema(): JsonSchema {
  return convert(testFormat, testDefinitions, "Tests of an agent");
}

/** Returns the JSON Schema of scripted conversations, published as `schema/conversation.json`. */
export function conversationSchema(): JsonSchema {
  return convert(conversationFormat, { Flag: flag }, "Scripted conversation");
}

function convert(
  schema: Schema<unknown>,
  definitions: Readonly<Record<string, Schema<unknown>>>,
  title: string,
): JsonSchema {
  const converted = toJsonSchema(schema as never, {
    target: "draft-07",
    definitions: definitions as never,
    // Checks that JSON Schema does not have are left to the loader.
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema }) => {
      const shape = shapeOf(valibotSchema);
      if (shape === undefined) return null;
      const properties: Record<string, unknown> = {};
      const required: JsonSchema[] = [];
      for (const [key, field] of Object.entries(shape.fields)) {
        const { about, alias, fallback, isRequired } = field;
        const spellings = alias === undefined ? [key] : [alias, key];
        const isSimple = typeof fallback !== "object" && fallback !== undefined;
        for (const name of spellings) {
          properties[name] = {
            ...jsonSchema.properties?.[name] as object,
            description: name === alias ? `${about} (long: ${key})` : about,
            ...isSimple && { default: fallback },
          };
        }
        if (isRequired) required.push({ anyOf: spellings.map((name) => ({ required: [name] })) });
      }
      return {
        type: "object",
        properties,
        ...required.length > 0 && { allOf: required },
        ...shape.isClosed && { additionalProperties: false },
      } as typeof jsonSchema;
    },
  });
  return { ...converted as JsonSchema, title };
}
