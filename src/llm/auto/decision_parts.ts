/**
 * The JSON Schema of a decision, taken apart.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";

/** What of a decision's JSON Schema is needed to play it. */
export interface DecisionParts {
  /** The arguments of each tool. */
  readonly args: ReadonlyMap<unknown, JsonSchema>;
  /** The response, where there is one. */
  readonly response: JsonSchema | undefined;
  /** What a response has beside itself. */
  readonly suggestions: { readonly suggestions?: readonly string[] };
}

/** Returns the parts of a decision's schema. */
export function partsOf(schema: JsonSchema): DecisionParts {
  const { decision } = propertiesOf(schema);
  const args = new Map<unknown, JsonSchema>();
  let response: JsonSchema | undefined;
  let suggestions = {};
  for (const variant of branchesOf(decision)) {
    const { action, calls, ...others } = propertiesOf(variant);
    if (action !== undefined && constantOf(action) === "RESPOND") {
      response = others.response;
      if ("suggestions" in others) suggestions = { suggestions: [] };
    }
    for (const call of branchesOf(calls?.items as JsonSchema | undefined)) {
      const { tool, args: schema } = propertiesOf(call);
      args.set(constantOf(tool!), schema!);
    }
  }
  return { args, response, suggestions };
}

/** A fixed value, as a constant or as a list of one. */
function constantOf(schema: JsonSchema): unknown {
  return "const" in schema ? schema.const : (schema.enum as readonly unknown[])[0];
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return schema.properties as Record<string, JsonSchema> ?? {};
}

function branchesOf(schema: JsonSchema | undefined): readonly JsonSchema[] {
  if (schema === undefined) return [];
  return schema.anyOf as readonly JsonSchema[] ?? [schema];
}
