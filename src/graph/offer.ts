/**
 * The legal actions of a step's offer, and the parts of its decision schema.
 *
 * @module
 */
import type { Action, LegalActions } from "../decision/decision.ts";
import type { DecisionShape } from "../decision/decision_form.ts";
import { mayNeedApproval, type StepTool, toolInternals } from "../tool/tool_internals.ts";
import { profileOf } from "../schema/profiles/openai_strict.ts";
import type { Offer, Route, Step } from "./graph.ts";

/** Builds the fields of a step that concern its offers. */
export function buildOfferFields(
  routes: readonly Route[],
  tools: readonly StepTool[],
): Pick<Step, "asksForApproval" | "isGuarded" | "wholeOffer" | "schemas" | "messages"> {
  const isGuarded = routes.some(({ guard }) => guard !== undefined) ||
    tools.some(({ guard }) => guard !== undefined);
  const key = isGuarded ? "1".repeat(routes.length + tools.length) : "";
  return {
    asksForApproval: tools.some(mayNeedApproval),
    isGuarded,
    wholeOffer: { key, routes, tools },
    schemas: new Map(),
    messages: new Map(),
  };
}

/** Lists the actions that an offer makes legal. */
function listLegalActions(step: Step, { routes, tools }: Offer): LegalActions {
  const actions: Action[] = [];
  if (!step.auto) actions.push("RESPOND");
  if (tools.length > 0) actions.push("TOOL_CALL");
  if (routes.length > 0) actions.push("MOVE");
  if (step.end !== false) actions.push("END");
  return {
    actions,
    routes: routes.map(({ to }) => to),
    tools: tools.map(({ name }) => name),
  };
}

/**
 * Builds the parts of the decision schema of an offer.
 *
 * @param legal Legal actions. Default: all that the offer makes legal.
 */
export function buildShape(
  step: Step,
  offer: Offer,
  legal: LegalActions = listLegalActions(step, offer),
): DecisionShape {
  return {
    legal,
    tools: new Map(offer.tools.map((tool) => [tool.name, toolInternals(tool).schema])),
    answer: step.answer,
    suggestions: step.suggestions,
    reasoning: step.reasoning,
    profile: profileOf(step.llm),
  };
}
