/**
 * Static analysis of a graph.
 *
 * @module
 */
import type { Graph, Step } from "./graph.ts";

/** Warning about a step. */
export interface StepWarning {
  /** Id of the step. */
  readonly step: string;
  /** Description of the problem. */
  readonly message: string;
}

/** Returns warnings about steps that cannot be reached, or from which no turn can end. */
export function findWarnings({ steps, start }: Graph): StepWarning[] {
  const forward = (step: Step) => step.routes.map(({ to }) => to);
  const reachable = findClosure([start], (id) => forward(steps.get(id)!));
  const sources = new Map<string, string[]>([...steps.keys()].map((id) => [id, []]));
  for (const step of steps.values()) {
    for (const to of forward(step)) sources.get(to)!.push(step.id);
  }
  const resting = [...steps.values()].filter((step) => !step.auto || step.end !== false);
  const released = findClosure(resting.map(({ id }) => id), (id) => sources.get(id)!);
  const warnings: StepWarning[] = [];
  for (const step of steps.keys()) {
    const warn = (what: string) => warnings.push({ step, message: `Step "${step}" ${what}` });
    if (!reachable.has(step)) warn(`cannot be reached from "${start}"`);
    if (!released.has(step)) warn("leads to no step that can answer the user or end the session");
  }
  return warnings;
}

/** Returns all ids that can be reached from the given ones. */
function findClosure(
  from: readonly string[],
  next: (id: string) => readonly string[],
): Set<string> {
  const found = new Set(from);
  for (const id of found) {
    for (const neighbour of next(id)) found.add(neighbour);
  }
  return found;
}
