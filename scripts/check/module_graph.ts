/** Which module of the repository needs which at run time. @module */

import { findImports } from "./imports.ts";

/** The modules of the repository by their path, with the text of each. */
export type Sources = ReadonlyMap<string, string>;

/** What each module imports as a value: paths within the repository, else specifiers as written. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the value imports of every module. */
export function readModuleGraph(sources: Sources): ModuleGraph {
  return new Map(
    [...sources].map(([path, source]) => {
      const imports = findImports(source).filter(({ isTypeOnly }) => !isTypeOnly);
      return [path, imports.map(({ specifier }) => resolve(specifier, path))];
    }),
  );
}

/**
 * Walks from one module along its value imports, the nearest modules first.
 *
 * @param graph The value imports.
 * @param from The module to start from.
 * @returns For everything reached, the way there, both ends included.
 */
export function findWays(graph: ModuleGraph, from: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>();
  const waiting: (readonly string[])[] = [[from]];
  for (const way of waiting) {
    for (const next of graph.get(way.at(-1)!) ?? []) {
      if (ways.has(next)) continue;
      ways.set(next, [...way, next]);
      waiting.push([...way, next]);
    }
  }
  return ways;
}

function resolve(specifier: string, importer: string): string {
  if (!/^\.{0,2}\//.test(specifier)) return specifier;
  return new URL(specifier, new URL(importer, "file:///")).pathname.slice(1);
}
