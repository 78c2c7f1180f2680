/**
 * What an agent would send, as text for `t.assertSnapshot`.
 *
 * @module
 */
import type { Explanation } from "../explain.ts";
import type { JsonSchema } from "../json.ts";

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
 * indented. That objects are closed and all their properties required is the
 * same everywhere and not said.
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
  else if (schema.type === "array") words.push(`list of${inline(schema.items as JsonSchema)}`);
  else if (schema.type !== "object") words.push([schema.type].flat().join(" | "));
  for (const keyword of Object.keys(schema).sort()) {
    if (!STRUCTURE.has(keyword)) words.push(`${keyword} ${JSON.stringify(schema[keyword])}`);
  }
  return words.map((word) => ` ${word}`).join("");
}

/** The lines below a schema's own. */
function inside(schema: JsonSchema, indent: string): string[] {
  if (schema.type === "array") return inside(schema.items as JsonSchema, indent);
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf.flatMap((branch: JsonSchema) => [
      `${indent}-${inline(branch)}`,
      ...inside(branch, `${indent}  `),
    ]);
  }
  return Object.entries(schema.properties as Record<string, JsonSchema> | undefined ?? {})
    .flatMap(([name, property]) => [
      `${indent}${name}${inline(property)}`,
      ...inside(property, `${indent}  `),
    ]);
}

/** Keywords that the form of the outline tells. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "$defs",
  "$ref",
  "additionalProperties",
  "anyOf",
  "const",
  "enum",
  "items",
  "properties",
  "required",
  "type",
]);
