/**
 * `deno task config-schema`: writes the JSON Schemas of agent files, of files of tests and of
 * conversations to `schema/`.
 *
 * @module
 */
import { configSchema, conversationSchema, testFileSchema } from "../src/config/config_schema.ts";

const schemas = {
  agent: configSchema(),
  conversation: conversationSchema(),
  tests: testFileSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../schema/${name}.json`, import.meta.url);
  await Deno.writeTextFile(file, `${JSON.stringify(schema, null, 2)}\n`);
}
