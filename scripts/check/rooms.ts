/**
 * Checks of the imports between the rooms of `src/`, and of those of the core.
 *
 * @module
 */

import { findChains, type Import, type ModuleGraph } from "./module_graph.ts";

/**
 * Rooms from top to bottom. A room may import only rooms in its own line or below. `mod.ts` is
 * in the line of the agent. Includes rooms that do not exist yet.
 */
const ORDER: readonly (readonly string[])[] = [
  ["cli", "server", "mcp", "config"],
  ["testing", "profile", "otel", "prices", "provider"],
  ["mod", "agent"],
  ["session"],
  ["turn"],
  ["store"],
  ["prompt", "flow"],
  ["cost"],
  ["history"],
  ["graph"],
  ["tool"],
  ["llm"],
  ["decision"],
  ["schema"],
  ["json"],
  ["abort", "clock", "random", "errors", "version"],
];

/** Maximum number of files directly in `src/`. */
const MAX_FILES = 6;

/** Parts of rooms that the core must not import, because they need a database. */
const CLOSED_REGEXP = /^src\/store\/(?:sqlite|postgres)\//;

const ALLOWED_PACKAGES = ["valibot", "@valibot/to-json-schema"];

/** Module that may import `@noble/hashes`, dynamically: only runtimes without Node.js load it. */
const HASHES = "src/store/entry/sha256.ts";

const RANKS = new Map(ORDER.flatMap((rooms, rank) => rooms.map((room) => [room, rank] as const)));

/**
 * Runs all checks of the rooms.
 *
 * @param graph Imports of `mod.ts` and of every module in `src/`.
 * @returns One line for each problem.
 */
export function checkRooms(graph: ModuleGraph): string[] {
  return [
    ...findTopLevelFiles(graph.keys()),
    ...findUpwardImports(graph),
    ...findCycles(graph),
    ...findCycles(makeRoomGraph(graph)),
    ...findForbiddenImports(graph),
  ];
}

/** Finds files directly in `src/`, if there are too many. */
export function findTopLevelFiles(paths: Iterable<string>): string[] {
  const files = [...paths].filter((path) => /^src\/[^/]+$/.test(path));
  if (files.length <= MAX_FILES) return [];
  return [`src/: contains ${files.length} files: expected at most ${MAX_FILES}`];
}

/** Finds imports of higher rooms, including type and dynamic imports. */
export function findUpwardImports(graph: ModuleGraph): string[] {
  const problems: string[] = [];
  for (const [path, imports] of graph) {
    const room = roomOf(path);
    const rank = RANKS.get(room);
    if (rank === undefined) {
      problems.push(`${path}: room "${room}" is unknown: expected one that the order lists`);
      continue;
    }
    for (const { target } of imports) {
      if (!graph.has(target) || RANKS.get(roomOf(target))! >= rank) continue;
      problems.push(`${path}: must not import ${target}: ${roomOf(target)} is a higher room`);
    }
  }
  return problems;
}

/** Finds import cycles, including type and dynamic imports. Reports each module at most once. */
export function findCycles(graph: ModuleGraph): string[] {
  const reported = new Set<string>();
  const problems: string[] = [];
  for (const path of graph.keys()) {
    const cycle = findChains(graph, path).get(path);
    if (!cycle || cycle.some((member) => reported.has(member))) continue;
    for (const member of cycle) reported.add(member);
    problems.push(`${path}: is in an import cycle: ${cycle.join(" → ")}`);
  }
  return problems;
}

/** Makes the graph of imports between rooms of the same line. */
function makeRoomGraph(graph: ModuleGraph): ModuleGraph {
  const rooms = new Map<string, Import[]>();
  for (const [path, imports] of graph) {
    const room = roomOf(path);
    const others = imports.filter(({ target }) =>
      graph.has(target) && roomOf(target) !== room &&
      RANKS.get(roomOf(target)) === RANKS.get(room)
    );
    const targets = others.map((each) => ({ ...each, target: roomOf(each.target) }));
    rooms.set(room, [...rooms.get(room) ?? [], ...targets]);
  }
  return rooms;
}

/** Finds packages and parts of rooms that `mod.ts` must not import at run time. */
export function findForbiddenImports(graph: ModuleGraph): string[] {
  const values = new Map(
    [...graph].map(([path, imports]) => [
      path,
      imports.filter(({ target, isTypeOnly, isDynamic }) =>
        !isTypeOnly && !(path === HASHES && isDynamic && target.startsWith("@noble/hashes/"))
      ),
    ]),
  );
  const isAllowed = (target: string): boolean =>
    ALLOWED_PACKAGES.includes(target) || graph.has(target) && !CLOSED_REGEXP.test(target);
  return [...findChains(values, "mod.ts").values()]
    // Imports of a forbidden module are not reported again.
    .filter((chain) => chain.slice(0, -1).every(isAllowed) && !isAllowed(chain.at(-1)!))
    .map((chain) =>
      `${chain.at(-2)}: the core must not import "${chain.at(-1)}": ${chain.join(" → ")}`
    );
}

/** Returns the room of a module. `mod.ts` and files directly in `src/` are rooms by themselves. */
function roomOf(path: string): string {
  return path.replace(/^src\//, "").replace(/(?:\/|\.ts$).*/, "");
}
