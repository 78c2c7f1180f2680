/**
 * What can be said about a graph without running it.
 *
 * @module
 */
import type { Graph, Step } from "./graph.ts";

/** The parts of a graph that are legal but probably not meant. */
export function findWarnings({ steps, start }: Graph): string[] {
  const forward = (step: Step) => step.routes.map(({ to }) => to);
  const reachable = closure([start], (id) => forward(steps.get(id)!));
  const sources = new Map<string, string[]>([...steps.keys()].map((id) => [id, []]));
  for (const step of steps.values()) {
    for (const to of forward(step)) sources.get(to)!.push(step.id);
  }
  const resting = [...steps.values()].filter((step) => !step.auto || step.end !== false);
  const released = closure(resting.map(({ id }) => id), (id) => sources.get(id)!);
  const warnings: string[] = [];
  for (const id of steps.keys()) {
    if (!reachable.has(id)) warnings.push(`Step "${id}" cannot be reached from "${start}"`);
    if (!released.has(id)) {
      warnings.push(`From step "${id}" the user can never be answered and the session never ends`);
    }
  }
  return warnings;
}

function closure(from: readonly string[], next: (id: string) => readonly string[]): Set<string> {
  const found = new Set(from);
  for (const id of found) {
    for (const neighbour of next(id)) found.add(neighbour);
  }
  return found;
}
