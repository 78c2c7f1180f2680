/**
 * An agent as a tool of another.
 *
 * @module
 */
import * as v from "valibot";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import { Tool, type ToolOptions } from "../tool/tool.ts";
import { toolInternals } from "../tool/tool_internals.ts";
import { type AgentToolParts, ToolAgent } from "./child_call.ts";

/** Arguments of an agent that is a tool, unless it has its own. */
export interface AgentToolInput {
  /** The task. */
  readonly input: string;
}

/**
 * Options of an agent that is a tool of another. Waiting for a person does not count
 * towards its `timeout`; `needsApproval` is asked beside what the agent itself asks.
 *
 * @typeParam Args The arguments, as their schema returns them.
 * @typeParam Context The context of the caller's sessions.
 * @typeParam ChildContext The context of the agent's sessions.
 */
export interface AgentToolOptions<Args = AgentToolInput, Context = unknown, ChildContext = Context>
  extends
    Pick<
      ToolOptions<Args, Context>,
      "name" | "description" | "timeout" | "guard" | "needsApproval" | "maxRepeats"
    > {
  /** Schema of its arguments, as that of any tool. Default: an `input` of text. */
  readonly args?: StandardSchema<unknown, Args>;
  /**
   * Returns the input of the agent, as if a user had said it. Default: `input`, or
   * all arguments as JSON if there is a schema for them.
   */
  readonly input?: (args: Args) => string;
  /**
   * From the caller's context to that of the agent's session. It is asked whenever
   * the call is made, so also when it goes on. Default: the same.
   */
  readonly context?: (context: Context) => ChildContext;
}

const shape: option.OptionShape<AgentToolOptions> = {
  name: option.anything,
  description: option.anything,
  args: option.anything,
  input: v.optional(v.function("expected a function of the arguments")),
  context: v.optional(v.function("expected a function of the caller's context")),
  timeout: option.anything,
  guard: option.anything,
  needsApproval: option.anything,
  maxRepeats: option.anything,
};

/**
 * Makes a tool of an agent, which may be made after it.
 *
 * @throws {ConfigError} if an option is not usable.
 */
export function agentTool<Args, Context, ChildContext>(
  agent: AgentToolParts["agent"],
  options: AgentToolOptions<Args, Context, ChildContext>,
): Tool<Args, Context> {
  option.checkOptions(shape, options, `Cannot make tool ${quote(options?.name)} of an agent`);
  const { args, input, context, ...others } = options;
  const parts: AgentToolParts = {
    name: options.name,
    agent,
    input: input ?? (args === undefined ? inputOf : JSON.stringify),
    context,
    load: () => import("./run_child.ts"),
  };
  const tool = new Tool<Args, Context>({
    ...others,
    args: args ?? inputSchema() as StandardSchema<unknown, never>,
    run: async (given, alone) => await (await parts.load()).runAlone(parts, given, alone),
  });
  toolInternals(tool).delegate = new ToolAgent(parts);
  return tool;
}

function inputOf({ input }: AgentToolInput): string {
  return input;
}

let inputs: StandardSchema<unknown, AgentToolInput> | undefined;

/** Made with the first tool that uses it. */
function inputSchema(): StandardSchema<unknown, AgentToolInput> {
  return inputs ??= v.object({
    input: v.pipe(v.string(), v.description("What is to be done, and all that it takes to do it")),
  });
}
