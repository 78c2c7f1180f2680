/**
 * Requests and schemas as text for `t.assertSnapshot`.
 *
 * @module
 */
import type { Explanation } from "../agent/explain.ts";
import type { JsonSchema } from "../json/json.ts";
import type { Message } from "../llm/llm.ts";

/**
 * Formats a request as text that changes only if the meaning of the request
 * changes. Calls are numbered in order, because their keys contain the session
 * id. The schema is an outline without the parts that all schemas share.
 *
 * @param explanation The result of `agent.explain(session)`.
 * @returns The messages, then the outline of the schema.
 *
 * @example In a test: `await t.assertSnapshot(requestSnapshot(await agent.explain(session)))`
 * ```ts
 * import { Agent, MockLLM } from "@nomos/agent";
 * import { requestSnapshot } from "@nomos/agent/testing";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM(),
 *   start: "greet",
 *   steps: { greet: { description: "Greet them", end: false } },
 * });
 * const text = requestSnapshot(await agent.explain(agent.createSession()));
 * assertStringIncludes(text, 'decision\n  action "RESPOND"\n  response string');
 * ```
 */
export function requestSnapshot({ messages, schema, llm }: Explanation): string {
  const numbers = numberCalls(messages);
  const parts = messages.map(({ role, content, callId }) => {
    const call = callId === undefined ? "" : ` (call ${numbers.get(callId)})`;
    return `--- ${role}${call}\n${content}`;
  });
  return `${parts.join("\n\n")}\n\n--- schema for ${llm}\n${schemaOutline(schema)}\n`;
}

/** Numbers call keys in order of first appearance, because the keys contain the session id. */
export function numberCalls(messages: readonly Message[]): ReadonlyMap<string, number> {
  const keys = new Set(messages.flatMap(({ callId }) => callId ?? []));
  return new Map([...keys].map((key, index) => [key, index + 1]));
}

/**
 * Formats a lowered JSON Schema as an outline: a property per line, nested
 * properties indented. Properties are required unless their name ends in `?`.
 * Objects are closed unless they have a line `[any]`, which describes the
 * properties that are not listed.
 *
 * @param schema The lowered schema.
 * @returns The lines of the outline, joined by line breaks.
 */
export function schemaOutline(schema: JsonSchema): string {
  const { $defs = {}, ...root } = schema as { readonly $defs?: Record<string, JsonSchema> };
  const lines = listLines(root, "");
  for (const [name, definition] of Object.entries($defs)) {
    lines.push(`#/$defs/${name}${describeSchema(definition)}`, ...listLines(definition, "  "));
  }
  return lines.join("\n");
}

/** Formats the type and the keywords of a schema, each after a space. */
function describeSchema(schema: JsonSchema): string {
  const words: string[] = [];
  if (typeof schema.$ref === "string") words.push(schema.$ref);
  else if ("const" in schema) words.push(JSON.stringify(schema.const));
  else if (Array.isArray(schema.enum)) {
    words.push(schema.enum.map((one) => JSON.stringify(one)).join(" | "));
  } else if (Array.isArray(schema.anyOf)) words.push("any of");
  else if (Array.isArray(schema.allOf)) words.push("all of");
  else if (Array.isArray(schema.prefixItems)) words.push("tuple of");
  else if (schema.type === "array") {
    words.push(`list of${describeSchema(schema.items as JsonSchema)}`);
  } else if (schema.type !== "object") words.push([schema.type ?? "anything"].flat().join(" | "));
  for (const keyword of Object.keys(schema).sort()) {
    if (!STRUCTURE.has(keyword)) words.push(`${keyword} ${JSON.stringify(schema[keyword])}`);
  }
  return words.map((word) => ` ${word}`).join("");
}

/** Lists the lines of all parts of a schema. */
function listLines(schema: JsonSchema, indent: string): string[] {
  const parts = schema.anyOf ?? schema.allOf ?? schema.prefixItems;
  if (Array.isArray(parts)) {
    const lines = parts.flatMap((part: JsonSchema) => listPartLines("-", part, indent));
    const isOpen = schema.prefixItems !== undefined && schema.items !== undefined;
    return isOpen ? [...lines, ...listPartLines("...", schema.items as JsonSchema, indent)] : lines;
  }
  if (schema.type === "array") return listLines(schema.items as JsonSchema, indent);
  const { properties = {}, required, additionalProperties: others = false } = schema;
  const lines = Object.entries(properties as Record<string, JsonSchema>)
    .flatMap(([name, property]) => {
      const isOptional = Array.isArray(required) && !required.includes(name);
      return listPartLines(isOptional ? `${name}?` : name, property, indent);
    });
  if (others === false) return lines;
  return [...lines, ...listPartLines("[any]", others === true ? {} : others as JsonSchema, indent)];
}

/** Lists the line of one part, followed by the lines of its own parts. */
function listPartLines(name: string, schema: JsonSchema, indent: string): string[] {
  return [`${indent}${name}${describeSchema(schema)}`, ...listLines(schema, `${indent}  `)];
}

/** Keywords that the structure of the outline expresses, so they are not printed. */
const STRUCTURE: ReadonlySet<string> = new Set(
  ("$defs $ref additionalProperties allOf anyOf const enum items prefixItems properties required " +
    "type").split(" "),
);
