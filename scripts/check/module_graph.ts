/**
 * Imports of modules, as Deno resolves them.
 *
 * @module
 */

import { runDeno } from "../child.ts";

/** Import of a module. */
export interface Import {
  /** Path of a module of the graph, or otherwise the specifier, for example of a package. */
  readonly target: string;
  /** True if the import does not exist at run time. */
  readonly isTypeOnly: boolean;
  /** True if the import is dynamic only. */
  readonly isDynamic?: boolean;
}

/**
 * Imports of each module by its path in the repository, static and dynamic ones.
 */
export type ModuleGraph = ReadonlyMap<string, readonly Import[]>;

/** Output of `deno info --json`, as far as it is used. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/**
 * Reads the imports of modules.
 *
 * @param root Folder of the repository.
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
      dependencies.map(({ specifier, code, type, isDynamic }) => ({
        target: pathOf.get(code?.specifier ?? type?.specifier ?? "") ?? specifier,
        isTypeOnly: code === undefined,
        ...(isDynamic && { isDynamic }),
      })),
    );
  }
  return graph;
}

/**
 * Finds the shortest chain of imports from a module to each target, including both ends. The
 * shortest chains are first.
 */
export function findChains(
  graph: ModuleGraph,
  from: string,
): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>();
  const waiting: (readonly string[])[] = [[from]];
  for (const chain of waiting) {
    for (const { target } of graph.get(chain.at(-1)!) ?? []) {
      if (chains.has(target)) continue;
      chains.set(target, [...chain, target]);
      waiting.push([...chain, target]);
    }
  }
  return chains;
}
