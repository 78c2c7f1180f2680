/**
 * Steps and routes, as an author writes them.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { AnyTool } from "../tool/tool.ts";
import type { GuardContext } from "../tool/tool_context.ts";

/** A route with more than a condition. */
export interface RouteOptions<in Context = unknown> {
  /** When to take it, told to the model. */
  readonly when: string;
  /** The route is offered only when this returns true. Default: always. */
  readonly guard?: (context: GuardContext<Context>) => boolean;
}

/** A route in the list form. */
export interface RouteEntry<StepId extends string = string, in Context = unknown>
  extends RouteOptions<Context> {
  /** The step it leads to. */
  readonly to: StepId;
}

/** The routes out of a step: by target, or as a list. */
export type Routes<StepId extends string = string, Context = unknown> =
  | { readonly [To in StepId]?: string | RouteOptions<Context> }
  | readonly RouteEntry<StepId, Context>[];

/** A situation and what to decide in it, shown to the model. */
export interface Example<StepId extends string = string> {
  /** The situation, for example what the user says. */
  readonly context: string;
  /** What to decide: a decision, or words about it. */
  readonly decision: Decision<StepId> | string;
  /**
   * `"always"` shows it in every request of the step; `"similar"` where the
   * context is like the last input, which needs a model that can embed;
   * `"never"` switches it off. Default: `"always"`.
   */
  readonly show?: "always" | "similar" | "never";
}

/** One step of a graph. */
export interface StepOptions<StepId extends string = string, in Context = unknown> {
  /** What the model is to do in this step. */
  readonly description: string;
  /** Where it may go. Default: nowhere. */
  readonly routes?: Routes<StepId, Context>;
  /** What it may call: tools, or names of the agent's tools. Default: none. */
  readonly tools?: readonly (string | AnyTool<Context>)[];
  /** The schema of structured responses. Default: responses are text. */
  readonly answer?: StandardSchema;
  /** The step never answers the user: it moves on, calls tools or ends. Default: false. */
  readonly auto?: boolean;
  /** Whether the model may end the session here; text says when. Default: true. */
  readonly end?: boolean | string;
  /** Responses carry quick replies for the user. Default: false. */
  readonly suggestions?: boolean;
  /** A persona for this step alone. Default: the agent's. */
  readonly persona?: string;
  /** The name of one of the agent's models. Default: `default`. */
  readonly llm?: string;
  /** Examples for the model. Default: none. */
  readonly examples?: readonly Example<StepId>[];
  /** Whether the model writes down its reasoning here. Default: the agent's setting. */
  readonly reasoning?: boolean;
}

/** One step in the list form. */
export interface StepEntry<StepId extends string = string, in Context = unknown>
  extends StepOptions<StepId, Context> {
  /** The name of the step. */
  readonly id: string;
}

/** The steps of a graph: by name, or as a list. */
export type Steps<StepId extends string = string, Context = unknown> =
  | { readonly [Id in StepId]: StepOptions<NoInfer<StepId>, Context> }
  | readonly (StepOptions<NoInfer<StepId>, Context> & { readonly id: StepId })[];
