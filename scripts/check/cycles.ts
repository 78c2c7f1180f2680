/** Checks that no module of the core imports itself by way of others. @module */

import { findWays, readModuleGraph, type Sources } from "./module_graph.ts";
import type { Report } from "./report.ts";

/**
 * Finds cycles of value imports. Each module is named in one cycle at most.
 *
 * @param sources The modules to look at.
 * @returns One line for each cycle.
 */
export function findCycles(sources: Sources): string[] {
  const graph = readModuleGraph(sources);
  const named = new Set<string>();
  const problems: string[] = [];
  for (const path of sources.keys()) {
    const cycle = findWays(graph, path).get(path);
    if (!cycle || cycle.some((member) => named.has(member))) continue;
    for (const member of cycle) named.add(member);
    problems.push(`${path}: cycle of value imports: ${cycle.join(" → ")}`);
  }
  return problems;
}

/** Checks the modules of the core. */
export function checkCycles(core: Sources): Report {
  return { problems: findCycles(core) };
}
