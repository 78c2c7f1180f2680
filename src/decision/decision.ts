/**
 * What the model chose: the decision in the author's form, and its builders.
 *
 * @module
 */

/** What a decision can do. */
export type Action = "RESPOND" | "TOOL_CALL" | "MOVE" | "END";

/** One tool call of a decision. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** The arguments, as the model gave them. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Answer the user and wait for input. */
export interface RespondDecision {
  /** The discriminator. */
  readonly action: "RESPOND";
  /** The text, or the structured answer in a step that has an `answer` schema. */
  readonly response: unknown;
  /** Quick replies for the user, in a step with `suggestions`. */
  readonly suggestions?: readonly string[];
  /** Why, in the model's words; empty where `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Call one or more tools; several run concurrently. */
export interface ToolCallDecision {
  /** The discriminator. */
  readonly action: "TOOL_CALL";
  /** The calls, in order. */
  readonly calls: readonly ToolCall[];
  /** Why, in the model's words; empty where `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** Follow a route to another step. */
export interface MoveDecision<StepId extends string = string> {
  /** The discriminator. */
  readonly action: "MOVE";
  /** The step to go to. */
  readonly step: StepId;
  /** Why, in the model's words; empty where `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** End the session, with or without a last word. */
export interface EndDecision {
  /** The discriminator. */
  readonly action: "END";
  /** The last word to the user. */
  readonly response?: string;
  /** Why, in the model's words; empty where `reasoning` is off. */
  readonly reasoning: readonly string[];
}

/** What the model chose, in the author's form: optional fields are absent, never null. */
export type Decision<StepId extends string = string> =
  | RespondDecision
  | ToolCallDecision
  | MoveDecision<StepId>
  | EndDecision;

/** What every builder of {@linkcode decide} takes beside its own arguments. */
export interface DecideOptions {
  /** The reasoning, one line or several. Default: none. */
  readonly reasoning?: string | readonly string[];
}

/** The builders of decisions, see {@linkcode decide}. */
export interface Decide {
  /** Answers the user with text, or with the structured answer of the step. */
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
 * Builds decisions in the author's form, for scripts of a {@linkcode MockLLM}
 * and for the examples of a step.
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
    reasoning: lines(options),
  }),
  call: (tool, args = {}, options) => decide.calls([{ tool, args }], options),
  calls: (calls, options) => ({ action: "TOOL_CALL", calls, reasoning: lines(options) }),
  move: (step, options) => ({ action: "MOVE", step, reasoning: lines(options) }),
  end: (response, options) => ({
    action: "END",
    ...(response !== undefined && { response }),
    reasoning: lines(options),
  }),
};

function lines({ reasoning = [] }: DecideOptions = {}): readonly string[] {
  return typeof reasoning === "string" ? [reasoning] : reasoning;
}

/** The actions, routes and tools that are open: what the decision schema is built from. */
export interface LegalActions {
  /** The actions, in the order RESPOND, TOOL_CALL, MOVE, END. */
  readonly actions: readonly Action[];
  /** The steps that MOVE may name, in the author's order. */
  readonly routes: readonly string[];
  /** The tools that TOOL_CALL may name, sorted. */
  readonly tools: readonly string[];
}

/** Attempted action of an output that was refused. */
export interface Attempt {
  /** The action. */
  readonly action: Action;
  /** The tools that were called, sorted; only with TOOL_CALL, only tools that are legal. */
  readonly tools?: readonly string[];
}
