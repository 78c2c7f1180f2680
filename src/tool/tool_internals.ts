/**
 * Tools with any type of arguments, and the internal parts of a tool.
 *
 * @module
 */
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { GuardContext, ToolContext } from "./tool_context.ts";

/** Tool with any type of arguments, for lists of tools. Only a {@linkcode Tool} is accepted. */
export interface AnyTool<in Data = unknown, in Context = unknown> {
  /** Name of the tool. */
  readonly name: string;
  /** Description for the model. */
  readonly description: string;
  /** Time after which a call fails, in milliseconds; undefined if there is none. */
  readonly timeout: number | undefined;
  /** Returns true if the tool is offered; undefined if always. */
  readonly guard: ((given: GuardContext<Data, Context>) => boolean) | undefined;
  /** True if a call never runs twice unasked. */
  readonly once: boolean;
  /** Number of identical rounds of calls that counts as a loop; undefined for the agent's. */
  readonly maxRepeats: number | undefined;
}

/** Tool of a step. The type of the agent ensures that sessions have the data and context it needs. */
export type StepTool = AnyTool<never, never>;

/** Internal parts of a tool, for the code that offers and runs it. */
export interface ToolInternals {
  /** Schema of its arguments. */
  readonly schema: WireSchema;
  /** Runs a call with validated arguments. */
  readonly run: (args: unknown, context: ToolContext) => unknown;
  /** True if calls need approval, or the function that decides it. */
  readonly needsApproval: boolean | ((args: unknown, context: GuardContext) => boolean);
  /** Time after which a request for approval expires, in milliseconds; undefined if never. */
  readonly expiresAfter: number | undefined;
  /** Looks up the result of an unknown call; undefined if a person decides. */
  readonly whenUnknown: ((args: unknown, context: ToolContext) => unknown) | undefined;
  /** Schema of the data it needs. */
  readonly data: StandardSchema | undefined;
  /** Schema of the context it needs. */
  readonly context: StandardSchema | undefined;
}

/**
 * Result of `whenUnknown` if it cannot find out how a call ended.
 *
 * @example
 * ```ts
 * import { STILL_UNKNOWN, Tool } from "@nomos/agent";
 * import * as v from "valibot";
 *
 * const paid = new Map<string, string>();
 * new Tool({
 *   name: "pay",
 *   description: "Pay the bill",
 *   args: v.object({}),
 *   once: true,
 *   run: (_, { callKey }) => paid.set(callKey, "paid") && "paid",
 *   whenUnknown: (_, { callKey }) => paid.get(callKey) ?? STILL_UNKNOWN,
 * });
 * ```
 */
export const STILL_UNKNOWN: unique symbol = Symbol.for("@nomos/agent/still-unknown");

/**
 * Key of the options with which a tool was created. Other copies of the package know it too, so
 * that they can create the same tool.
 */
export const TOOL_OPTIONS: unique symbol = Symbol.for("@nomos/agent/tool-options");

const internals = new WeakMap<object, ToolInternals>();

/** Stores the internals of a new tool, for `toolInternals()`. */
export function registerInternals(tool: StepTool, parts: ToolInternals): void {
  internals.set(tool, parts);
}

/** Returns the internals of a tool. */
export function toolInternals(tool: StepTool): ToolInternals {
  return internals.get(tool)!;
}

/** Returns true if a call of a tool may need approval: always, or if its function says so. */
export function mayNeedApproval(tool: StepTool): boolean {
  return toolInternals(tool).needsApproval !== false;
}

/** Returns true if a value was created by `new Tool()`. */
export function isTool(value: unknown): value is StepTool {
  return internals.has(value as object);
}
