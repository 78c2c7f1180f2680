/**
 * Director of an exploration: plays the model, the tools, the guards and the user of a path.
 *
 * @module
 */
import type { Decision, LegalActions } from "../../decision/decision.ts";
import { reasonOf, RedirectError, ToolTimeoutError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { raw, type RawOutput, wrapDecision } from "../../llm/mock_script.ts";
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
import type { GivenSample, SampledValues } from "../play/sampled_values.ts";
import type { ExploredPath } from "./exploration.ts";
import { PathRecord } from "./path_record.ts";
import { describeTarget, findWaysOut, type Target } from "./target.ts";

/** Number of decisions of one random walk. Many short walks reach more than few long ones. */
export const WALK_LENGTH = 6;

/** Thrown if a planned move is illegal in the current step. */
class PlanError extends Error {
  override readonly name = "PlanError";
}

/** Chooses a move after the end of the plan. Undefined ends the path by the nearest way out. */
type Chooser = (step: string, legal: LegalActions) => Move | undefined;

/** Plays one path at a time, and keeps the paths that reached a new target or have problems. */
export class Director implements Player {
  /** Paths that reached a new target or have problems. */
  readonly paths: ExploredPath[] = [];
  /** Number of played paths. */
  played = 0;
  /** Number of decisions on all paths. */
  decisions = 0;
  readonly llm: LLM = { name: "explorer", decide: (request) => this.#decide(request) };
  readonly given: readonly GivenSample[];
  readonly #values: SampledValues;
  /** Core of the agent with models, tools and guards replaced by this director. */
  readonly #playedCore: AgentCore;
  readonly #checks: PathChecks;
  readonly #isChecking: boolean;
  readonly #deadGuards: ReadonlyMap<string, string>;
  readonly #waysOut: ReturnType<typeof findWaysOut>;
  #session: Session | undefined;
  readonly #reachedNames = new Set<string>();
  #record = new PathRecord();
  #plan: readonly PlannedMove[] = [];
  /** Index of the next move of the plan. */
  #next = 0;
  #choose: Chooser | undefined;
  /** Outcome of the calls of the last decision. */
  #outcome: ToolOutcome = "success";
  /** Current return value of `needsApproval` functions. */
  #isAsked = true;
  /** Number of decisions since the last input. */
  #sinceInput = 0;

  /**
   * Creates a director for one agent. If `isChecking` is false, paths are not checked. `deadGuards`
   * are played, but do not count as reached.
   */
  constructor(
    core: AgentCore,
    values: SampledValues,
    { isChecking, deadGuards }: {
      readonly isChecking: boolean;
      readonly deadGuards: ReadonlyMap<string, string>;
    },
  ) {
    this.#deadGuards = deadGuards;
    this.#values = values;
    this.given = values.given;
    this.#isChecking = isChecking;
    this.#waysOut = findWaysOut(core.graph);
    this.#playedCore = playedCore(core, this);
    this.#checks = new PathChecks(this.#playedCore, () => this.#isAsked);
  }

  /** Returns true if a path reached a target. */
  hasReached(target: Target): boolean {
    return this.#reachedNames.has(describeTarget(target));
  }

  /**
   * Plays a plan in a new session, then the moves that `choose` returns. Returns
   * the reason if the plan could not be followed; otherwise undefined.
   */
  async play(plan: readonly PlannedMove[], choose?: Chooser): Promise<string | undefined> {
    this.played++;
    this.#record = new PathRecord();
    this.#plan = plan;
    this.#next = 0;
    this.#choose = choose;
    this.#checks.begin();
    const session = this.#session = createSession(this.#playedCore, {
      id: "explored",
      ...this.#values.session,
    });
    let obstacle: string | undefined;
    // Each input or verdict plays a part of the plan or ends the path, so this bound suffices.
    for (let left = 2 * (plan.length + WALK_LENGTH + 1); left > 0; left--) {
      try {
        await this.#playTurn(session);
      } catch (error) {
        const cause = error instanceof LLMError ? error.cause : undefined;
        if (cause instanceof PlanError) obstacle = cause.message;
        else this.#checks.report("error", reasonOf(error));
        break;
      }
      if (session.status === "needs_approval") continue;
      const isDone = this.#next >= plan.length && this.#choose === undefined;
      if (session.status !== "waiting" || isDone) break;
    }
    if (obstacle === undefined && this.#isChecking) this.#checkEnd(session, choose !== undefined);
    const { problems } = this.#checks;
    const { inputs, script, verdicts, reached } = this.#record;
    const news = [...reached].filter(([name]) => !this.#reachedNames.has(name));
    for (const [name] of news) this.#reachedNames.add(name);
    if (news.length > 0 || problems.length > 0) {
      const targets = news.map(([, target]) => target);
      this.paths.push({ inputs, script, verdicts, reached: targets, problems });
    }
    return obstacle;
  }

  /** Plays the next turn: a verdict on the first waiting call, or the next input. */
  async #playTurn(session: Session): Promise<void> {
    const [waiting] = session.approvals;
    if (session.status === "needs_approval" && waiting !== undefined) {
      const { callKey, tool, hash } = waiting;
      const verdict = this.#outcome === "denied" ? "denied" : "approved";
      this.#record.verdicts.push({ tool, verdict });
      if (verdict === "approved") await session.approve(callKey, { hash });
      else await session.deny(callKey, "Denied by the explorer", { hash });
      return;
    }
    const input = `Input ${this.#record.inputs.length + 1}`;
    this.#record.inputs.push(input);
    this.#sinceInput = 0;
    await session.next(input);
  }

  #checkEnd({ status, state, step }: Session, isWalk: boolean): void {
    this.#checks.checkHistory(state);
    if (status === "interrupted" || status === "running" || status === "needs_approval") {
      this.#checks.report(
        "turn",
        `the status after the last turn is ${status}: expected the turn to end`,
      );
    }
    const last = state.events.at(-1);
    // A random walk may reach a limit, and a closed guard may leave no legal action.
    if (isWalk || last?.type !== "limit" || last.reason === "stuck") return;
    const found = `in step "${step}" the turn reached the limit "${last.reason}"`;
    this.#checks.report("way out", `${found}: expected a way to answer the user or to end`);
  }

  onEvent(event: SessionEvent): void {
    this.#record.addEvent(event, this.#outcome);
    if (event.type === "summary") this.#checks.summarize();
    if (this.#isChecking) this.#checks.checkState(this.#session!);
  }

  isOpen(step: string, guard: string): boolean {
    const isOpen = this.#plan[this.#next]?.closed !== guard;
    const target: Target = { kind: "guard", step, guard, isOpen };
    if (!this.#deadGuards.has(describeTarget(target))) this.#record.reach(target);
    return isOpen;
  }

  needsApproval(step: string, tool: string): boolean {
    if (!this.#isAsked) this.#record.reach({ kind: "approval", step, tool, isAsked: false });
    return this.#isAsked;
  }

  whenUnknown(tool: string): unknown {
    return this.#values.resultOf(tool);
  }

  callTool(tool: string, _: unknown, { callKey }: ToolContext): unknown {
    if (this.#isChecking) this.#checks.calls.checkRun(callKey);
    switch (this.#outcome) {
      case "error":
        throw new Error(`Tool "${tool}" failed: the explorer plays its outcome "error"`);
      case "redirected":
        throw new RedirectError(
          `Tool "${tool}" redirected: the explorer plays its outcome "redirected"`,
          "Continue without it",
        );
      case "timeout":
        throw new ToolTimeoutError(`Tool "${tool}" timed out: the explorer plays "timeout"`);
      default:
        return this.#values.resultOf(tool);
    }
  }

  async #decide(request: LLMRequest): Promise<LLMResult> {
    this.decisions++;
    if (this.#isChecking) this.#checks.checkRequest(request);
    const output = this.#buildOutput(this.#takeMove(request), request.step!);
    this.#record.script.push(output);
    if (output.action === "RAW") return { output: output.output };
    const { reasoning, ...decision } = output;
    return await Promise.resolve({ output: wrapDecision(request, decision, reasoning) });
  }

  #takeMove({ step, legal }: LLMRequest): Move {
    this.#sinceInput++;
    const planned = this.#plan[this.#next]?.move;
    // A turn has at most maxIterations decisions, so a long path is split into several turns.
    const isLast = this.#sinceInput >= Math.max(2, this.#playedCore.limits.maxIterations - 1);
    if (isLast && legal!.actions.includes("RESPOND")) {
      if (planned?.action === "RESPOND") this.#next++;
      return { action: "RESPOND" };
    }
    if (planned === undefined) {
      this.#next++;
      const chosen = this.#choose?.(step!, legal!);
      if (chosen === undefined) this.#choose = undefined;
      return chosen ?? this.#moveToRest(step!, legal!);
    }
    if (!isLegal(planned, legal!)) {
      throw new PlanError(
        `cannot ${describeMove(planned)} in step "${step}": expected one of ` +
          openMoves(legal!).map(describeMove).join(", "),
      );
    }
    this.#next++;
    return planned;
  }

  /** Returns the move that ends the turn, or that leads towards a step that can end it. */
  #moveToRest(step: string, legal: LegalActions): Move {
    const moves = [{ action: "RESPOND" }, { action: "END" }, this.#waysOut.get(step)] as const;
    const isOpen = (move: Move | undefined) =>
      move !== undefined && isLegal(move, legal) &&
      this.#values.problemOf(move, step) === undefined;
    return moves.find(isOpen) ?? openMoves(legal)[0]!;
  }

  #buildOutput(move: Move, step: string): Decision | RawOutput {
    if (move.action === "TOOL_CALL") {
      const { tool, outcome, isAsked = true } = move;
      this.#outcome = outcome;
      this.#isAsked = isAsked;
      if (outcome === "invalid arguments") {
        // The arguments of every tool are an object, so text is invalid.
        const calls = [{ tool, args: "no arguments" }];
        return raw({ reasoning: [], decision: { action: "TOOL_CALL", calls } });
      }
    }
    return this.#values.decisionFor(move, step);
  }
}
