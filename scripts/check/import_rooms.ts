/** Checks that the core stays out of the rooms that need permissions or packages. @module */

import { findImports } from "./imports.ts";
import { findWays, readModuleGraph, type Sources } from "./module_graph.ts";
import type { Report } from "./report.ts";

/** The rooms with their own entry points, and what they need: databases, files, a network. */
const CLOSED_ROOMS_REGEXP =
  /^src\/(?:provider|config|server|cli|testing|profile|otel|prices)\/|^src\/store\/(?:sqlite|postgres)\b/;

const ALLOWED_PACKAGES = new Set(["valibot", "@valibot/to-json-schema"]);

/**
 * Finds what `mod.ts` reaches by value imports and must not.
 *
 * @param sources The modules of the core.
 * @returns One line for each module or package reached, with the way to it.
 */
export function findForbiddenImports(sources: Sources): string[] {
  const isAllowed = (reached: string): boolean =>
    ALLOWED_PACKAGES.has(reached) || sources.has(reached) && !CLOSED_ROOMS_REGEXP.test(reached);
  const ways = findWays(readModuleGraph(sources), "mod.ts");
  return [...ways.values()]
    // What lies behind something forbidden is not a problem of its own.
    .filter((way) => way.slice(0, -1).every(isAllowed) && !isAllowed(way.at(-1)!))
    .map((way) => `${way.at(-2)}: the core must not import "${way.at(-1)}": ${way.join(" → ")}`);
}

/**
 * Finds the imports of `src/errors.ts`, which everything else may import.
 *
 * @param source The text of the module.
 * @returns One line for each import, of types too.
 */
export function findImportsOfErrors(source: string): string[] {
  return findImports(source).map(({ specifier }) =>
    `src/errors.ts: must not import "${specifier}": it must import nothing`
  );
}

/** Checks the modules of the core. */
export function checkImportRooms(core: Sources): Report {
  const missing = ["mod.ts", "src/errors.ts"].filter((path) => !core.has(path));
  return {
    problems: [
      ...missing.map((path) => `${path}: must be there`),
      ...findForbiddenImports(core),
      ...findImportsOfErrors(core.get("src/errors.ts") ?? ""),
    ],
  };
}
