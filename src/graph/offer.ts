/**
 * What is offered to the model now: guards are asked, the rest is declared.
 *
 * @module
 */
import type { Action, LegalActions } from "../decision/decision.ts";
import type { DecisionShape } from "../decision/decision_form.ts";
import { GuardError, quote } from "../errors.ts";
import { type HeldTool, toolInternals } from "../tool/tool_internals.ts";
import { openaiStrict } from "../schema/profiles/openai_strict.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { Offer, Route, Step } from "./graph.ts";

/**
 * Asks the guards of a step, with the context of a session.
 *
 * @throws {GuardError} if a guard throws or gives something other than a boolean.
 */
export function offerOf(step: Step, context: unknown, sessionId: string): Offer {
  if (!step.isGuarded) return step.wholeOffer;
  const asked: GuardContext = { context, sessionId, step: step.id };
  let key = "";
  const isOpen = (guard: Route["guard"], what: string): boolean => {
    const open = guard === undefined || ask(guard, asked, `${what} of step "${step.id}"`);
    key += open ? "1" : "0";
    return open;
  };
  const routes = step.routes.filter(({ guard, to }) => isOpen(guard, `the route to "${to}"`));
  const tools = step.tools.filter(({ guard, name }) => isOpen(guard, `tool "${name}"`));
  return { key, routes, tools };
}

/** What a step keeps of its offers, before any was made. */
export function offersOf(
  routes: readonly Route[],
  tools: readonly HeldTool[],
): Pick<Step, "asksForApproval" | "isGuarded" | "wholeOffer" | "schemas" | "messages"> {
  const isGuarded = routes.some(({ guard }) => guard !== undefined) ||
    tools.some(({ guard }) => guard !== undefined);
  const key = isGuarded ? "1".repeat(routes.length + tools.length) : "";
  return {
    asksForApproval: tools.some((tool) => toolInternals(tool).needsApproval !== false),
    isGuarded,
    wholeOffer: { key, routes, tools },
    schemas: new Map(),
    messages: new Map(),
  };
}

/** The actions that an offer makes legal. */
export function legalActions(step: Step, { routes, tools }: Offer): LegalActions {
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

function ask(guard: NonNullable<Route["guard"]>, context: GuardContext, what: string): boolean {
  let open: unknown;
  try {
    open = guard(context as GuardContext<never>);
  } catch (cause) {
    throw new GuardError(`Cannot tell whether ${what} is open: its guard threw`, { cause });
  }
  if (typeof open === "boolean") return open;
  // A promise that is refused here is nobody's to handle any more.
  if (open instanceof Promise) open.catch(() => {});
  const given = open instanceof Promise ? "a promise" : quote(open);
  throw new GuardError(
    `Cannot tell whether ${what} is open: its guard gave ${given}: expected a boolean, at once`,
  );
}

/**
 * Returns all that the decision schema of an offer is built from.
 *
 * @param legal Legal actions. Default: all that the offer makes legal.
 */
export function shapeOf(
  step: Step,
  offer: Offer,
  legal: LegalActions = legalActions(step, offer),
): DecisionShape {
  return {
    legal,
    tools: new Map(offer.tools.map((tool) => [tool.name, toolInternals(tool).schema])),
    answer: step.answer,
    suggestions: step.suggestions,
    reasoning: step.reasoning,
    profile: step.llm.schemaProfile ?? openaiStrict,
  };
}
