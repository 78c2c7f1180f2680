/**
 * Playing the paths of one agent, one after another.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { createSession } from "../../session/create_session.ts";
import { reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { pick, type Random } from "../../random.ts";
import { liveSessionOf, type Session } from "../../session/session.ts";
import { type Chooser, Director, PlanError } from "./director.ts";
import { Exploration, type ExploredPath, type MissedTarget } from "./exploration.ts";
import { type Move, openMoves, type PlannedMove } from "./move.ts";
import { PathChecks } from "./path_checks.ts";
import { playedCore } from "./played_core.ts";
import type { Sampled } from "./sampled_values.ts";
import { describeTarget, outcomesOf, type Target, targetsOf } from "./target.ts";
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
      onCall: (callKey) => {
        if (isChecking) this.#checks.calls.checkRun(callKey);
      },
    });
    this.#stage = playedCore(core, this.#director);
    this.#checks = new PathChecks(this.#stage, () => this.#director.isAsked);
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
    const tools = [...this.#core.graph.steps.values()].flatMap(({ tools }) => tools);
    const outcomes = outcomesOf(...tools);
    const mayAsk = outcomes.includes("denied");
    while (this.#decisions < decisions) {
      const before = this.#decisions;
      let left = WALK_LENGTH;
      await this.#play(pick(ways, random)!.map((move) => ({ move })), (step, legal) => {
        if (left-- <= 0) return undefined;
        const outcome = pick(outcomes, random)!;
        const isAsked = outcome === "denied" || !mayAsk || random() < 0.5;
        const moves = openMoves(legal, isAsked ? { outcome } : { outcome, isAsked });
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
    if (target.kind === "approval") return this.#values.problemOf(target.tool, "success");
    return undefined;
  }

  #isPlayable(move: Move, step: string): boolean {
    if (move.kind === "respond") return this.#values.answerProblemOf(step) === undefined;
    if (move.kind !== "call") return true;
    const tool = this.#core.graph.steps.get(step)!.tools.find(({ name }) => name === move.tool)!;
    return outcomesOf(tool).includes(move.outcome) &&
      this.#values.problemOf(move.tool, move.outcome) === undefined;
  }

  /** Plays one path in a session of its own; gives the reason where the plan could not be followed. */
  async #play(plan: readonly PlannedMove[], choose?: Chooser): Promise<string | undefined> {
    this.#played++;
    this.#director.begin(plan, choose);
    this.#checks.begin();
    const session = createSession(this.#stage, { id: "explored" });
    liveSessionOf(session).log.onAppended = (events) => {
      for (const event of events) this.#director.watch(event);
      if (this.#isChecking) this.#checks.checkState(session);
    };
    const inputs: string[] = [];
    let why: string | undefined;
    // Every input and every verdict plays part of the plan, or ends the path.
    for (let left = 2 * (plan.length + WALK_LENGTH + 1); left > 0; left--) {
      try {
        await this.#goOn(session, inputs);
      } catch (error) {
        const cause = error instanceof LLMError ? error.cause : undefined;
        if (cause instanceof PlanError) why = cause.message;
        else this.#checks.report("error", reasonOf(error));
        break;
      }
      if (session.status === "needs_approval") continue;
      if (session.status !== "waiting" || this.#director.isDone) break;
    }
    if (why === undefined) this.#checkEnd(session, choose !== undefined);
    this.#keep(inputs);
    return why;
  }

  /** The next turn: a verdict on the first call that waits, or the next input. */
  async #goOn(session: Session, inputs: string[]): Promise<void> {
    const [waiting] = session.approvals;
    if (session.status === "needs_approval" && waiting !== undefined) {
      const { callKey, tool, hash } = waiting;
      if (this.#director.allows(tool)) await session.approve(callKey, { hash });
      else await session.deny(callKey, "The explorer does not allow it");
      return;
    }
    const input = `Input ${inputs.length + 1}`;
    inputs.push(input);
    this.#director.beginTurn();
    await session.next(input);
  }

  #checkEnd(session: Session, isWalk: boolean): void {
    if (!this.#isChecking) return;
    const { status, state, step } = session;
    this.#checks.checkHistory(state);
    if (status === "interrupted" || status === "running" || status === "needs_approval") {
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
    const { script, verdicts } = this.#director;
    const targets = reached.map(([, target]) => target);
    this.#paths.push({ inputs, script, verdicts, reached: targets, problems });
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
    case "approval": {
      const { tool, isAsked } = target;
      return [{ move: { kind: "call", tool, outcome: "success", isAsked } }];
    }
    default:
      return target satisfies never;
  }
}
