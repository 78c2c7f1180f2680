/**
 * An agent as a tool of another.
 *
 * @module
 */
import * as v from "valibot";
import type { AgentCore } from "../turn/agent_core.ts";
import type { InferOutput, StandardSchema } from "../schema/standard_schema.ts";
import { ConfigError, quote } from "../errors.ts";
import { Tool } from "../tool/tool.ts";
import type { GuardContext, ToolContext } from "../tool/tool_context.ts";
import type { ChildCall } from "./child_call.ts";

/** What an agent that is a tool is told. */
export type AgentToolInput = StandardSchema<{ input: string }, { input: string }>;

/**
 * How an agent is a tool of another.
 *
 * @typeParam Args The schema of the arguments.
 * @typeParam Context What sessions of the caller have.
 * @typeParam ChildContext What sessions of the agent have.
 */
export interface AgentToolOptions<
  Args extends StandardSchema = AgentToolInput,
  Context = unknown,
  ChildContext = Context,
> {
  /** 1 to 64 of letters, digits, `_` and `-`. */
  readonly name: string;
  /** What the agent does, for the model of its caller. */
  readonly description: string;
  /** The schema of its arguments, as that of any tool. Default: an `input` of text. */
  readonly args?: Args;
  /**
   * What the agent is told, as if a user had said it. Default: `input`, or all
   * arguments as JSON where `args` is given.
   */
  readonly input?: (args: InferOutput<Args>) => string;
  /**
   * From the caller's context to that of the agent's session. It is asked whenever
   * the call is made, so also when it goes on. Default: the same.
   */
  readonly context?: (context: Context) => ChildContext;
  /** Milliseconds after which a call fails; waiting for a person is not counted. Default: none. */
  readonly timeout?: number;
  /** Offered only when this returns true. Default: always. */
  readonly available?: (context: GuardContext<Context>) => boolean;
  /** Whether a person must allow a call, whatever the agent itself asks. Default: false. */
  readonly needsApproval?:
    | boolean
    | ((args: InferOutput<Args>, context: GuardContext<Context>) => boolean);
}

/** Options whatever their types. */
type AnyOptions = AgentToolOptions<StandardSchema, never, unknown>;

/** What runs calls of agents; loaded with the first one. */
export interface ChildRunner {
  /** Runs a call until it has a result, or gives a `HeldCall`. */
  runChild(call: ChildCall, args: unknown): Promise<unknown>;
  /** Runs the agent in a session of its own, for nobody's turn. */
  runAlone(parts: AgentToolParts, args: unknown, context: ToolContext): Promise<unknown>;
  /** Opens the session of a call that is not made again, so that it is known what it spent. */
  closeChild(call: ChildCall): Promise<void>;
}

/** What calls of an agent need. */
export interface AgentToolParts {
  readonly name: string;
  /** The agent; it may be made after the tool. */
  readonly agent: () => AgentCore;
  readonly input: (args: never) => string;
  readonly context: ((context: never) => unknown) | undefined;
  readonly load: () => Promise<ChildRunner>;
}

/** What calls of an agent need, for the room that makes them. */
export let partsOf: (tool: AgentTool) => AgentToolParts;

/** A tool that is an agent. What its session does is the session's log; see `agent.asTool()`. */
export class AgentTool extends Tool<StandardSchema, never> {
  readonly #parts: AgentToolParts;

  static {
    partsOf = (tool) => tool.#parts;
  }

  constructor(
    agent: AgentToolParts["agent"],
    options: AnyOptions,
    load: AgentToolParts["load"],
  ) {
    if (typeof options !== "object" || options === null) {
      throw new ConfigError(
        `Cannot make a tool of an agent with ${quote(options)}: expected options`,
      );
    }
    const { name, description, args, input, context, timeout, available, needsApproval } = options;
    const what = `Cannot make tool ${quote(name)} of an agent`;
    if (input !== undefined && typeof input !== "function") {
      throw new ConfigError(
        `${what}: input is ${quote(input)}: expected a function of the arguments`,
      );
    }
    if (context !== undefined && typeof context !== "function") {
      throw new ConfigError(
        `${what}: context is ${quote(context)}: expected a function of the caller's context`,
      );
    }
    const parts: AgentToolParts = {
      name,
      agent,
      input: input ?? (args === undefined ? inputOf : JSON.stringify),
      context,
      load,
    };
    super({
      name,
      description,
      args: args ?? inputSchema(),
      run: async (given, alone: ToolContext<never>) =>
        await (await load()).runAlone(parts, given, alone),
      ...(timeout !== undefined && { timeout }),
      ...(available !== undefined && { available }),
      ...(needsApproval !== undefined && { needsApproval }),
    });
    this.#parts = parts;
  }
}

function inputOf({ input }: { readonly input: string }): string {
  return input;
}

let inputs: AgentToolInput | undefined;

/** Made with the first tool that uses it. */
function inputSchema(): AgentToolInput {
  return inputs ??= v.object({
    input: v.pipe(v.string(), v.description("What is to be done, and all that it takes to do it")),
  });
}
