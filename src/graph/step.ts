/**
 * Steps and routes, as an author writes them.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { AnyTool } from "../tool/tool_internals.ts";
import type { GuardContext } from "../tool/tool_context.ts";

/** A route with more than a condition. */
export interface RouteOptions<in Context = unknown> {
  /** Condition for the model. */
  readonly when: string;
  /** Code that decides if it is offered. Default: always. */
  readonly guard?: (context: GuardContext<Context>) => boolean;
}

/** A situation and what to decide in it, shown to the model. */
export interface Example<StepId extends string = string> {
  /** The situation, for example what the user says. */
  readonly context: string;
  /** The decision to make, or words about it. */
  readonly decision: Decision<StepId> | string;
  /**
   * `"always"` shows it in every request of the step; `"similar"` where the
   * context is like the last input, which needs a model that can embed;
   * `"never"` switches it off. Default: `"always"`.
   */
  readonly show?: "always" | "similar" | "never";
}

/**
 * Options of a step.
 *
 * @typeParam StepId The names of all steps.
 * @typeParam Context The context of sessions.
 * @typeParam Answer The structured responses of this step; `unknown` if it has none.
 */
export interface StepOptions<
  StepId extends string = string,
  in Context = unknown,
  Answer = unknown,
> {
  /** Task of the model in this step. */
  readonly description: string;
  /** Routes by target: a condition for the model, or more than that. Default: none. */
  readonly routes?: { readonly [To in StepId]?: string | RouteOptions<Context> };
  /** Tools it may call, or names of the agent's tools. Default: none. */
  readonly tools?: readonly (string | AnyTool<Context>)[];
  /** The schema of structured responses. Default: responses are text. */
  readonly answer?: StandardSchema<unknown, Answer>;
  /** The step never answers the user: it moves on, calls tools or ends. Default: false. */
  readonly auto?: boolean;
  /** If true, the model may end the session here; text says when. Default: true. */
  readonly end?: boolean | string;
  /** Responses carry quick replies for the user. Default: false. */
  readonly suggestions?: boolean;
  /** Persona that replaces the agent's in this step. Default: the agent's. */
  readonly persona?: string;
  /** The name of one of the agent's models. Default: `default`. */
  readonly llm?: string;
  /** Examples for the model. Default: none. */
  readonly examples?: readonly Example<StepId>[];
  /** If true, the model writes down its reasoning here. Default: the agent's setting. */
  readonly reasoning?: boolean;
}
