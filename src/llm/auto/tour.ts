/**
 * Where a model that plays by itself goes next.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { pick, type Random } from "../../random.ts";

/** What to do next. */
export type Choice =
  | { readonly action: "RESPOND" | "END" }
  | { readonly action: "TOOL_CALL"; readonly tool: string }
  | { readonly action: "MOVE"; readonly step: string };

const NOWHERE: readonly string[] = [];

/**
 * The way of one session through its graph. In a step it calls each tool once,
 * then takes each route once, those first that lead back. Where nothing is new
 * it answers, and goes to the nearest step where something is. It ends when it
 * is asked again after all that.
 */
export class Tour {
  readonly #graph: KnownGraph;
  readonly #random: Random;
  readonly #visits = new Map<string, Visit>();
  /** Moves since something new was done. More than there are steps lead nowhere: a guard is shut. */
  #travelled = 0;
  /** Whether the user was answered since something new was done. */
  #isTold = false;

  constructor(graph: KnownGraph, random: Random) {
    this.#graph = graph;
    this.#random = random;
  }

  /** The next choice among what is legal. */
  next(step: string, legal: LegalActions): Choice {
    this.#graph.learn(step, legal);
    const { tools, routes } = legal;
    const mayRespond = legal.actions.includes("RESPOND");
    const visit = this.#visit(step);
    const newTools = tools.filter((tool) => !visit.tools.has(tool));
    if (newTools.length > 0) return this.#call(visit, newTools);
    const newRoutes = routes.filter((route) => !visit.routes.has(route));
    const harmless = this.#harmless(step, newRoutes);
    if (harmless.length > 0) return this.#move(step, harmless);
    if (mayRespond && !visit.answers) return this.#respond(visit);
    const onward = this.#travel(step, legal, (other) => this.#hasNews(other)) ??
      (newRoutes.length > 0 ? this.#move(step, newRoutes) : undefined) ??
      this.#travel(step, legal, (other) => this.#newRoutes(other).length > 0);
    if (onward !== undefined) return onward;
    if (!this.#isTold) {
      if (mayRespond) return this.#respond(visit);
      const there = this.#travel(step, legal, (other) => this.#graph.get(other)?.answers === true);
      if (there !== undefined) return there;
    }
    if (legal.actions.includes("END")) return { action: "END" };
    if (mayRespond) return this.#respond(visit);
    return routes.length > 0 ? this.#move(step, routes) : this.#call(visit, tools);
  }

  #visit(step: string): Visit {
    return visitOf(this.#visits, step);
  }

  #newRoutes(step: string): string[] {
    const { routes } = this.#visit(step);
    return [...this.#graph.get(step)?.routes.keys() ?? []].filter((route) => !routes.has(route));
  }

  /** Routes that are known to lead back; if there are none, those of which nothing is known. */
  #harmless(step: string, routes: readonly string[]): readonly string[] {
    const leadingBack = routes.filter((route) => this.#graph.isReachable(step, route));
    if (leadingBack.length > 0) return leadingBack;
    return routes.filter((route) => this.#graph.get(route) === undefined);
  }

  #hasNews(step: string): boolean {
    const known = this.#graph.get(step);
    if (known === undefined) return false;
    const { tools, answers } = this.#visit(step);
    return known.answers && !answers ||
      [...known.tools.keys()].some((tool) => !tools.has(tool)) ||
      this.#harmless(step, this.#newRoutes(step)).length > 0;
  }

  /** A move towards the nearest such step, by routes that were taken before. */
  #travel(
    step: string,
    { routes }: LegalActions,
    isGoal: (step: string) => boolean,
  ): Choice | undefined {
    if (routes.length === 0 || this.#travelled > this.#graph.size) return undefined;
    const taken = this.#visit(step).routes;
    const begin = routes.filter((route) => taken.has(route));
    const ways = new Map(begin.map((route) => [route, route]));
    // A map is walked in the order of entry, what is entered on the way included.
    for (const [reached, way] of ways) {
      if (isGoal(reached)) {
        this.#travelled++;
        return this.#move(step, [way]);
      }
      for (const next of this.#visits.get(reached)?.routes.keys() ?? NOWHERE) {
        if (!ways.has(next)) ways.set(next, way);
      }
    }
    return undefined;
  }

  #respond(visit: Visit): Choice {
    if (!visit.answers) this.#travelled = 0;
    visit.answers = true;
    this.#isTold = true;
    return { action: "RESPOND" };
  }

  #call({ tools }: Visit, among: readonly string[]): Choice {
    const tool = this.#rarest(among, (one) => tools.get(one) ?? 0);
    this.#count(tools, tool);
    return { action: "TOOL_CALL", tool };
  }

  #move(step: string, among: readonly string[]): Choice {
    const { routes } = this.#visit(step);
    const known = this.#graph.get(step)!.routes;
    const mine = this.#rarest(among, (one) => routes.get(one) ?? 0, (one) => known.get(one) ?? 0);
    this.#count(routes, mine);
    known.set(mine, (known.get(mine) ?? 0) + 1);
    return { action: "MOVE", step: mine };
  }

  #count(counts: Map<string, number>, name: string): void {
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    if (before > 0) return;
    this.#travelled = 0;
    this.#isTold = false;
  }

  /** One that was chosen least often; among equals by the first count, then the second, then chance. */
  #rarest(
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

/** Actions in a step, and how often each was taken. */
export interface Visit {
  readonly tools: Map<string, number>;
  readonly routes: Map<string, number>;
  /** True if the user can be answered, or was. */
  answers: boolean;
}

/** Returns the visit of a step, which is new if there was none. */
export function visitOf(visits: Map<string, Visit>, step: string): Visit {
  let visit = visits.get(step);
  if (visit === undefined) {
    visits.set(step, visit = { tools: new Map(), routes: new Map(), answers: false });
  }
  return visit;
}

/** A graph as far as it is known, by what was ever legal in its steps. */
export class KnownGraph {
  readonly #steps = new Map<string, Visit>();

  /** Number of steps that are known. */
  get size(): number {
    return this.#steps.size;
  }

  /** Returns a step; undefined if it was never visited. */
  get(step: string): Visit | undefined {
    return this.#steps.get(step);
  }

  /** Learns what is legal now. A request may be narrowed, so nothing is forgotten. */
  learn(step: string, { actions, tools, routes }: LegalActions): void {
    const known = visitOf(this.#steps, step);
    known.answers ||= actions.includes("RESPOND");
    for (const tool of tools) known.tools.set(tool, known.tools.get(tool) ?? 0);
    for (const route of routes) known.routes.set(route, known.routes.get(route) ?? 0);
  }

  /** Whether known routes lead from one step to another. */
  isReachable(to: string, from: string): boolean {
    const reached = new Set([from]);
    for (const step of reached) {
      if (step === to) return true;
      for (const route of this.#steps.get(step)?.routes.keys() ?? []) reached.add(route);
    }
    return false;
  }
}
