/**
 * JSON Schema files that agent files name.
 *
 * @module
 */
import { quote, reasonOf } from "../errors.ts";
import type { JsonSchema } from "../json/json.ts";
import { jsonSchema } from "../schema/json_schema/mod.ts";
import type { Inspection } from "./text/inspection.ts";
import { readTextFile } from "./text/files.ts";

/** Reads the schemas of a file, and reports those that cannot be used. */
export async function readSchemas(
  inspection: Inspection,
  folder: URL,
): Promise<ReadonlyMap<string, JsonSchema>> {
  const read = await Promise.all(
    Object.entries(inspection.config.schemas).map(async ([name, path]) => {
      try {
        return [[name, await readSchema(path, folder)] as const];
      } catch (error) {
        const message = `the schema ${quote(path)} cannot be used: ${reasonOf(error)}`;
        inspection.report(["schemas", name], { message });
        return [];
      }
    }),
  );
  return new Map(read.flat());
}

async function readSchema(path: string, folder: URL): Promise<JsonSchema> {
  if (!path.endsWith(".json")) {
    const reason = path.endsWith(".py") ? "it is a Python module" : "its name has another ending";
    throw new TypeError(`${reason}: expected a JSON Schema in a file that ends with .json`);
  }
  const schema = JSON.parse(await readTextFile(new URL(path, folder))) as JsonSchema;
  jsonSchema(schema);
  return schema;
}
