/**
 * TypeScript with the signatures of the tools that an agent file describes, to be filled in.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { ArgDefConfig, ToolDefConfig } from "../format/agent_config.ts";
import { convertType } from "../format/type_expression.ts";

const IDENTIFIER_REGEXP = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Writes a module with these tools: a function for one whose definition has the types of all
 * arguments, a `Tool` for any other.
 *
 * @param defs Definitions by name. Their types must be valid.
 */
export function writeStubs(
  names: readonly string[],
  defs: Readonly<Record<string, ToolDefConfig>>,
): string {
  const stubs = names.map((name) => {
    const def = Object.hasOwn(defs, name) ? defs[name] : undefined;
    return def?.args.every(({ type }) => type !== undefined)
      ? { isTool: false, text: writeFunction(name, def) }
      : { isTool: true, text: writeTool(name, def) };
  });
  const imports = 'import { Tool } from "@nomos/agent";\nimport * as v from "valibot";\n\n';
  const text = stubs.map(({ text }) => text).join("\n");
  return stubs.some(({ isTool }) => isTool) ? imports + text : text;
}

function writeFunction(name: string, { desc, args }: ToolDefConfig): string {
  const isOptional = ({ default: value }: ArgDefConfig) => value !== undefined;
  const types = args.map((arg) => {
    // A default is filled in before the function is called.
    const note = isOptional(arg)
      ? ` ${writeComment(`default: ${JSON.stringify(arg.default)}`)}`
      : "";
    return `${quoteKey(arg.key)}: ${writeType(convertType(arg.type!))}${note}`;
  });
  const parameters = args.length === 0 ? "" : `_args: { ${types.join("; ")} }`;
  const isPlain = IDENTIFIER_REGEXP.test(name);
  const identifier = isPlain ? name : name.replace(/[^\p{ID_Continue}$]/gu, "_");
  return (desc === undefined ? "" : `${writeComment(`* ${desc}`)}\n`) +
    `${isPlain ? "export " : ""}function ${identifier}(${parameters}): unknown {\n` +
    `  throw new Error(${JSON.stringify(`${name} is not written yet`)});\n}\n` +
    (isPlain ? "" : `export { ${identifier} as ${JSON.stringify(name)} };\n`);
}

function writeTool(name: string, def: ToolDefConfig | undefined): string {
  const args = (def?.args ?? []).map(({ key, type }) => {
    const note = type === undefined ? "" : ` ${writeComment(writeType(convertType(type)))}`;
    return `${quoteKey(key)}: v.string()${note}`;
  });
  return `export const ${name.replace(/[^\p{ID_Continue}$]/gu, "_")} = new Tool({
  name: ${JSON.stringify(name)},
  description: ${JSON.stringify(def?.desc ?? name)},
  args: v.object({ ${args.join(", ")} }), // write the schemas of the arguments
  run: () => {
    throw new Error(${JSON.stringify(`${name} is not written yet`)});
  },
});
`.replace("{  }", "{}");
}

function writeComment(text: string): string {
  return `/* ${text.replaceAll("*/", "* /")} */`.replace("/* * ", "/** ");
}

function quoteKey(key: string): string {
  return IDENTIFIER_REGEXP.test(key) ? key : JSON.stringify(key);
}

/** Writes the TypeScript type of the values of a schema. */
function writeType({ type, enum: values, anyOf, items, prefixItems, ...rest }: JsonSchema): string {
  const writeAll = (schemas: unknown) => (schemas as JsonSchema[]).map(writeType);
  if (values !== undefined) {
    return (values as unknown[]).map((value) => JSON.stringify(value)).join(" | ");
  }
  if (anyOf !== undefined) return writeAll(anyOf).join(" | ");
  if (prefixItems !== undefined) return `[${writeAll(prefixItems).join(", ")}]`;
  if (type === "array") return `Array<${items ? writeType(items as JsonSchema) : "unknown"}>`;
  if (type === "object") {
    const { additionalProperties } = rest;
    const inner = additionalProperties ? writeType(additionalProperties as JsonSchema) : "unknown";
    return `Record<string, ${inner}>`;
  }
  return type === "integer" ? "number" : typeof type === "string" ? type : "unknown";
}
