/**
 * Path of the automatic player through a graph.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { pick, type Random } from "../../random.ts";

/** Action that the player takes next. */
export type Choice =
  | { readonly action: "RESPOND" | "END" }
  | { readonly action: "TOOL_CALL"; readonly tool: string }
  | { readonly action: "MOVE"; readonly step: string };

/**
 * Path of one session through the graph. In each step it calls each tool once,
 * then takes each route once, starting with routes that lead back. If nothing is
 * left in a step, it answers, then moves to the nearest step with unexplored
 * actions. If nothing is left anywhere, the next request ends the session.
 */
export class Tour {
  readonly #graph: KnownGraph;
  readonly #random: Random;
  /** Actions that the session has taken, by step. */
  readonly #taken = new Map<string, StepActions>();
  /**
   * Number of moves since the last new action. If it exceeds the number of steps, a guard
   * blocks the way.
   */
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
    const taken = this.#takenIn(step);
    const newTools = tools.filter((tool) => !taken.tools.has(tool));
    if (newTools.length > 0) return this.#call(taken, newTools);
    const newRoutes = routes.filter((route) => !taken.routes.has(route));
    const safe = this.#findSafeRoutes(step, newRoutes);
    if (safe.length > 0) return this.#move(step, safe);
    if (mayRespond && !taken.hasAnswer) return this.#respond(taken);
    const onward = this.#moveTowards(step, legal, (other) => this.#hasUnexplored(other)) ??
      (newRoutes.length > 0 ? this.#move(step, newRoutes) : undefined) ??
      this.#moveTowards(step, legal, (other) => this.#listUntakenRoutes(other).length > 0);
    if (onward !== undefined) return onward;
    if (!this.#hasAnswered) {
      if (mayRespond) return this.#respond(taken);
      const canAnswer = (other: string) => this.#graph.get(other)?.hasAnswer === true;
      const move = this.#moveTowards(step, legal, canAnswer);
      if (move !== undefined) return move;
    }
    if (legal.actions.includes("END")) return { action: "END" };
    if (mayRespond) return this.#respond(taken);
    return routes.length > 0 ? this.#move(step, routes) : this.#call(taken, tools);
  }

  #takenIn(step: string): StepActions {
    return openStep(this.#taken, step);
  }

  #listUntakenRoutes(step: string): string[] {
    const { routes } = this.#takenIn(step);
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
    const { tools, hasAnswer } = this.#takenIn(step);
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
    const taken = this.#takenIn(step).routes;
    const known = routes.filter((route) => taken.has(route));
    /** First move of the shortest path, by the step that the path reaches. */
    const firstMoves = new Map(known.map((route) => [route, route]));
    // Breadth-first search: iterating a map includes the entries added meanwhile.
    for (const [reached, firstMove] of firstMoves) {
      if (isGoal(reached)) {
        this.#movesWithoutProgress++;
        return this.#move(step, [firstMove]);
      }
      for (const next of this.#taken.get(reached)?.routes.keys() ?? []) {
        if (!firstMoves.has(next)) firstMoves.set(next, firstMove);
      }
    }
    return undefined;
  }

  #respond(taken: StepActions): Choice {
    if (!taken.hasAnswer) this.#movesWithoutProgress = 0;
    taken.hasAnswer = true;
    this.#hasAnswered = true;
    return { action: "RESPOND" };
  }

  #call({ tools }: StepActions, among: readonly string[]): Choice {
    const tool = this.#pickLeastUsed(among, (one) => tools.get(one) ?? 0);
    this.#count(tools, tool);
    return { action: "TOOL_CALL", tool };
  }

  #move(step: string, among: readonly string[]): Choice {
    const { routes } = this.#takenIn(step);
    const known = this.#graph.get(step)!.routes;
    const route = this.#pickLeastUsed(
      among,
      (one) => routes.get(one) ?? 0,
      (one) => known.get(one) ?? 0,
    );
    this.#count(routes, route);
    known.set(route, (known.get(route) ?? 0) + 1);
    return { action: "MOVE", step: route };
  }

  /** Counts an action. The first of its kind is progress. */
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

/** Actions of a step: all that are known, or those that one session has taken. */
interface StepActions {
  /** Number of calls, by tool name. */
  readonly tools: Map<string, number>;
  /** Number of moves, by destination. */
  readonly routes: Map<string, number>;
  /** True if RESPOND is among the actions. */
  hasAnswer: boolean;
}

/** Returns the actions of a step; adds the step if it is not in the map. */
function openStep(steps: Map<string, StepActions>, step: string): StepActions {
  let actions = steps.get(step);
  if (actions === undefined) {
    steps.set(step, actions = { tools: new Map(), routes: new Map(), hasAnswer: false });
  }
  return actions;
}

/** Known part of a graph, collected from the legal actions of all requests. */
export class KnownGraph {
  readonly #steps = new Map<string, StepActions>();

  /** Number of known steps. */
  get size(): number {
    return this.#steps.size;
  }

  /** Returns a step; undefined if no session visited it. */
  get(step: string): StepActions | undefined {
    return this.#steps.get(step);
  }

  /** Adds the legal actions of a request. Removes none, because a request may be restricted. */
  learn(step: string, { actions, tools, routes }: LegalActions): void {
    const known = openStep(this.#steps, step);
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
