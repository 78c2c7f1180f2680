/**
 * Guards of routes and tools, and the offer that they leave open.
 *
 * @module
 */
import { GuardError, quote, reasonOf } from "../errors.ts";
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
