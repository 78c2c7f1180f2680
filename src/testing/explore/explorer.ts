/**
 * Playing the paths of one agent, one after another.
 *
 * @module
 */
import type { AgentCore } from "../../agent_core.ts";
import { createSession } from "../../create_session.ts";
import { reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { SessionEvent } from "../../history/event.ts";
import { pick, type Random } from "../../random.ts";
import type { Session } from "../../session.ts";
import { type Chooser, Director, PlanError } from "./director.ts";
import { Exploration, type ExploredPath, type MissedTarget } from "./exploration.ts";
import { type Move, openMoves, type PlannedMove } from "./move.ts";
import { PathChecks } from "./path_checks.ts";
import { playedCore } from "./played_core.ts";
import type { Sampled } from "./sampled_values.ts";
import { describeTarget, type Target, targetsOf, TOOL_OUTCOMES } from "./target.ts";
import { waysIn, waysOut } from "./ways.ts";

/** Decisions of one random walk: many short ones see more than few long ones. */
const WALK_LENGTH = 6;

/** Plays paths, and gathers what they reach. */
export class Explorer {
  readonly #core: AgentCore;
  /** The core whose models, tools and guards the director plays. */
  readonly #stage: AgentCore;
  readonly #values: Sampled;
  readonly #director: Director;
  readonly #checks: PathChecks;
  readonly #isChecking: boolean;
  readonly #ways: ReturnType<typeof waysIn>;
  readonly #paths: ExploredPath[] = [];
  readonly #missed: MissedTarget[] = [];
  readonly #reached = new Set<string>();
  #played = 0;
  #decisions = 0;

  /** For one agent. */
  constructor(core: AgentCore, values: Sampled, isChecking: boolean) {
    this.#core = core;
    this.#values = values;
    this.#isChecking = isChecking;
    this.#ways = waysIn(core.graph);
    const ways = waysOut(core.graph);
    this.#director = new Director({
      values,
      wayOut: (step) => ways.get(step),
      maxIterations: core.limits.maxIterations,
      onRequest: (request) => {
        this.#decisions++;
        if (isChecking) this.#checks.checkRequest(request);
      },
    });
    this.#stage = playedCore(core, this.#director);
    this.#checks = new PathChecks(this.#stage);
  }

  /** Plays a shortest path to each target that no path before reached. */
  async playTargets(): Promise<void> {
    const ways = this.#ways;
    const places = new Map([...ways.keys()].map((step, place) => [step, place]));
    const place = ({ step }: Target) => places.get(step) ?? Infinity;
    // Nearest first; the sort keeps what a step declares in its order.
    for (const target of targetsOf(this.#core.graph).sort((a, b) => place(a) - place(b) || 0)) {
      if (this.#reached.has(describeTarget(target))) continue;
      const way = ways.get(target.step);
      const why = way === undefined
        ? "no way leads there from the first step"
        : this.#problemOf(target) ?? await this.#play([
          ...way.map((move) => ({ move })),
          ...endOf(target),
        ]);
      if (!this.#reached.has(describeTarget(target))) {
        this.#missed.push({ target, why: why ?? "the path that should have reached it did not" });
      }
    }
  }

  /** Walks at random, each time from any step, until so many decisions were made. */
  async walk(random: Random, decisions: number): Promise<void> {
    const ways = [...this.#ways.values()];
    while (this.#decisions < decisions) {
      const before = this.#decisions;
      let left = WALK_LENGTH;
      await this.#play(pick(ways, random)!.map((move) => ({ move })), (step, legal) => {
        if (left-- <= 0) return undefined;
        const moves = openMoves(legal, pick(TOOL_OUTCOMES, random));
        return pick(moves.filter((move) => this.#isPlayable(move, step)), random);
      });
      // A graph that is stuck from the start makes no decision, however often it is played.
      if (this.#decisions === before) return;
    }
  }

  /** What was found so far. */
  exploration(): Exploration {
    return new Exploration(this.#core.name, this.#core.graph, {
      paths: this.#paths,
      missed: this.#missed,
      played: this.#played,
      decisions: this.#decisions,
    });
  }

  #problemOf(target: Target): string | undefined {
    if (target.kind === "answer") return this.#values.answerProblemOf(target.step);
    if (target.kind === "tool") return this.#values.problemOf(target.tool, target.outcome);
    return undefined;
  }

  #isPlayable(move: Move, step: string): boolean {
    if (move.kind === "respond") return this.#values.answerProblemOf(step) === undefined;
    return move.kind !== "call" || this.#values.problemOf(move.tool, move.outcome) === undefined;
  }

  /** Plays one path in a session of its own; gives the reason where the plan could not be followed. */
  async #play(plan: readonly PlannedMove[], choose?: Chooser): Promise<string | undefined> {
    this.#played++;
    this.#director.begin(plan, choose);
    this.#checks.begin();
    const session = createSession(this.#stage, { id: "explored" });
    const inputs: string[] = [];
    let why: string | undefined;
    // Every turn plays part of the plan, or ends the path.
    for (let turn = 0; turn <= plan.length + WALK_LENGTH + 1; turn++) {
      const input = `Input ${turn + 1}`;
      inputs.push(input);
      this.#director.beginTurn();
      try {
        for await (const part of session.stream(input)) {
          if ("seq" in part) this.#watch(part, session);
        }
      } catch (error) {
        const cause = error instanceof LLMError ? error.cause : undefined;
        if (cause instanceof PlanError) why = cause.message;
        else this.#checks.report("error", reasonOf(error));
        break;
      }
      if (session.status !== "waiting" || this.#director.isDone) break;
    }
    if (why === undefined) this.#checkEnd(session, choose !== undefined);
    this.#keep(inputs);
    return why;
  }

  #watch(event: SessionEvent, session: Session): void {
    this.#director.watch(event);
    if (this.#isChecking) this.#checks.checkState(session);
  }

  #checkEnd(session: Session, isWalk: boolean): void {
    if (!this.#isChecking) return;
    const { status, state, step } = session;
    this.#checks.checkHistory(state);
    if (status === "interrupted" || status === "running") {
      this.#checks.report("turn", `the last turn is ${status}: expected it to end`);
    }
    const last = state.events.at(-1);
    // A walk may well run into a limit; so may a guard that leaves nothing open.
    if (isWalk || last?.type !== "limit" || last.reason === "stuck") return;
    this.#checks.report(
      "way out",
      `in step "${step}" the turn ended by the limit "${last.reason}": ` +
        "expected a way to answer the user or to end",
    );
  }

  /** Keeps a path that reached something new, or on which something was wrong. */
  #keep(inputs: readonly string[]): void {
    const reached = [...this.#director.reached].filter(([name]) => !this.#reached.has(name));
    const { problems } = this.#checks;
    if (reached.length === 0 && problems.length === 0) return;
    for (const [name] of reached) this.#reached.add(name);
    const { script } = this.#director;
    this.#paths.push({ inputs, script, reached: reached.map(([, target]) => target), problems });
  }
}

/** How a path ends that leads to a target, once it is in the target's step. */
function endOf(target: Target): PlannedMove[] {
  switch (target.kind) {
    case "step":
      return [];
    case "answer":
      return [{ move: { kind: "respond" } }];
    case "end":
      return [{ move: { kind: "end" } }];
    case "route":
      return [{ move: { kind: "move", to: target.to } }];
    case "tool":
      return [{ move: { kind: "call", tool: target.tool, outcome: target.outcome } }];
    case "guard":
      return target.isOpen ? [] : [{ closed: target.guard }];
    default:
      return target satisfies never;
  }
}
