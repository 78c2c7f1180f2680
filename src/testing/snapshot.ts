/**
 * What an agent would send, as text for `t.assertSnapshot`.
 *
 * @module
 */
import type { Explanation } from "../agent/explain.ts";
import type { JsonSchema } from "../json/json.ts";

/**
 * A request as text that differs only where its meaning does: one line for each
 * line of a message, calls numbered in their order instead of named after their
 * session, the schema as an outline without what is the same in every schema.
 *
 * @param explanation What `agent.explain(session)` gave.
 * @returns The text.
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
  const calls = new Map<string, number>();
  const parts = messages.map(({ role, content, callId }) => {
    if (callId !== undefined && !calls.has(callId)) calls.set(callId, calls.size + 1);
    const call = callId === undefined ? "" : ` (call ${calls.get(callId)})`;
    return `--- ${role}${call}\n${content}`;
  });
  return `${parts.join("\n\n")}\n\n--- schema for ${llm}\n${schemaOutline(schema)}\n`;
}

/**
 * A lowered JSON Schema as an outline: a property per line, nested ones
 * indented. That objects are closed and properties required is not said: `?` is
 * behind the name of one that is not, and `[any]` stands for those not listed.
 *
 * @param schema The schema.
 * @returns The text.
 */
export function schemaOutline(schema: JsonSchema): string {
  const { $defs = {}, ...root } = schema as { readonly $defs?: Record<string, JsonSchema> };
  const lines = inside(root, "");
  for (const [name, definition] of Object.entries($defs)) {
    lines.push(`#/$defs/${name}${inline(definition)}`, ...inside(definition, "  "));
  }
  return lines.join("\n");
}

/** What stands behind the name of a property. */
function inline(schema: JsonSchema): string {
  const words: string[] = [];
  if (typeof schema.$ref === "string") words.push(schema.$ref);
  else if ("const" in schema) words.push(JSON.stringify(schema.const));
  else if (Array.isArray(schema.enum)) {
    words.push(schema.enum.map((one) => JSON.stringify(one)).join(" | "));
  } else if (Array.isArray(schema.anyOf)) words.push("any of");
  else if (Array.isArray(schema.allOf)) words.push("all of");
  else if (Array.isArray(schema.prefixItems)) words.push("tuple of");
  else if (schema.type === "array") words.push(`list of${inline(schema.items as JsonSchema)}`);
  else if (schema.type !== "object") words.push([schema.type ?? "anything"].flat().join(" | "));
  for (const keyword of Object.keys(schema).sort()) {
    if (!STRUCTURE.has(keyword)) words.push(`${keyword} ${JSON.stringify(schema[keyword])}`);
  }
  return words.map((word) => ` ${word}`).join("");
}

/** The lines below a schema's own. */
function inside(schema: JsonSchema, indent: string): string[] {
  const parts = schema.anyOf ?? schema.allOf ?? schema.prefixItems;
  if (Array.isArray(parts)) {
    const lines = parts.flatMap((part: JsonSchema) => line("-", part, indent));
    const isOpen = schema.prefixItems !== undefined && schema.items !== undefined;
    return isOpen ? [...lines, ...line("...", schema.items as JsonSchema, indent)] : lines;
  }
  if (schema.type === "array") return inside(schema.items as JsonSchema, indent);
  const { properties = {}, required, additionalProperties: others = false } = schema;
  const lines = Object.entries(properties as Record<string, JsonSchema>)
    .flatMap(([name, property]) => {
      const isOptional = Array.isArray(required) && !required.includes(name);
      return line(isOptional ? `${name}?` : name, property, indent);
    });
  if (others === false) return lines;
  return [...lines, ...line("[any]", others === true ? {} : others as JsonSchema, indent)];
}

/** A part of a schema, and what is below it. */
function line(name: string, schema: JsonSchema, indent: string): string[] {
  return [`${indent}${name}${inline(schema)}`, ...inside(schema, `${indent}  `)];
}

/** Keywords that the form of the outline tells. */
const STRUCTURE: ReadonlySet<string> = new Set(
  ("$defs $ref additionalProperties allOf anyOf const enum items prefixItems properties required " +
    "type").split(" "),
);
