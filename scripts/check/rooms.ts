/** Checks the rooms of `src/`: which may import which, and what the core may reach. @module */

import { findWays, type Import, type ModuleGraph } from "./module_graph.ts";

/**
 * The rooms from top to bottom; `mod.ts` stands with the agent. A room imports only what stands in
 * its own line or below. Rooms that are still to be built have their place already.
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
  ["abort", "clock", "random", "errors"],
];

/** The most files that may stand directly in `src/`. */
const MOST_FILES = 6;

/** Parts of rooms that need a database; rooms above `mod.ts` are closed to it by the order. */
const CLOSED_REGEXP = /^src\/store\/(?:sqlite|postgres)\//;

const ALLOWED_PACKAGES = ["valibot", "@valibot/to-json-schema"];

const RANKS = new Map(ORDER.flatMap((rooms, rank) => rooms.map((room) => [room, rank] as const)));

/**
 * Runs all checks of the rooms.
 *
 * @param graph The imports of `mod.ts` and of every module in `src/`.
 * @returns One line for each problem.
 */
export function checkRooms(graph: ModuleGraph): string[] {
  return [
    ...findCrowd(graph.keys()),
    ...findUpwardImports(graph),
    ...findCycles(graph),
    ...findCycles(roomGraph(graph)),
    ...findForbiddenImports(graph),
  ];
}

/** Finds files that stand directly in `src/`, if they are too many. */
export function findCrowd(paths: Iterable<string>): string[] {
  const files = [...paths].filter((path) => /^src\/[^/]+$/.test(path));
  if (files.length <= MOST_FILES) return [];
  return [`src/: ${files.length} files stand in it: at most ${MOST_FILES} are allowed`];
}

/** Finds imports that point up the order, types and dynamic imports included. */
export function findUpwardImports(graph: ModuleGraph): string[] {
  const problems: string[] = [];
  for (const [path, imports] of graph) {
    const rank = RANKS.get(roomOf(path));
    if (rank === undefined) {
      problems.push(`${path}: the order of the rooms does not list "${roomOf(path)}"`);
      continue;
    }
    for (const { target } of imports) {
      if (!graph.has(target) || RANKS.get(roomOf(target))! >= rank) continue;
      problems.push(`${path}: must not import ${target}: ${roomOf(target)} stands above`);
    }
  }
  return problems;
}

/** Finds cycles, types and dynamic imports included. Each member is named in one cycle at most. */
export function findCycles(graph: ModuleGraph): string[] {
  const named = new Set<string>();
  const problems: string[] = [];
  for (const path of graph.keys()) {
    const cycle = findWays(graph, path).get(path);
    if (!cycle || cycle.some((member) => named.has(member))) continue;
    for (const member of cycle) named.add(member);
    problems.push(`${path}: cycle of imports: ${cycle.join(" → ")}`);
  }
  return problems;
}

/** The imports between the rooms of each line of the order, which it leaves free. */
function roomGraph(graph: ModuleGraph): ModuleGraph {
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

/** Finds packages and parts of rooms that `mod.ts` reaches at run time and must not. */
export function findForbiddenImports(graph: ModuleGraph): string[] {
  const values = new Map(
    [...graph].map(([path, imports]) => [path, imports.filter(({ isTypeOnly }) => !isTypeOnly)]),
  );
  const isAllowed = (reached: string): boolean =>
    ALLOWED_PACKAGES.includes(reached) || graph.has(reached) && !CLOSED_REGEXP.test(reached);
  return [...findWays(values, "mod.ts").values()]
    // A module behind a forbidden one is not a problem of its own.
    .filter((way) => way.slice(0, -1).every(isAllowed) && !isAllowed(way.at(-1)!))
    .map((way) => `${way.at(-2)}: the core must not import "${way.at(-1)}": ${way.join(" → ")}`);
}

/** The room of a module; one that stands directly in `src/`, or is `mod.ts`, is a room by itself. */
function roomOf(path: string): string {
  return path.replace(/^src\//, "").replace(/(?:\/|\.ts$).*/, "");
}
