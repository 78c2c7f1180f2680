/**
 * Guards that return true for none of the sample contexts.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import { callPredicate } from "../../graph/guard.ts";
import type { GuardContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { routeGuard, toolGuard } from "../play/played_core.ts";
import { describeTarget, type Target } from "./target.ts";

/** Calls every guard with every context, and lists those that were never true, with the reason. */
export function findDeadGuards(
  { graph }: AgentCore,
  contexts: readonly unknown[],
): ReadonlyMap<string, string> {
  const dead = new Map<string, string>();
  for (const { id: step, routes, tools } of graph.steps.values()) {
    const guards = [
      ...routes.map(({ to, guard }) => [routeGuard(to), guard] as const),
      ...tools.map(({ name, guard }) => [toolGuard(name), guard] as const),
    ];
    for (const [name, guard] of guards) {
      if (guard === undefined) continue;
      const why = explainDead(guard, step, contexts);
      const target: Target = { kind: "guard", step, guard: name, isOpen: true };
      if (why !== undefined) dead.set(describeTarget(target), why);
    }
  }
  return dead;
}

/** Returns the reason if a guard is never true; undefined if it is true for one of the contexts. */
function explainDead(
  guard: (given: GuardContext<never, never>) => boolean,
  step: string,
  contexts: readonly unknown[],
): string | undefined {
  let problem = "";
  for (const context of contexts) {
    const given = { context, sessionId: "explored", step } as GuardContext<never, never>;
    try {
      if (callPredicate(() => guard(given), "guard", () => `step ${quote(step)} offers it`)) {
        return undefined;
      }
    } catch (error) {
      problem = ` (${reasonOf(error)})`;
    }
  }
  return `it returned true for none of ${contexts.length} sample contexts${problem}: ` +
    'pass one for which it is true in the option "contexts"';
}
