/**
 * `deno task config-schema`: writes the JSON Schemas of agent files and of files of tests to `schema/`.
 *
 * @module
 */
import { configSchema, testFileSchema } from "../src/config/config_schema.ts";

for (const [name, schema] of Object.entries({ agent: configSchema(), tests: testFileSchema() })) {
  const file = new URL(`../schema/${name}.json`, import.meta.url);
  await Deno.writeTextFile(file, `${JSON.stringify(schema, null, 2)}\n`);
}
