/**
 * Path of the automatic player through a graph.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { pick, type Random } from "../../random.ts";

/** Next action of the player. */
export type Choice =
  | { readonly action: "RESPOND" | "END" }
  | { readonly action: "TOOL_CALL"; readonly tool: string }
  | { readonly action: "MOVE"; readonly step: string };

const NO_STEPS: readonly string[] = [];

/**
 * Path of one session through the graph. In each step it calls each tool once,
 * then takes each route once, starting with routes that lead back. If nothing is
 * left in a step, it answers, then moves to the nearest step with unexplored
 * actions. If nothing is left anywhere, the next request ends the session.
 */
export class Tour {
  readonly #graph: KnownGraph;
  readonly #random: Random;
  readonly #visits = new Map<string, Visit>();
  /** Number of moves since the last new action. If it exceeds the steps, a guard blocks the way. */
  #movesWithoutProgress = 0;
  /** True if the user was answered after the last new action. */
  #hasAnswered = false;

  constructor(graph: KnownGraph, random: Random) {
    this.#graph = graph;
    this.#random = random;
  }

  /** Chooses the next action among the legal ones. */
  next(step: string, legal: LegalActions): Choice {
    this.#graph.learn(step, legal);
    const { tools, routes } = legal;
    const mayRespond = legal.actions.includes("RESPOND");
    const visit = this.#visit(step);
    const newTools = tools.filter((tool) => !visit.tools.has(tool));
    if (newTools.length > 0) return this.#call(visit, newTools);
    const newRoutes = routes.filter((route) => !visit.routes.has(route));
    const safe = this.#findSafeRoutes(step, newRoutes);
    if (safe.length > 0) return this.#move(step, safe);
    if (mayRespond && !visit.hasAnswer) return this.#respond(visit);
    const onward = this.#moveTowards(step, legal, (other) => this.#hasUnexplored(other)) ??
      (newRoutes.length > 0 ? this.#move(step, newRoutes) : undefined) ??
      this.#moveTowards(step, legal, (other) => this.#listUntakenRoutes(other).length > 0);
    if (onward !== undefined) return onward;
    if (!this.#hasAnswered) {
      if (mayRespond) return this.#respond(visit);
      const there = this.#moveTowards(
        step,
        legal,
        (other) => this.#graph.get(other)?.hasAnswer === true,
      );
      if (there !== undefined) return there;
    }
    if (legal.actions.includes("END")) return { action: "END" };
    if (mayRespond) return this.#respond(visit);
    return routes.length > 0 ? this.#move(step, routes) : this.#call(visit, tools);
  }

  #visit(step: string): Visit {
    return visitOf(this.#visits, step);
  }

  #listUntakenRoutes(step: string): string[] {
    const { routes } = this.#visit(step);
    return [...this.#graph.get(step)?.routes.keys() ?? []].filter((route) => !routes.has(route));
  }

  /** Returns the routes that are known to lead back; if none do, those to unknown steps. */
  #findSafeRoutes(step: string, routes: readonly string[]): readonly string[] {
    const leadingBack = routes.filter((route) => this.#graph.canReach(route, step));
    if (leadingBack.length > 0) return leadingBack;
    return routes.filter((route) => this.#graph.get(route) === undefined);
  }

  #hasUnexplored(step: string): boolean {
    const known = this.#graph.get(step);
    if (known === undefined) return false;
    const { tools, hasAnswer } = this.#visit(step);
    return known.hasAnswer && !hasAnswer ||
      [...known.tools.keys()].some((tool) => !tools.has(tool)) ||
      this.#findSafeRoutes(step, this.#listUntakenRoutes(step)).length > 0;
  }

