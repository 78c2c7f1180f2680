import { assertEquals } from "@std/assert";
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import type { AgentOptions, Session, ToolOptions, ToolResult } from "@nomos/agent";
import * as v from "valibot";

/** Function of a tool without arguments. */
export type Run = ToolOptions<unknown, unknown, unknown>["run"];

/** A session whose model calls the tool `work` once, and then responds. */
export function createToolSession(
  run: Run,
  options: Partial<AgentOptions> & { timeout?: number } = {},
): Session {
  const { timeout, ...rest } = options;
  const work = new Tool({
    name: "work",
    description: "",
    args: v.object({}),
    run,
    ...(timeout && { timeout }),
  });
  const llm = new MockLLM([decide.call("work"), decide.respond("done")]);
  const steps = { start: { description: "Work", tools: [work] } };
  return new Agent({ name: "tested", llm, start: "start", steps, ...rest }).createSession();
}

/** Result of a tool, and the warnings of its turn. */
export async function resultOf(
  run: Run,
  options: Partial<AgentOptions> = {},
): Promise<ToolResult & { readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const turn = await createToolSession(run, { onWarning, ...options }).next("Hi");
  assertEquals([turn.status, turn.response, turn.toolResults.length], ["waiting", "done", 1]);
  return { ...turn.toolResults[0]!, warnings };
}
