/**
 * Agents whose tools share a schema cache.
 *
 * @module
 */
import {
  Agent,
  type AnyTool,
  type LLM,
  MockLLM,
  type SchemaCache,
  type StandardSchema,
  Tool,
} from "@nomos/agent";

/** Creates a tool with a schema of arguments. */
export function tool(args: StandardSchema, name = "t"): Tool {
  return new Tool({ name, description: "", args, run: () => "" });
}

/** Creates an agent with one step, tools and a schema cache. */
export function agentOf(
  schemaCache: SchemaCache,
  tools: AnyTool<unknown>[],
  llm: LLM = new MockLLM(),
): Agent {
  return new Agent({
    name: "a",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools, routes: { talk: "again" } } },
    schemaCache,
  });
}
