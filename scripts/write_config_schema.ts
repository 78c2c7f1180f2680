/**
 * `deno task config-schema`: writes the JSON Schema of agent files to `schema/agent.json`.
 *
 * @module
 */
import { configSchema } from "../src/config/mod.ts";

const file = new URL("../schema/agent.json", import.meta.url);
await Deno.writeTextFile(file, `${JSON.stringify(configSchema(), null, 2)}\n`);
