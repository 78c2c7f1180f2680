/**
 * Agents as tools of other agents.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { Tool, type ToolOptions } from "../tool/tool.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { type ChildAgent, registerChildAgent } from "../turn/call/child_call.ts";
import { readInitialData } from "../turn/session_data.ts";
import type { AgentToolParts } from "./agent_call.ts";
import { coreOf } from "./build_core.ts";

/** Default arguments of an agent that runs as a tool. */
export interface AgentToolInput {
  /** Task of the agent, passed on as the user's input. */
  readonly input: string;
}

/**
 * Options of an agent that runs as a tool. Its `timeout` does not include the time that
 * it waits for a person. Its `needsApproval` decides about the call itself; the agent's
 * own tools ask for approval as usual.
 *
 * @typeParam Args Arguments, as their schema returns them.
 * @typeParam Data Data of the parent's sessions.
 * @typeParam Context Context of the parent's sessions.
 * @typeParam ChildContext Context of the agent's sessions.
 */
export interface AgentToolOptions<
  Args = AgentToolInput,
  Data = unknown,
  Context = unknown,
  ChildContext = Context,
> extends
  Pick<
    ToolOptions<Args, Data, Context>,
    | "name"
    | "description"
    | "data"
    | "timeout"
    | "guard"
    | "needsApproval"
    | "expiresAfter"
    | "maxRepeats"
  > {
  /** Schema of its arguments, an object. Default: one property `input`, text. */
  readonly args?: StandardSchema<unknown, Args>;
  /**
   * Converts the arguments to the agent's input, as if a user had written it. Default:
   * the argument `input`; if `args` is given, all arguments as JSON.
   */
  readonly input?: (args: Args) => string;
  /**
   * Converts the parent's context to the context of the agent's session. Called whenever
   * the call runs, also when it is resumed. Default: the same context.
   */
  readonly context?: (context: Context) => ChildContext;
}

const shape: option.OptionShape<AgentToolOptions> = {
  name: option.anything,
  description: option.anything,
  args: option.anything,
  input: v.optional(v.function("expected a function of the arguments")),
  data: option.anything,
  context: v.optional(v.function("expected a function of the parent's context")),
  timeout: option.anything,
  guard: option.anything,
  needsApproval: option.anything,
  expiresAfter: option.anything,
  maxRepeats: option.anything,
};

/**
 * Creates a tool that runs an agent.
 *
 * @param agent The agent, or a function that returns one which is created after the tool.
 * @throws {ConfigError} if an option is invalid, or the agent's data have no defaults.
 */
export function createAgentTool<Args, Data, Context, ChildContext>(
  agent: AgentCore | (() => unknown),
  options: AgentToolOptions<Args, Data, Context, ChildContext>,
): Tool<Args, Data, Context> {
  option.checkOptions(shape, options, `Cannot create tool ${quote(options?.name)} of an agent`);
  const { name, args, input, context, ...others } = options;
  if (typeof agent === "object") {
    const attempt = `Cannot create tool ${quote(name)}, whose data begin with the defaults`;
    readInitialData(agent, undefined, attempt);
  }
  const parts: AgentToolParts = {
    name,
    agent: typeof agent === "object" ? () => agent : () => readCore(agent(), name),
    input: input ?? (args === undefined ? readInput : JSON.stringify),
    context,
  };
  const tool = new Tool<Args, Data, Context>({
    ...others,
    name,
    args: args ?? getInputSchema() as StandardSchema<unknown, never>,
    run: async (given, context) => await (await load()).runStandalone(parts, given, context),
  });
  registerChildAgent(tool, createChildAgent(parts));
  return tool;
}

function createChildAgent(parts: AgentToolParts): ChildAgent {
  return {
    prepare: async (...place) => (await load()).prepareChildCall(parts, ...place),
    withCore: (replace) => createChildAgent({ ...parts, agent: () => replace(parts.agent()) }),
  };
}

/**
 * Returns the core of an agent that is created after its tool.
 *
 * @throws {ConfigError} if it is not an agent.
 */
function readCore(agent: unknown, tool: string): AgentCore {
  const core = coreOf(agent);
  if (core !== undefined) return core;
  throw new ConfigError(
    `Cannot call the agent of tool ${quote(tool)}: the function passed to Agent.toolOf() ` +
      `returned ${quote(agent)}: expected an Agent`,
  );
}

/** Loads the code that runs child sessions, with the first call. */
function load(): Promise<typeof import("./run_child.ts")> {
  return import("./run_child.ts");
}

function readInput({ input }: AgentToolInput): string {
  return input;
}

let inputSchema: StandardSchema<unknown, AgentToolInput> | undefined;

/** Returns the default schema of arguments, created with the first tool that uses it. */
function getInputSchema(): StandardSchema<unknown, AgentToolInput> {
  return inputSchema ??= v.object({
    input: v.pipe(v.string(), v.description("What is to be done, and all that it takes to do it")),
  });
}
