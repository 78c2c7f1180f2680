/**
 * Guards that return true for none of the samples.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import { callPredicate } from "../../graph/guard.ts";
import type { GuardContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { routeGuard, toolGuard } from "../play/played_core.ts";
import type { GivenSample } from "../play/sampled_values.ts";
import { describeTarget, type Target } from "./target.ts";

/** Calls every guard with every sample, and lists those that were never true, with the reason. */
export function findDeadGuards(
  { graph: { steps, data } }: AgentCore,
  samples: readonly GivenSample[],
): ReadonlyMap<string, string> {
  const dead = new Map<string, string>();
  const [kind, option] = data === undefined
    ? ["sample contexts", '"contexts"']
    : ["samples", '"contexts" or "data"'];
  for (const { id: step, routes, tools } of steps.values()) {
    const guards = [
      ...routes.map(({ to, guard }) => [routeGuard(to), guard] as const),
      ...tools.map(({ name, guard }) => [toolGuard(name), guard] as const),
    ];
    for (const [name, guard] of guards) {
      if (guard === undefined) continue;
      const problem = findProblem(guard, step, samples);
      const target: Target = { kind: "guard", step, guard: name, isOpen: true };
      if (problem === undefined) continue;
      dead.set(
        describeTarget(target),
        `it returned true for none of ${samples.length} ${kind}${problem}: ` +
          `pass one for which it is true in the option ${option}`,
      );
    }
  }
  return dead;
}

/**
 * Returns the reason why a guard is never true: what it threw last, or no text. Undefined if it is
 * true for a sample.
 */
function findProblem(
  guard: (given: GuardContext<never, never>) => boolean,
  step: string,
  samples: readonly GivenSample[],
): string | undefined {
  let problem = "";
  for (const sample of samples) {
    const given = { ...sample, sessionId: "explored", step } as GuardContext<never, never>;
    try {
      if (callPredicate(() => guard(given), "guard", () => `step ${quote(step)} offers it`)) {
        return undefined;
      }
    } catch (error) {
      problem = ` (${reasonOf(error)})`;
    }
  }
  return problem;
}
