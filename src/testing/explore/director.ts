/**
 * Playing of model, tools, guards and persons along a planned path.
 *
 * @module
 */
import type { Decision, LegalActions } from "../../decision/decision.ts";
import { reasonOf, RedirectError, ToolTimeoutError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { raw, type RawOutput } from "../../llm/mock_llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import { createSession } from "../../session/create_session.ts";
import type { Session } from "../../session/session.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import {
  describeMove,
  isLegal,
  type Move,
  openMoves,
  type PlannedMove,
  type ToolOutcome,
} from "../play/move.ts";
import { PathChecks } from "../play/path_checks.ts";
import { playedCore, type Player } from "../play/played_core.ts";
import type { SampledValues } from "../play/sampled_values.ts";
import type { ExploredPath, ExploredVerdict } from "./exploration.ts";
import { describeTarget, type Target, waysOut } from "./target.ts";

/** Number of decisions of one random walk: many short ones see more than few long ones. */
export const WALK_LENGTH = 6;

/** A plan that cannot be followed: what was planned is not open there. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}

/** Chooses where the plan is over; undefined leaves it to the way out. */
export type Chooser = (step: string, legal: LegalActions) => Move | undefined;

/** Plays one path at a time, and keeps those that reached something new. */
export class Director implements Player {
  /** Paths that reached something new, or on which something was wrong. */
  readonly paths: ExploredPath[] = [];
  /** Number of paths that were played. */
  played = 0;
  /** Number of decisions on all paths. */
  decisions = 0;
  readonly llm: LLM = { name: "explorer", decide: (request) => this.#decide(request) };
  readonly #values: SampledValues;
  /** The core whose models, tools and guards are played. */
  readonly #stage: AgentCore;
  readonly #checks: PathChecks;
  readonly #isChecking: boolean;
  readonly #waysOut: ReturnType<typeof waysOut>;
  #session: Session | undefined;
  readonly #known = new Set<string>();
  #path = emptyPath();
  #plan: readonly PlannedMove[] = [];
  #next = 0;
  #choose: Chooser | undefined;
  #outcome: ToolOutcome = "success";
  /** True if functions that decide about approval want it now. */
  #isAsked = true;
  /** The step of the last decision. */
  #step = "";
  /** Number of decisions since the last input. */
  #sinceInput = 0;

  /** Plays paths of one agent. */
  constructor(core: AgentCore, values: SampledValues, isChecking: boolean) {
    this.#values = values;
    this.#isChecking = isChecking;
    this.#waysOut = waysOut(core.graph);
    this.#stage = playedCore(core, this);
    this.#checks = new PathChecks(this.#stage, () => this.#isAsked);
  }

  /** Returns true if a path reached a target. */
  hasReached(target: Target): boolean {
    return this.#known.has(describeTarget(target));
  }

  /**
   * Plays a plan in a session of its own, then what is chosen. Returns why the plan
   * could not be followed; undefined if it was.
   */
  async play(plan: readonly PlannedMove[], choose?: Chooser): Promise<string | undefined> {
    this.played++;
    this.#path = emptyPath();
    this.#plan = plan;
    this.#next = 0;
    this.#choose = choose;
    this.#checks.begin();
    const session = this.#session = createSession(this.#stage, { id: "explored" });
    let why: string | undefined;
    // Every input and every verdict plays part of the plan, or ends the path.
    for (let left = 2 * (plan.length + WALK_LENGTH + 1); left > 0; left--) {
      try {
        await this.#goOn(session);
      } catch (error) {
        const cause = error instanceof LLMError ? error.cause : undefined;
        if (cause instanceof PlanError) why = cause.message;
        else this.#checks.report("error", reasonOf(error));
        break;
      }
      if (session.status === "needs_approval") continue;
      const isDone = this.#next >= plan.length && this.#choose === undefined;
      if (session.status !== "waiting" || isDone) break;
    }
    if (why === undefined && this.#isChecking) this.#checkEnd(session, choose !== undefined);
    const { problems } = this.#checks;
    const { reached, ...path } = this.#path;
    const news = [...reached].filter(([name]) => !this.#known.has(name));
    for (const [name] of news) this.#known.add(name);
    if (news.length > 0 || problems.length > 0) {
      this.paths.push({ ...path, reached: news.map(([, target]) => target), problems });
    }
    return why;
  }

  /** Takes the next turn: a verdict on the first call that waits, or the next input. */
  async #goOn(session: Session): Promise<void> {
    const [waiting] = session.approvals;
    if (session.status === "needs_approval" && waiting !== undefined) {
      const { callKey, tool, hash } = waiting;
      const verdict = this.#outcome === "denied" ? "denied" : "approved";
      this.#path.verdicts.push({ tool, verdict });
      if (verdict === "approved") await session.approve(callKey, { hash });
      else await session.deny(callKey, "The explorer does not allow it");
      return;
    }
    const input = `Input ${this.#path.inputs.length + 1}`;
    this.#path.inputs.push(input);
    this.#sinceInput = 0;
    await session.next(input);
  }

  #checkEnd({ status, state, step }: Session, isWalk: boolean): void {
    this.#checks.checkHistory(state);
    if (status === "interrupted" || status === "running" || status === "needs_approval") {
      this.#checks.report("turn", `the last turn is ${status}: expected it to end`);
    }
    const last = state.events.at(-1);
    // A walk may well run into a limit; so may a guard that leaves nothing open.
    if (isWalk || last?.type !== "limit" || last.reason === "stuck") return;
    const found = `in step "${step}" the turn ended by the limit "${last.reason}"`;
    this.#checks.report("way out", `${found}: expected a way to answer the user or to end`);
  }

  onEvent(event: SessionEvent): void {
    this.#watch(event);
    if (this.#isChecking) this.#checks.checkState(this.#session!);
  }

  /** Notes what an event reached. */
  #watch(event: SessionEvent): void {
    switch (event.type) {
      case "moved":
        this.#note({ kind: "route", step: event.from, to: event.to });
        this.#note({ kind: "step", step: event.to });
        this.#step = event.to;
        return;
      case "decision": {
        const { step, decision: { action } } = event;
        this.#step = step;
        this.#note({ kind: "step", step });
        if (action === "RESPOND") this.#note({ kind: "answer", step });
        if (action === "END") this.#note({ kind: "end", step });
        return;
      }
      case "tool_finished": {
        const [played, { tool, outcome }] = [this.#outcome, event];
        // A result that is none fails, though it was played as a success.
        const isPlayed = played === "success"
          ? outcome === "ok"
          : (played === "denied") === (outcome === "denied");
        if (isPlayed) this.#note({ kind: "tool", step: this.#step, tool, outcome: played });
        return;
      }
      case "approval_requested":
        return this.#note({ kind: "approval", step: this.#step, tool: event.tool, isAsked: true });
      case "error": {
        const { step, attempt } = event;
        for (const tool of attempt?.tools ?? []) {
          this.#note({ kind: "tool", step, tool, outcome: "invalid arguments" });
        }
      }
    }
  }

  #note(target: Target): void {
    this.#path.reached.set(describeTarget(target), target);
  }

  isOpen(step: string, guard: string): boolean {
    const isOpen = this.#plan[this.#next]?.closed !== guard;
    this.#note({ kind: "guard", step, guard, isOpen });
    return isOpen;
  }

  needsApproval(step: string, tool: string): boolean {
    if (!this.#isAsked) this.#note({ kind: "approval", step, tool, isAsked: false });
    return this.#isAsked;
  }

  findOut(tool: string): unknown {
    return this.#values.resultOf(tool);
  }

  callTool(tool: string, _: unknown, { callKey }: ToolContext): unknown {
    if (this.#isChecking) this.#checks.calls.checkRun(callKey);
    switch (this.#outcome) {
      case "error":
        throw new Error(`The explorer made ${tool} fail`);
      case "redirected":
        throw new RedirectError(`The explorer made ${tool} give up`, "Go on without it");
      case "timeout":
        throw new ToolTimeoutError(`Tool "${tool}" took longer than the explorer allows`);
      default:
        return this.#values.resultOf(tool);
    }
  }

  async #decide(request: LLMRequest): Promise<LLMResult> {
    this.decisions++;
    if (this.#isChecking) this.#checks.checkRequest(request);
    const output = this.#outputOf(this.#takeMove(request), request.step!);
    this.#path.script.push(output);
    if (output.action === "RAW") return { output: output.output };
    const { reasoning, ...decision } = output;
    return await Promise.resolve({ output: wireOutput(request, decision, reasoning) });
  }

  #takeMove({ step, legal }: LLMRequest): Move {
    this.#sinceInput++;
    const planned = this.#plan[this.#next]?.move;
    // A turn has only so many decisions: a long way is walked in several turns.
    const isLast = this.#sinceInput >= Math.max(2, this.#stage.limits.maxIterations - 1);
    if (isLast && legal!.actions.includes("RESPOND")) {
      if (planned?.action === "RESPOND") this.#next++;
      return { action: "RESPOND" };
    }
    if (planned === undefined) {
      this.#next++;
      const chosen = this.#choose?.(step!, legal!);
      if (chosen === undefined) this.#choose = undefined;
      return chosen ?? this.#rest(step!, legal!);
    }
    if (!isLegal(planned, legal!)) {
      throw new PlanError(
        `Could not ${describeMove(planned)} in step "${step}": expected one of ` +
          openMoves(legal!).map(describeMove).join(", "),
      );
    }
    this.#next++;
    return planned;
  }

  /** Returns what brings the conversation to rest, or nearer to it. */
  #rest(step: string, legal: LegalActions): Move {
    const moves = [{ action: "RESPOND" }, { action: "END" }, this.#waysOut.get(step)] as const;
    const isOpen = (move: Move | undefined) =>
      move !== undefined && isLegal(move, legal) &&
      this.#values.problemOf(move, step) === undefined;
    return moves.find(isOpen) ?? openMoves(legal)[0]!;
  }

  #outputOf(move: Move, step: string): Decision | RawOutput {
    if (move.action === "TOOL_CALL") {
      const { tool, outcome, isAsked = true } = move;
      this.#outcome = outcome;
      this.#isAsked = isAsked;
      if (outcome === "invalid arguments") {
        // Arguments are an object in every schema: text is none.
        const calls = [{ tool, args: "no arguments" }];
        return raw({ reasoning: [], decision: { action: "TOOL_CALL", calls } });
      }
    }
    return this.#values.decisionFor(move, step);
  }
}

/** A path on which nothing was played yet. */
function emptyPath() {
  return {
    inputs: [] as string[],
    script: [] as (Decision | RawOutput)[],
    verdicts: [] as ExploredVerdict[],
    reached: new Map<string, Target>(),
  };
}
