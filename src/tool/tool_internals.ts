/**
 * Tools of any arguments, and the parts of a tool that its users do not see.
 *
 * @module
 */
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { GuardContext, ToolContext } from "./tool_context.ts";

/** A tool of any arguments, as lists of tools hold it. Only a {@linkcode Tool} is one. */
export interface AnyTool<in Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** Description for the model. */
  readonly description: string;
  /** Milliseconds after which a call fails. */
  readonly timeout: number | undefined;
  /** Code that decides if it is offered. */
  readonly guard: ((context: GuardContext<Context>) => boolean) | undefined;
  /** True if a call never runs a second time. */
  readonly once: boolean;
  /** Number of equal rounds of calls that are a loop; undefined for that of the agent. */
  readonly maxRepeats: number | undefined;
}

/** A tool of an agent, whose type made sure that sessions have the context it needs. */
export type HeldTool = AnyTool<never>;

/** Parts of a tool for the rooms that offer and run it. */
export interface ToolInternals {
  /** The schema of its arguments. */
  readonly schema: WireSchema;
  /** Runs a call with validated arguments. */
  readonly run: (args: unknown, context: ToolContext) => unknown;
  /** True if a call needs approval, or the function that decides it. */
  readonly needsApproval: boolean | ((args: unknown, context: GuardContext) => boolean);
  /** Finds out the result of an unknown call; undefined if a person is asked. */
  readonly whenUnknown: ((args: unknown, context: ToolContext) => unknown) | undefined;
  /** Schema of the context it needs. */
  readonly context: StandardSchema | undefined;
  /** Agent behind the tool, set by the room that makes agents tools; undefined for other tools. */
  delegate: unknown;
}

const internals = new WeakMap<object, ToolInternals>();

/** Stores the internals of a new tool. */
export function keepInternals(tool: HeldTool, parts: ToolInternals): void {
  internals.set(tool, parts);
}

/** Returns the internals of a tool. */
export function toolInternals(tool: HeldTool): ToolInternals {
  return internals.get(tool)!;
}

/** Returns true if a value is a tool, and does not only look like one. */
export function isTool(value: unknown): value is HeldTool {
  return internals.has(value as object);
}
