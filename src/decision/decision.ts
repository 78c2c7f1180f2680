/**
 * Decisions of the model, and their builders.
 *
 * @module
 */

/** Action of a decision. */
export type Action = "RESPOND" | "TOOL_CALL" | "MOVE" | "END";

/** One tool call of a decision. */
export interface ToolCall {
  /** Name of the tool. */
  readonly tool: string;
  /** Arguments, as the model wrote them. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Decision to respond to the user and wait for input. */
export interface RespondDecision {
  /** Discriminator. */
  readonly action: "RESPOND";
  /** Text, or the structured answer in a step with an `answer` schema. */
  readonly response: unknown;
  /** Quick replies for the user, in a step with `suggestions`. Absent if there are none. */
  readonly suggestions?: readonly string[];
  /** Reasoning of the model; empty if the option `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Decision to call one or more tools. Several run concurrently. */
export interface ToolCallDecision {
  /** Discriminator. */
  readonly action: "TOOL_CALL";
  /** Tool calls, in order. */
  readonly calls: readonly ToolCall[];
  /** Reasoning of the model; empty if the option `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Decision to follow a route to another step. */
export interface MoveDecision<StepId extends string = string> {
  /** Discriminator. */
  readonly action: "MOVE";
  /** Id of the step to move to. */
  readonly step: StepId;
  /** Reasoning of the model; empty if the option `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Decision to end the session. */
export interface EndDecision {
  /** Discriminator. */
  readonly action: "END";
  /** Last message to the user. Absent if there is none. */
  readonly response?: string;
  /** Reasoning of the model; empty if the option `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Decision of the model. Optional fields are absent, never null. */
export type Decision<StepId extends string = string> =
  | RespondDecision
  | ToolCallDecision
  | MoveDecision<StepId>
  | EndDecision;

/** Options of every builder of {@linkcode decide}. */
export interface DecideOptions {
  /** Reasoning, one text or several. Default: none. */
  readonly reasoning?: string | readonly string[];
}

/** Builders of decisions, see {@linkcode decide}. */
export interface Decide {
  /** Responds to the user with text, or with the structured answer of the step. */
  respond(
    response: unknown,
    options?: DecideOptions & { readonly suggestions?: readonly string[] },
  ): RespondDecision;
  /** Calls one tool. */
  call(tool: string, args?: Record<string, unknown>, options?: DecideOptions): ToolCallDecision;
  /** Calls several tools at once. */
  calls(calls: readonly ToolCall[], options?: DecideOptions): ToolCallDecision;
  /** Follows the route to a step. */
  move<StepId extends string>(step: StepId, options?: DecideOptions): MoveDecision<StepId>;
  /** Ends the session. */
  end(response?: string, options?: DecideOptions): EndDecision;
}

/**
 * Builds decisions, for scripts of a {@linkcode MockLLM} and for the examples of a step.
 *
 * @example
 * ```ts
 * import { decide } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decide.move("order", { reasoning: "They know what they want" }), {
 *   action: "MOVE",
 *   step: "order",
 *   reasoning: ["They know what they want"],
 * });
 * ```
 */
export const decide: Decide = {
  respond: (response, options) => ({
    action: "RESPOND",
    response,
    ...(options?.suggestions && { suggestions: options.suggestions }),
    reasoning: toLines(options),
  }),
  call: (tool, args = {}, options) => decide.calls([{ tool, args }], options),
  calls: (calls, options) => ({ action: "TOOL_CALL", calls, reasoning: toLines(options) }),
  move: (step, options) => ({ action: "MOVE", step, reasoning: toLines(options) }),
  end: (response, options) => ({
    action: "END",
    ...(response !== undefined && { response }),
    reasoning: toLines(options),
  }),
};

function toLines({ reasoning = [] }: DecideOptions = {}): readonly string[] {
  return typeof reasoning === "string" ? [reasoning] : reasoning;
}

/** Actions, routes and tools that a request offers. Its decision schema accepts no others. */
export interface LegalActions {
  /** Actions, in the order RESPOND, TOOL_CALL, MOVE, END. */
  readonly actions: readonly Action[];
  /** Ids of the steps that MOVE may name, in the author's order. */
  readonly routes: readonly string[];
  /** Names of the tools that TOOL_CALL may name, sorted. */
  readonly tools: readonly string[];
}

/** Action and tools that a refused output attempted. */
export interface Attempt {
  /** Attempted action. */
  readonly action: Action;
  /** Names of the legal tools that the output calls, sorted; only with TOOL_CALL. */
  readonly tools?: readonly string[];
}
