/**
 * Validation of the options of a step and a route.
 *
 * @module
 */
import * as v from "valibot";
import * as option from "../schema/option_shape.ts";
import type { RouteOptions, StepOptions } from "./step.ts";

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
