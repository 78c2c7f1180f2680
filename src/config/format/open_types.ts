/**
 * Types of agent files for which strict schemas have no form.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import type { AgentConfig } from "./agent_config.ts";
import { buildAnswerSchema } from "./answer_schema.ts";
import { convertType, TypeExpressionError } from "./type_expression.ts";

/**
 * Returns true if an argument or an answer has an open type: `Any`, `list`, `dict` or
 * `Dict[str, int]`. Types that cannot be read are reported elsewhere.
 */
export function hasOpenTypes({ tools, steps }: Pick<AgentConfig, "tools" | "steps">): boolean {
  const args = Object.values(tools.tool_defs).flatMap(({ args }) => args);
  return args.some(({ type }) => type !== undefined && isOpenType(type)) ||
    steps.some(({ answer_model: answer }) =>
      typeof answer === "object" && isOpen(buildAnswerSchema(answer, () => {}))
    );
}

function isOpenType(type: string): boolean {
  try {
    return isOpen(convertType(type));
  } catch (error) {
    if (error instanceof TypeExpressionError) return false;
    throw error;
  }
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
