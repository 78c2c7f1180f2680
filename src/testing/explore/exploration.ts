/**
 * Result of an exploration.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { MisuseError, quote } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { RawOutput } from "../../llm/mock_script.ts";
import type { PathProblem } from "../play/path_checks.ts";
import { drawMissed } from "./missed_diagram.ts";
import { describeTarget, type Target } from "./target.ts";

/** One played path through the graph. */
export interface ExploredPath {
  /** Inputs of the user, in order. */
  readonly inputs: readonly string[];
  /** Outputs of the model, in order: the script of a `MockLLM` that plays the path again. */
  readonly script: readonly (Decision | RawOutput)[];
  /** Verdicts on waiting calls, in order; empty if no call waited. */
  readonly verdicts: readonly ExploredVerdict[];
  /** Targets that no earlier path reached. */
  readonly reached: readonly Target[];
  /** Failed checks. */
  readonly problems: readonly PathProblem[];
}

/** Verdict on a waiting call. */
export interface ExploredVerdict {
  /** Name of the tool. */
  readonly tool: string;
  /** The decision about the call. */
  readonly verdict: "approved" | "denied";
}

/** A target that was not reached. */
export interface MissedTarget {
  /** The target. */
  readonly target: Target;
  /** Reason, in words. */
  readonly why: string;
}

/** Thrown if targets were missed or checks failed. */
export class ExplorationError extends MisuseError {
  /** `"EXPLORATION_FAILED"` */
  readonly code = "EXPLORATION_FAILED";
}

/** Paths, reached and missed targets, and problems of an exploration. Returned by `explore()`. */
export class Exploration {
  /** Paths that reached a new target or have problems, in the order in which they were played. */
  declare readonly paths: readonly ExploredPath[];
  /** Targets that were not reached, with the reason. */
  declare readonly missed: readonly MissedTarget[];
  /** Number of played paths. */
  declare readonly played: number;
  /** Number of decisions on all paths. */
  declare readonly decisions: number;
  readonly #name: string;
  readonly #graph: Graph;

  /** Creates the result; called by `explore()`. */
  constructor(
    name: string,
    graph: Graph,
    found: Pick<Exploration, "paths" | "missed" | "played" | "decisions">,
  ) {
    this.#name = name;
    this.#graph = graph;
    Object.assign(this, found);
  }

  /** All targets that were reached. */
  get reached(): readonly Target[] {
    return this.paths.flatMap(({ reached }) => reached);
  }

  /** All failed checks, each with its path. */
  get problems(): readonly (PathProblem & { readonly path: ExploredPath })[] {
    return this.paths.flatMap((path) => path.problems.map((problem) => ({ ...problem, path })));
  }

  /**
   * Asserts that every target was reached and every check passed.
   *
   * @throws {ExplorationError} with the missed targets and the failed checks.
   */
  assertComplete(): void {
    const lines = [
      ...this.missed.map(({ target, why }) => `\n- not reached: ${describeTarget(target)}: ${why}`),
      ...this.problems.map(({ check, message, path: { script, verdicts } }) =>
        `\n- ${check}: ${message}\n  played by ${JSON.stringify(script)}` +
        (verdicts.length === 0 ? "" : `\n  decided by ${JSON.stringify(verdicts)}`)
      ),
    ];
    if (lines.length === 0) return;
    throw new ExplorationError(
      `Exploration of agent ${quote(this.#name)} failed: ${this.missed.length} targets were ` +
        `missed and ${this.problems.length} checks failed:${lines.join("")}`,
    );
  }

  /** Formats the reached and total targets of each step as a text table. */
  table(): string {
    const { missed, reached } = this;
    // Most agents need no approvals, so the column is omitted.
    const asks = [...this.#graph.steps.values()].some(({ asksForApproval }) => asksForApproval);
    const columns = Object.entries(COLUMNS).filter(([title]) => asks || title !== "approvals");
    const head = ["step", ...columns.map(([title]) => title)];
    const rows = [...this.#graph.steps.keys()].map((step) => [
      step,
      ...columns.map(([, kinds]) => {
        const isHere = (target: Target) => target.step === step && kinds.includes(target.kind);
        const hit = reached.filter(isHere).length;
        const all = hit + missed.filter(({ target }) => isHere(target)).length;
        return all === 0 ? "-" : `${hit}/${all}`;
      }),
    ]);
    const widths = head.map((_, column) =>
      Math.max(...[head, ...rows].map((row) => row[column]!.length))
    );
    const lines = [head, ...rows].map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
    );
    const summary = `${reached.length} of ${reached.length + missed.length} reached on ` +
      `${this.played} paths, ${this.decisions} decisions, ${this.problems.length} problems`;
    return [...lines, "", summary, ""].join("\n");
  }

  /** Draws the graph as Mermaid text, with missed steps, routes and tools in red. */
  diagram(): string {
    return drawMissed(this.#graph, this.missed.map(({ target }) => target));
  }
}

/** Columns of the table, with the kinds of targets that each counts. */
const COLUMNS: Readonly<Record<string, readonly Target["kind"][]>> = {
  "reached": ["step"],
  "answer, end": ["answer", "end"],
  "routes": ["route"],
  "tool outcomes": ["tool"],
  "guards": ["guard"],
  "approvals": ["approval"],
};
