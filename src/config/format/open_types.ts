/**
 * Types of agent files that strict schemas cannot express.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import type { AgentConfig } from "./agent_config.ts";
import { buildFields, readType } from "./field_schema.ts";

/**
 * Returns true if an argument or an answer has an open type: `Any`, `list`, `dict` or
 * `Dict[str, int]`. Also true for a type that cannot be read, which is reported elsewhere.
 */
export function hasOpenTypes({ tools, steps }: Pick<AgentConfig, "tools" | "steps">): boolean {
  const args = Object.values(tools.tool_defs).flatMap(({ args }) => args);
  return args.some(({ type }) => type !== undefined && isOpen(readType(type))) ||
    steps.some(({ answer_model: answer }) =>
      typeof answer === "object" && isOpen(buildFields(answer))
    );
}

function isOpen(schema: JsonSchema): boolean {
  const { type, properties, items, prefixItems, anyOf } = schema as Record<string, unknown>;
  const parts = anyOf ?? prefixItems;
  if (Array.isArray(parts)) return parts.some(isOpen);
  if (type === "array") return !isPlainObject(items) || isOpen(items as JsonSchema);
  if (type === "object") {
    return !isPlainObject(properties) ||
      Object.values(properties as Record<string, JsonSchema>).some(isOpen);
  }
  return type === undefined && schema.enum === undefined;
}
