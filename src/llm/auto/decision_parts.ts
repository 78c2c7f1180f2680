/**
 * Parser of the JSON Schema of a decision.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";

/** Parts of a decision's JSON Schema that are needed to play it. */
export interface DecisionParts {
  /** Reasoning, if the schema requires it. */
  readonly reasoning: { readonly reasoning?: readonly string[] };
  /** Schema of the arguments, by tool name. */
  readonly args: ReadonlyMap<unknown, JsonSchema>;
  /** Schema of the response; undefined if the step cannot answer. */
  readonly response: JsonSchema | undefined;
  /** An empty list of suggestions, if the schema requires one beside the response. */
  readonly suggestions: { readonly suggestions?: readonly string[] };
  /** No response, if the schema requires it as null at the end. */
  readonly end: { readonly response?: null };
}

/** Reads the parts of a decision's schema. */
export function readDecisionParts(schema: JsonSchema): DecisionParts {
  const { decision, reasoning } = propertiesOf(schema);
  const args = new Map<unknown, JsonSchema>();
  let response: JsonSchema | undefined;
  let suggestions = {};
  let end = {};
  for (const variant of branchesOf(decision)) {
    const { action, calls, ...others } = propertiesOf(variant);
    if (action !== undefined && constantOf(action) === "RESPOND") {
      response = others.response;
      if ("suggestions" in others) suggestions = { suggestions: [] };
    }
    if (action !== undefined && constantOf(action) === "END") {
      if ((variant.required as readonly string[]).includes("response")) end = { response: null };
    }
    for (const call of branchesOf(calls?.items as JsonSchema | undefined)) {
      const { tool, args: schema } = propertiesOf(call);
      args.set(constantOf(tool!), schema!);
    }
  }
  return {
    reasoning: reasoning === undefined ? {} : { reasoning: ["This is legal here"] },
    args,
    response,
    suggestions,
    end,
  };
}

/** Returns the value that a schema fixes by `const` or by an `enum` of one. */
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
