/**
 * The offer of a step: the routes and tools that its guards leave open.
 *
 * @module
 */
import type { Action, LegalActions } from "../decision/decision.ts";
import type { DecisionShape } from "../decision/decision_form.ts";
import { GuardError, quote, reasonOf } from "../errors.ts";
import { mayNeedApproval, type StepTool, toolInternals } from "../tool/tool_internals.ts";
import { profileOf } from "../schema/profiles/openai_strict.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { Offer, Route, Step } from "./graph.ts";

/**
 * Builds the offer of a step: calls its guards with the context of a session.
 *
 * @throws {GuardError} if a guard throws, or does not return a boolean.
 */
export function buildOffer(step: Step, context: unknown, sessionId: string): Offer {
  if (!step.isGuarded) return step.wholeOffer;
  const guardContext: GuardContext = { context, sessionId, step: step.id };
  let key = "";
  const isOpen = (guard: Route["guard"], what: string): boolean => {
    const open = guard === undefined || callPredicate(
      () => guard(guardContext as GuardContext<never>),
      "guard",
      () => `${what} of step "${step.id}" is offered`,
    );
    key += open ? "1" : "0";
    return open;
  };
  const routes = step.routes.filter(({ guard, to }) => isOpen(guard, `the route to "${to}"`));
  const tools = step.tools.filter(({ guard, name }) => isOpen(guard, `tool "${name}"`));
  return { key, routes, tools };
}

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
 * Calls a predicate of the author.
 *
 * @param subject Returns the decision of the predicate, for messages: `tool "pay" is offered`.
 * @throws {GuardError} if the function throws, or does not return a boolean.
 */
export function callPredicate(
  predicate: () => unknown,
  name: "guard" | "needsApproval",
  subject: () => string,
): boolean {
  const fail = (problem: string, options?: ErrorOptions): never => {
    throw new GuardError(`Cannot decide if ${subject()}: its ${name} ${problem}`, options);
  };
  let answer: unknown;
  try {
    answer = predicate();
  } catch (cause) {
    return fail(`threw: ${reasonOf(cause)}`, { cause });
  }
  if (typeof answer === "boolean") return answer;
  // Prevents an unhandled rejection.
  if (answer instanceof Promise) answer.catch(() => {});
  const returned = answer instanceof Promise ? "a promise" : quote(answer);
  return fail(
    `returned ${returned}: expected a synchronous function that returns true or false`,
  );
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