  /** Returns a move towards the nearest step that satisfies `isGoal`, along routes taken before. */
  #moveTowards(
    step: string,
    { routes }: LegalActions,
    isGoal: (step: string) => boolean,
  ): Choice | undefined {
    if (routes.length === 0 || this.#movesWithoutProgress > this.#graph.size) return undefined;
    const taken = this.#visit(step).routes;
    const begin = routes.filter((route) => taken.has(route));
    const ways = new Map(begin.map((route) => [route, route]));
    // Breadth-first search: iterating a map includes the entries added meanwhile.
    for (const [reached, way] of ways) {
      if (isGoal(reached)) {
        this.#movesWithoutProgress++;
        return this.#move(step, [way]);
      }
      for (const next of this.#visits.get(reached)?.routes.keys() ?? NO_STEPS) {
        if (!ways.has(next)) ways.set(next, way);
      }
    }
    return undefined;
  }

  #respond(visit: Visit): Choice {
    if (!visit.hasAnswer) this.#movesWithoutProgress = 0;
    visit.hasAnswer = true;
    this.#hasAnswered = true;
    return { action: "RESPOND" };
  }

  #call({ tools }: Visit, among: readonly string[]): Choice {
    const tool = this.#pickLeastUsed(among, (one) => tools.get(one) ?? 0);
    this.#count(tools, tool);
    return { action: "TOOL_CALL", tool };
  }

  #move(step: string, among: readonly string[]): Choice {
    const { routes } = this.#visit(step);
    const known = this.#graph.get(step)!.routes;
    const mine = this.#pickLeastUsed(
      among,
      (one) => routes.get(one) ?? 0,
      (one) => known.get(one) ?? 0,
    );
    this.#count(routes, mine);
    known.set(mine, (known.get(mine) ?? 0) + 1);
    return { action: "MOVE", step: mine };
  }

  #count(counts: Map<string, number>, name: string): void {
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    if (before > 0) return;
    this.#movesWithoutProgress = 0;
    this.#hasAnswered = false;
  }

  /** Returns the name with the lowest first count. The next count, then chance, breaks ties. */
  #pickLeastUsed(
    among: readonly string[],
    ...counts: readonly ((one: string) => number)[]
  ): string {
    let left = among;
    for (const count of counts) {
      const least = Math.min(...left.map(count));
      left = left.filter((one) => count(one) === least);
    }
    return pick(left, this.#random)!;
  }
}

/** Actions of a step, with the number of times each was taken. */
export interface Visit {
  readonly tools: Map<string, number>;
  readonly routes: Map<string, number>;
  /** In a known graph, true if the step can answer; in a visit, true if it did. */
  hasAnswer: boolean;
}

/** Returns the visit of a step, and creates it if it does not exist. */
export function visitOf(visits: Map<string, Visit>, step: string): Visit {
  let visit = visits.get(step);
  if (visit === undefined) {
    visits.set(step, visit = { tools: new Map(), routes: new Map(), hasAnswer: false });
  }
  return visit;
}

/** Known part of a graph, collected from the legal actions of all requests. */
export class KnownGraph {
  readonly #steps = new Map<string, Visit>();

  /** Number of known steps. */
  get size(): number {
    return this.#steps.size;
  }

  /** Returns a step; undefined if no session visited it. */
  get(step: string): Visit | undefined {
    return this.#steps.get(step);
  }

  /** Adds the legal actions of a request. Removes none, because a request may be restricted. */
  learn(step: string, { actions, tools, routes }: LegalActions): void {
    const known = visitOf(this.#steps, step);
    known.hasAnswer ||= actions.includes("RESPOND");
    for (const tool of tools) known.tools.set(tool, known.tools.get(tool) ?? 0);
    for (const route of routes) known.routes.set(route, known.routes.get(route) ?? 0);
  }

  /** Returns true if known routes lead from one step to another. */
  canReach(from: string, to: string): boolean {
    const reached = new Set([from]);
    for (const step of reached) {
      if (step === to) return true;
      for (const route of this.#steps.get(step)?.routes.keys() ?? []) reached.add(route);
    }
    return false;
  }
}
