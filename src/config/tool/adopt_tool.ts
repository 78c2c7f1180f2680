/**
 * Tools of modules and packages: those of this package or of another copy of it, plain functions,
 * and tools of LangChain.js, which are recognized by their shape.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { convertValibot, isValibot } from "../../schema/convert_schema.ts";
import { jsonSchema } from "../../schema/json_schema/mod.ts";
import { isRecord } from "../../schema/option_shape.ts";
import { isStandardSchema, type StandardSchema } from "../../schema/standard_schema.ts";
import { RAW_VENDOR } from "../../schema/wire_schema.ts";
import { Tool } from "../../tool/tool.ts";
import { isTool, type StepTool, TOOL_OPTIONS } from "../../tool/tool_internals.ts";
import { childAgentOf, registerChildAgent } from "../../turn/call/child_call.ts";
import type { ArgDefConfig, ToolDefConfig } from "../format/agent_config.ts";
import { readType } from "../format/field_schema.ts";
import { readDuration } from "../format/values.ts";

/** Options of a tool with any types. */
export type AnyToolOptions = ConstructorParameters<typeof Tool>[0];

type Args = Readonly<Record<string, unknown>>;
type NeedsApproval = AnyToolOptions["needsApproval"];

/** Returns the options of a tool of this or another copy of the package; undefined for others. */
export function readToolOptions(value: unknown): AnyToolOptions | undefined {
  return (value as { readonly [TOOL_OPTIONS]?: AnyToolOptions } | null | undefined)?.[TOOL_OPTIONS];
}

/** Tool of LangChain.js. */
interface LangChainTool {
  readonly name: string;
  readonly description: string;
  readonly schema: StandardSchema | JsonSchema;
  readonly invoke: (args: unknown, options: { readonly signal: AbortSignal }) => unknown;
}

/** Returns true for a tool of LangChain.js. */
export function isLangChainTool(value: unknown): value is LangChainTool {
  if (!isRecord(value)) return false;
  const { name, description, schema, invoke } = value;
  return typeof name === "string" && typeof description === "string" &&
    typeof schema === "object" && schema !== null && typeof invoke === "function";
}

/** Arguments of a tool of LangChain.js that takes text. */
const TEXT_ARGS = jsonSchema({
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
  additionalProperties: false,
});

/** Returns true for the schema of tools that take text, whose library has no JSON Schema for it. */
function takesText(schema: LangChainTool["schema"]): boolean {
  if (!isStandardSchema(schema) || schema["~standard"].jsonSchema !== undefined) return false;
  const result = schema["~standard"].validate({ input: "text" });
  return "value" in result && result.value === "text";
}

/** Returns the options of a tool of LangChain.js. */
export function convertLangChain(tool: LangChainTool): AnyToolOptions {
  const { name, description, schema } = tool;
  return {
    name,
    description,
    args: takesText(schema) ? TEXT_ARGS : isStandardSchema(schema) ? schema : jsonSchema(schema),
    run: (args, { signal }) => tool.invoke(args, { signal }),
  };
}

/**
 * Returns the options of a function that a definition describes.
 *
 * @param isPositional If true, the function has a parameter for each argument, in the order of the
 *   definition. Otherwise it is called as the `run` of a tool is.
 */
export function describeFunction(
  name: string,
  run: (...args: never[]) => unknown,
  { args }: ToolDefConfig,
  isPositional: boolean,
): AnyToolOptions {
  const defaults = Object.fromEntries(
    args.flatMap(({ key, default: value }) => value === undefined ? [] : [[key, value]]),
  );
  const call = run as (...args: unknown[]) => unknown;
  return {
    name,
    description: "",
    args: jsonSchema({
      type: "object",
      properties: Object.fromEntries(args.map((arg) => [arg.key, describeArg(arg)])),
      required: args.flatMap(({ key, default: value }) => value === undefined ? [key] : []),
      additionalProperties: false,
    }),
    run: (given, context) => {
      const values: Args = { ...defaults, ...given as Args };
      return isPositional ? call(...args.map(({ key }) => values[key])) : call(values, context);
    },
  };
}

function describeArg({ type, desc, default: fallback }: ArgDefConfig): JsonSchema {
  return {
    ...readType(type!),
    ...desc !== undefined && { description: desc },
    ...fallback !== undefined && { default: fallback },
  };
}

/** Returns options with what a definition overrides. */
export function applyDef(
  options: AnyToolOptions,
  def: ToolDefConfig,
  needsApproval: NeedsApproval,
): AnyToolOptions {
  const timeout = readDuration(def.timeout);
  return {
    ...options,
    ...def.desc !== undefined && { description: def.desc },
    ...timeout !== undefined && { timeout },
    ...needsApproval !== undefined && { needsApproval },
    ...def.once !== undefined && { once: def.once },
    args: describeArgs(options.args, def.args),
  };
}

/** Returns a schema of arguments with the descriptions of a definition. */
function describeArgs(
  schema: StandardSchema<unknown, unknown>,
  args: readonly ArgDefConfig[],
): StandardSchema<unknown, unknown> {
  const described = args.filter(({ desc }) => desc !== undefined);
  const standard = schema["~standard"];
  const convert = isValibot(schema)
    ? () => convertValibot(schema) as Record<string, unknown>
    : standard.jsonSchema?.input;
  if (described.length === 0 || convert === undefined) return schema;
  const input = (options: { readonly target: string }) => {
    const converted = convert(options);
    const properties = { ...converted.properties as Record<string, JsonSchema> };
    for (const { key, desc } of described) {
      if (isRecord(properties[key])) properties[key] = { ...properties[key], description: desc };
    }
    return { ...converted, properties };
  };
  const { validate } = standard;
  // The name of a vendor says that patterns are exact, as those of valibot are.
  const vendor = isValibot(schema) ? RAW_VENDOR : standard.vendor;
  return { "~standard": { version: 1, vendor, validate, jsonSchema: { input } } };
}

/**
 * Creates a tool from options. A tool that is an agent stays one.
 *
 * @param original Tool that had the options, if there is one.
 * @throws {ConfigError} if an option is invalid.
 */
export function createTool(options: AnyToolOptions, original?: unknown): StepTool {
  const tool = new Tool(options) as StepTool;
  const agent = isTool(original) ? childAgentOf(original) : undefined;
  if (agent !== undefined) registerChildAgent(tool, agent);
  return tool;
}
