/**
 * Whoever plays model, tools and guards along a planned path, and writes down
 * what was played.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import type { LegalActions } from "../../decision/legal_actions.ts";
import { FallbackError, ToolTimeoutError } from "../../errors.ts";
import type { SessionEvent, ToolFinishedEvent } from "../../history/event.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { raw, type RawOutput } from "../../llm/mock_llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { ExploredVerdict } from "./exploration.ts";
import { describeMove, isLegal, type Move, openMoves, type PlannedMove } from "./move.ts";
import type { Player } from "./played_core.ts";
import type { Sampled } from "./sampled_values.ts";
import { describeTarget, type Target, type ToolOutcome } from "./target.ts";

/** A plan that cannot be followed: what was planned is not open there. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}

/** Where to go from a step so that the conversation comes to rest. */
export type WayOut = (step: string) => Move | undefined;

/** Chooses where the plan is over; undefined leaves it to the way out. */
export type Chooser = (step: string, legal: LegalActions) => Move | undefined;

/** Plays one path at a time. */
export class Director implements Player {
  /** What was played on this path, as a script for a mock. */
  script: (Decision | RawOutput)[] = [];
  /** What was decided on this path about calls that waited. */
  verdicts: ExploredVerdict[] = [];
  /** What happened on this path, in words. */
  readonly reached: Map<string, Target> = new Map();
  /** What functions that decide about approval say now. */
  isAsked = true;
  readonly llm: LLM;
  readonly #values: Sampled;
  readonly #wayOut: WayOut;
  readonly #maxIterations: number;
  /** Looks at every request before it is answered. */
  readonly #onRequest: (request: LLMRequest) => void;
  /** Looks at every call of a tool before it is played. */
  readonly #onCall: (callKey: string) => void;
  #plan: readonly PlannedMove[] = [];
  #next = 0;
  #choose: Chooser | undefined;
  #outcome: ToolOutcome = "success";
  /** Where the last decision was made. */
  #step = "";
  /** Decisions of this turn. */
  #decisions = 0;

