/**
 * Guards of routes and tools, and the offer that they leave open.
 *
 * @module
 */
import { GuardError, quote, quoteReturned, reasonOf } from "../errors.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { Offer, Route, Step } from "./graph.ts";
import type { Text } from "./step.ts";
import { type OnWork, runIn, type Scope } from "./work.ts";

/**
 * Builds the offer of a step: calls its guards.
 *
 * @throws {GuardError} if a guard throws, or does not return a boolean.
 */
export function buildOffer(step: Step, given: GuardContext, onWork?: OnWork): Offer {
  if (!step.isGuarded) return step.wholeOffer;
  let key = "";
  const isOpen = (guard: Route["guard"], name: string, what: string): boolean => {
    const open = guard === undefined || callPredicate(
      () => guard(given as GuardContext<never, never>),
      "guard",
      () => `${what} "${name}" of step "${step.id}" is offered`,
      onWork?.({ kind: "guard", name }),
    );
    key += open ? "1" : "0";
    return open;
  };
  const routes = step.routes.filter(({ guard, to }) => isOpen(guard, to, "the route to"));
  const tools = step.tools.filter(({ guard, name }) => isOpen(guard, name, "tool"));
  return { key, routes, tools };
}

/**
 * Calls a predicate of the author.
 *
 * @param subject Returns the decision of the predicate, for messages: `tool "pay" is offered`.
 * @param scope Scope of the observers, in which it is called. Default: none.
 * @throws {GuardError} if the function throws, or does not return a boolean.
 */
export function callPredicate(
  predicate: () => unknown,
  name: "guard" | "needsApproval",
  subject: () => string,
  scope?: Scope,
): boolean {
  const attempt = () => `Cannot decide if ${subject()}: its ${name}`;
  return callSync(predicate, isBoolean, "true or false", attempt, scope);
}

/**
 * Returns a text of the author, from its function if it is dynamic.
 *
 * @throws {GuardError} if the function throws, or does not return text.
 */
export function readText(
  text: Text<never, never>,
  name: "system" | "description" | "persona",
  given: GuardContext,
  onWork?: OnWork,
): string {
  if (typeof text === "string") return text;
  const attempt = () => `Cannot ask the model in step ${quote(given.step)}: the ${name}`;
  const call = () => text(given as GuardContext<never, never>);
  const scope = onWork?.({ kind: "guard", name: given.step });
  return callSync(call, isText, "text", attempt, scope);
}

const isBoolean = (value: unknown) => typeof value === "boolean";
const isText = (value: unknown) => typeof value === "string";

/** Calls a function of the author, and checks the type of its result. */
function callSync<Value>(
  call: () => unknown,
  isValid: (value: unknown) => value is Value,
  expected: string,
  attempt: () => string,
  scope: Scope | undefined,
): Value {
  let value: unknown;
  try {
    value = runIn(scope, call);
  } catch (cause) {
    throw new GuardError(`${attempt()} threw: ${reasonOf(cause)}`, { cause });
  }
  if (isValid(value)) return value;
  throw new GuardError(
    `${attempt()} returned ${
      quoteReturned(value)
    }: expected a synchronous function that returns ${expected}`,
  );
}
