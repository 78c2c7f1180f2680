/**
 * JSON Schema files that agent files name.
 *
 * @module
 */
import { quote, reasonOf } from "../errors.ts";
import type { JsonSchema } from "../json/json.ts";
import { jsonSchema } from "../schema/json_schema/mod.ts";
import type { Inspection } from "./check/inspection.ts";
import { locateFile, readTextFile } from "./text/files.ts";

/** Schemas by name; undefined for one that cannot be used, which was reported. */
export type LoadedSchemas = ReadonlyMap<string, JsonSchema | undefined>;

/** Reads the schemas of a file, and reports those that cannot be used. */
export async function readSchemas(inspection: Inspection): Promise<LoadedSchemas> {
  const { config, source } = inspection;
  const read = Object.entries(config.schemas).map(async ([name, path]) => {
    try {
      return [name, await readSchema(path, source.file)] as const;
    } catch (error) {
      inspection.report(["schemas", name], {
        message: `the schema ${quote(path)} cannot be used: ${reasonOf(error)}`,
        expected: "a JSON Schema in a file that ends with .json",
      });
      return [name, undefined] as const;
    }
  });
  return new Map(await Promise.all(read));
}

async function readSchema(path: string, agentFile: string): Promise<JsonSchema> {
  if (!path.endsWith(".json")) {
    throw new TypeError(path.endsWith(".py") ? "it is a Python module" : "it is not a JSON file");
  }
  const schema = JSON.parse(await readTextFile(locateFile(path, agentFile))) as JsonSchema;
  jsonSchema(schema);
  return schema;
}