  constructor(parts: {
    readonly values: Sampled;
    readonly wayOut: WayOut;
    readonly maxIterations: number;
    readonly onRequest: (request: LLMRequest) => void;
    readonly onCall: (callKey: string) => void;
  }) {
    this.#values = parts.values;
    this.#wayOut = parts.wayOut;
    this.#maxIterations = parts.maxIterations;
    this.#onRequest = parts.onRequest;
    this.#onCall = parts.onCall;
    this.llm = { name: "explorer", decide: (request) => this.#decide(request) };
  }

  /** Begins another path. */
  begin(plan: readonly PlannedMove[], choose?: Chooser): void {
    this.script = [];
    this.verdicts = [];
    this.reached.clear();
    this.#plan = plan;
    this.#next = 0;
    this.#choose = choose;
    this.#decisions = 0;
  }

  /** Whether the plan was played to its end, and there is nobody who chooses. */
  get isDone(): boolean {
    return this.#next >= this.#plan.length && this.#choose === undefined;
  }

  /** A turn begins. */
  beginTurn(): void {
    this.#decisions = 0;
  }

  /** Writes down what an event reached. */
  watch(event: SessionEvent): void {
    switch (event.type) {
      case "moved":
        this.#note({ kind: "route", step: event.from, to: event.to });
        this.#note({ kind: "step", step: event.to });
        this.#step = event.to;
        break;
      case "decision":
        this.#step = event.step;
        this.#note({ kind: "step", step: event.step });
        if (event.decision.action === "RESPOND") this.#note({ kind: "answer", step: event.step });
        if (event.decision.action === "END") this.#note({ kind: "end", step: event.step });
        break;
      case "tool_finished": {
        const { tool } = event;
        if (this.#isPlayed(event.outcome)) {
          this.#note({ kind: "tool", step: this.#step, tool, outcome: this.#outcome });
        }
        break;
      }
      case "approval_requested":
        this.#note({ kind: "approval", step: this.#step, tool: event.tool, isAsked: true });
        break;
      case "error":
        for (const tool of event.attempt?.tools ?? []) {
          const outcome = "invalid arguments";
          this.#note({ kind: "tool", step: event.step, tool, outcome });
        }
    }
  }

  /** Whether a call ended as it was played: a result that is none fails, though it was a success. */
  #isPlayed(outcome: ToolFinishedEvent["outcome"]): boolean {
    if (this.#outcome === "success") return outcome === "ok";
    return (this.#outcome === "denied") === (outcome === "denied");
  }

  #note(target: Target): void {
    this.reached.set(describeTarget(target), target);
  }

  isOpen(step: string, guard: string): boolean {
    const isOpen = this.#plan[this.#next]?.closed !== guard;
    this.#note({ kind: "guard", step, guard, isOpen });
    return isOpen;
  }

  needsApproval(step: string, tool: string): boolean {
    if (!this.isAsked) this.#note({ kind: "approval", step, tool, isAsked: false });
    return this.isAsked;
  }

  /** Decides about a call that waits: whether it is allowed. */
  allows(tool: string): boolean {
    const isAllowed = this.#outcome !== "denied";
    this.verdicts.push({ tool, verdict: isAllowed ? "approved" : "denied" });
    return isAllowed;
  }

  findOut(tool: string): unknown {
    return this.#values.resultOf(tool);
  }

  callTool(tool: string, _: unknown, { callKey }: ToolContext): unknown {
    this.#onCall(callKey);
    switch (this.#outcome) {
      case "success":
      case "denied":
        return this.#values.resultOf(tool);
      case "error":
        throw new Error(`The explorer made ${tool} fail`);
      case "fallback":
        throw new FallbackError(`The explorer made ${tool} give up`, "Go on without it");
      case "timeout":
        throw new ToolTimeoutError(`Tool "${tool}" took longer than the explorer allows`);
      case "invalid arguments":
        throw new Error(`Could not call ${tool}: its arguments are invalid`);
      default:
        return this.#outcome satisfies never;
    }
  }

  #decide(request: LLMRequest): Promise<LLMResult> {
    try {
      this.#onRequest(request);
      const output = this.#outputOf(this.#takeMove(request), request.step!);
      this.script.push(output);
      if (output.action === "RAW") return Promise.resolve({ output: output.output });
      const { reasoning, ...decision } = output;
      return Promise.resolve({ output: wireOutput(request, decision, reasoning) });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #takeMove({ step, legal }: LLMRequest): Move {
    this.#decisions++;
    const { actions } = legal!;
    const planned = this.#plan[this.#next]?.move;
    const mayRespond = actions.includes("RESPOND");
    // A turn has only so many decisions: a long way is walked in several turns.
    if (this.#decisions >= Math.max(2, this.#maxIterations - 1) && mayRespond) {
      if (planned?.kind === "respond") this.#next++;
      return { kind: "respond" };
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

  /** What brings the conversation to rest, or nearer to it. */
  #rest(step: string, legal: LegalActions): Move {
    const canAnswer = this.#values.answerProblemOf(step) === undefined;
    if (legal.actions.includes("RESPOND") && canAnswer) return { kind: "respond" };
    if (legal.actions.includes("END")) return { kind: "end" };
    const out = this.#wayOut(step);
    return out !== undefined && isLegal(out, legal) ? out : openMoves(legal)[0]!;
  }

  #outputOf(move: Move, step: string): Decision | RawOutput {
    switch (move.kind) {
      case "respond":
        return decide.respond(this.#values.answerOf(step));
      case "end":
        return decide.end();
      case "move":
        return decide.move(move.to);
      case "call": {
        const { tool, outcome, isAsked = true } = move;
        this.#outcome = outcome;
        this.isAsked = isAsked;
        if (outcome !== "invalid arguments") return decide.call(tool, this.#values.argsOf(tool));
        // Arguments are an object in every schema: text is none.
        const calls = [{ tool, args: "no arguments" }];
        return raw({ reasoning: [], decision: { action: "TOOL_CALL", calls } });
      }
      default:
        return move satisfies never;
    }
  }
}
