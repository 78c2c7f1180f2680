/**
 * `nomos schema`: prints the JSON Schema of agent files, for editors.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { configSchema, conversationSchema, testFileSchema } from "../../config/config_schema.ts";
import type { CommandCall } from "../flags.ts";
import { EXIT } from "../exit_code.ts";

const SCHEMAS = {
  agent: configSchema,
  tests: testFileSchema,
  conversation: conversationSchema,
};

/** Runs the command. */
export function run({ options, output }: CommandCall<"schema">): Promise<number> {
  const schema = SCHEMAS[options.kind]();
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (options.output === undefined) output.write(text);
  else writeFileSync(options.output, text);
  return Promise.resolve(EXIT.yes);
}
