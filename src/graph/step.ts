/**
 * Options of steps and routes.
 *
 * @module
 */
import * as v from "valibot";
import type { Decision } from "../decision/decision.ts";
import * as option from "../schema/option_shape.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { AnyTool } from "../tool/tool_internals.ts";
import type { HistoryOptions } from "./history_options.ts";

/**
 * Text, or a function that returns it for a session, called for each request. Texts of users in
 * the data become part of the instructions: quote them, for example by `JSON.stringify`.
 */
export type Text<Data = unknown, Context = unknown> =
  | string
  | ((given: GuardContext<Data, Context>) => string);

/** Options of a route. */
export interface RouteOptions<in Data = unknown, in Context = unknown> {
  /** Condition, as shown to the model. */
  readonly when: string;
  /** Returns true if the route is offered. Default: always. */
  readonly guard?: (given: GuardContext<Data, Context>) => boolean;
}

/** Example for the model: a situation and the decision to make in it. */
export interface Example<StepId extends string = string> {
  /** Situation, for example a sentence of the user. */
  readonly context: string;
  /** Decision to make, or a description of it. */
  readonly decision: Decision<StepId> | string;
  /**
   * `"always"` shows it in every request of the step; `"similar"` only if its context is
   * similar to the last input, which needs an LLM with `embed()` or `exampleSimilarity`; `"never"` switches it
   * off. Default: `"always"`.
   */
  readonly show?: "always" | "similar" | "never";
}

/**
 * Options of a step.
 *
 * @typeParam StepId Ids of all steps.
 * @typeParam Data Data of sessions.
 * @typeParam Context Context of sessions.
 * @typeParam Answer Structured responses of this step; `unknown` if it has none.
 */
export interface StepOptions<
  StepId extends string = string,
  in Data = unknown,
  in Context = unknown,
  Answer = unknown,
> {
  /** Task of the model in this step. */
  readonly description: Text<Data, Context>;
  /** Routes by target: the condition as text, or options. Default: none. */
  readonly routes?: { readonly [To in StepId]?: string | RouteOptions<Data, Context> };
  /** Tools that the model may call, or names of the agent's tools. Default: none. */
  readonly tools?: readonly (string | AnyTool<Data, Context>)[];
  /** Schema of structured responses. Default: responses are text. */
  readonly answer?: StandardSchema<unknown, Answer>;
  /** If true, the step never responds to the user: it moves, calls tools or ends. Default: false. */
  readonly auto?: boolean;
  /** If true, the model may end the session here; text is the condition. Default: true. */
  readonly end?: boolean | string;
  /** If true, responses may include quick replies for the user. Default: false. */
  readonly suggestions?: boolean;
  /** Persona that replaces the agent's in this step. Default: the agent's. */
  readonly persona?: Text<Data, Context>;
  /** Name of one of the agent's LLMs. Default: `default`. */
  readonly llm?: string;
  /** Bounds of the history in this step; each replaces that of the agent. Default: the agent's. */
  readonly history?: HistoryOptions;
  /** Examples for the model. Default: none. */
  readonly examples?: readonly Example<StepId>[];
  /** If true, decisions include reasoning. Default: the agent's option. */
  readonly reasoning?: boolean;
}

const examples = v.array(
  v.strictObject({
    context: v.string("expected text"),
    decision: v.custom(
      (value) =>
        typeof value === "string" || option.isRecord(value) && typeof value.action === "string",
      "expected a decision, or a description of it",
    ),
    show: v.optional(
      v.picklist(["always", "similar", "never"], 'expected "always", "similar" or "never"'),
    ),
  }, "expected an example with context, decision and show"),
  "expected a list of examples",
);

/** Shape of a step. Its answer and tools are validated elsewhere. */
export const stepShape: option.OptionShape<StepOptions> = {
  description: option.textOrFunction,
  routes: v.optional(v.custom(option.isRecord, "expected an object of routes by target")),
  tools: v.optional(v.array(v.unknown(), "expected a list of tools")),
  answer: option.anything,
  auto: option.flag,
  end: option.flagOr("string", "expected true, false or text"),
  suggestions: option.flag,
  persona: v.optional(option.textOrFunction),
  llm: option.optionalText,
  history: option.anything,
  examples: v.optional(examples),
  reasoning: option.flag,
};

/** Shape of a route. */
export const routeShape: option.OptionShape<RouteOptions> = {
  when: option.text,
  guard: option.callable,
};
