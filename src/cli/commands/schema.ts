/**
 * `nomos schema`: prints the JSON Schema of agent files, for editors.
 *
 * @module
 */
import { EXIT } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { buildSchema, installSchemas } from "../schema/install_schemas.ts";
import { shown } from "../terminal/shown.ts";
import { writeFile } from "../write_file.ts";

/** Runs the command. */
export function run({ options, output }: CommandCall<"schema">): Promise<number> {
  const { kind, output: file, install } = options;
  if (install) {
    const { schemas, changed, kept } = installSchemas(".");
    if (output.json) output.document({ ok: true, schemas, changed, kept });
    else {
      for (const schema of schemas) output.line(shown(`Wrote ${schema}`));
      for (const path of changed) output.line(shown(`Changed the first line of ${path}`));
      if (changed.length + kept.length === 0) {
        output.note("No file here is an agent.yaml, a tests.agent.yaml or a conversation.yaml");
      }
    }
    return Promise.resolve(EXIT.yes);
  }
  const text = `${JSON.stringify(buildSchema(kind), null, 2)}\n`;
  if (file === undefined) output.write(text);
  else {
    writeFile(file, text);
    if (output.json) output.document({ ok: true, file });
  }
  return Promise.resolve(EXIT.yes);
}
