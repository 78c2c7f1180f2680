/** The imports of the core, as the compiler resolves them. @module */

import { runDeno } from "../child.ts";

/** One import of a module. */
export interface Import {
  /** The path of a module of the graph, or the specifier of anything else, such as a package. */
  readonly target: string;
  /** True if nothing of the import is left at run time. */
  readonly isTypeOnly: boolean;
}

/**
 * The imports of each module by its path in the repository, static and dynamic ones alike: a module
 * that is loaded late is needed nevertheless.
 */
export type ModuleGraph = ReadonlyMap<string, readonly Import[]>;

/** The part of what `deno info --json` prints that is used here. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/**
 * Reads the imports of some modules.
 *
 * @param root The folder of the repository.
 * @param paths Paths of the modules in it.
 */
export async function readModuleGraph(root: URL, paths: readonly string[]): Promise<ModuleGraph> {
  const pathOf = new Map(paths.map((path) => [new URL(path, root).href, path]));
  const imports = [...pathOf.keys()].map((address) => `import ${JSON.stringify(address)};`);
  const program = `data:text/typescript,${encodeURIComponent(imports.join(""))}`;
  const { modules }: Info = JSON.parse(await runDeno(["info", "--json", program], root));
  const graph = new Map<string, Import[]>();
  for (const { specifier, dependencies = [] } of modules) {
    const path = pathOf.get(specifier);
    if (path === undefined) continue;
    graph.set(
      path,
      dependencies.map(({ specifier, code, type }) => ({
        target: pathOf.get(code?.specifier ?? type?.specifier ?? "") ?? specifier,
        isTypeOnly: code === undefined,
      })),
    );
  }
  return graph;
}

/**
 * Finds everything that a module reaches, the nearest modules first.
 *
 * @param graph The imports.
 * @param from The path of the module.
 * @returns For everything reached, the shortest way there, both ends included.
 */
export function findWays(graph: ModuleGraph, from: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>();
  const waiting: (readonly string[])[] = [[from]];
  for (const way of waiting) {
    for (const { target } of graph.get(way.at(-1)!) ?? []) {
      if (ways.has(target)) continue;
      ways.set(target, [...way, target]);
      waiting.push([...way, target]);
    }
  }
  return ways;
}
