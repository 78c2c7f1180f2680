/**
 * What an exploration found.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { MisuseError, quote } from "../../errors.ts";
import { drawDiagram } from "../../graph/diagram.ts";
import type { Graph } from "../../graph/graph.ts";
import type { RawOutput } from "../../llm/mock_llm.ts";
import type { PathProblem } from "../play/path_checks.ts";
import { describeTarget, type Target } from "./target.ts";

/** One way through the graph that was played. */
export interface ExploredPath {
  /** What the user said, turn by turn. */
  readonly inputs: readonly string[];
  /** What the model said, call by call: the script of a `MockLLM` that plays it again. */
  readonly script: readonly (Decision | RawOutput)[];
  /** What a person decided about calls that waited, in order; empty where none did. */
  readonly verdicts: readonly ExploredVerdict[];
  /** What it reached that no path before it had. */
  readonly reached: readonly Target[];
  /** What was wrong on it. */
  readonly problems: readonly PathProblem[];
}

/** What a person decided about a call on a path. */
export interface ExploredVerdict {
  /** The tool. */
  readonly tool: string;
  /** Whether the call was allowed. */
  readonly verdict: "approved" | "denied";
}

/** What was not reached. */
export interface MissedTarget {
  /** The target. */
  readonly target: Target;
  /** Why not. */
  readonly why: string;
}

/** An agent that was explored is not as it should be. */
export class ExplorationError extends MisuseError {
  /** `"EXPLORATION_FAILED"` */
  readonly code = "EXPLORATION_FAILED";
}

/**
 * What an exploration found: the paths, what they reached, and what is missed
 * or wrong. Made by `explore()`.
 */
export class Exploration {
  /** The paths that reached something new, or on which something was wrong; shortest first. */
  declare readonly paths: readonly ExploredPath[];
  /** What was not reached, and why. */
  declare readonly missed: readonly MissedTarget[];
  /** How many paths were played. */
  declare readonly played: number;
  /** How many decisions were made on them. */
  declare readonly decisions: number;
  readonly #name: string;
  readonly #graph: Graph;

  /** Made by `explore()`. */
  constructor(
    name: string,
    graph: Graph,
    found: Pick<Exploration, "paths" | "missed" | "played" | "decisions">,
  ) {
    this.#name = name;
    this.#graph = graph;
    Object.assign(this, found);
  }

  /** Everything that was reached. */
  get reached(): readonly Target[] {
    return this.paths.flatMap(({ reached }) => reached);
  }

  /** Everything that was wrong, with the path on which it was. */
  get problems(): readonly (PathProblem & { readonly path: ExploredPath })[] {
    return this.paths.flatMap((path) => path.problems.map((problem) => ({ ...problem, path })));
  }

  /**
   * Fails unless everything was reached and nothing was wrong.
   *
   * @throws {ExplorationError} listing what was missed and what was wrong.
   */
  assertComplete(): void {
    const lines = [
      ...this.missed.map(({ target, why }) => `\n- not reached: ${describeTarget(target)}: ${why}`),
      ...this.problems.map(({ check, message, path }) =>
        `\n- ${check}: ${message}\n  played by ${JSON.stringify(path.script)}${decidedOn(path)}`
      ),
    ];
    if (lines.length === 0) return;
    throw new ExplorationError(
      `Agent ${quote(this.#name)} is not as it should be:${lines.join("")}`,
    );
  }

  /** How much of each step was reached, as a text table. */
  table(): string {
    const missed = new Set(this.missed.map(({ target }) => describeTarget(target)));
    const reached = this.reached;
    // Most agents ask nobody.
    const asks = [...this.#graph.steps.values()].some(({ asksForApproval }) => asksForApproval);
    const columns = Object.entries(COLUMNS).filter(([title]) => asks || title !== "approvals");
    const head = ["step", ...columns.map(([title]) => title)];
    const rows = [...this.#graph.steps.keys()].map((step) => [
      step,
      ...columns.map(([, kinds]) => {
        const isHere = (target: Target) => target.step === step && kinds.includes(target.kind);
        const hit = reached.filter(isHere).length;
        const all = hit + this.missed.filter(({ target }) => isHere(target)).length;
        return all === 0 ? "-" : `${hit}/${all}`;
      }),
    ]);
    const widths = head.map((_, column) =>
      Math.max(...[head, ...rows].map((row) => row[column]!.length))
    );
    const lines = [head, ...rows].map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
    );
    const total = reached.length + missed.size;
    return `${
      lines.join("\n")
    }\n\n${reached.length} of ${total} reached on ${this.played} paths, ` +
      `${this.decisions} decisions, ${this.problems.length} problems\n`;
  }

  /** The graph as Mermaid text; steps, routes and tools that were missed are red. */
  diagram(): string {
    const missed = this.missed.map(({ target }) => target);
    return drawDiagram(this.#graph, {
      step: (id) => missed.some(({ kind, step }) => kind === "step" && step === id),
      route: (from, to) =>
        missed.some((one) => one.kind === "route" && one.step === from && one.to === to),
      tool: (step, tool) =>
        missed.some((one) => "tool" in one && one.step === step && one.tool === tool),
    });
  }
}

/** The columns of the table, and the kinds of targets that each counts. */
const COLUMNS: Readonly<Record<string, readonly Target["kind"][]>> = {
  "reached": ["step"],
  "answer, end": ["answer", "end"],
  "routes": ["route"],
  "tool outcomes": ["tool"],
  "guards": ["guard"],
  "approvals": ["approval"],
};

/** The verdicts of a path, where there were any. */
function decidedOn({ verdicts }: ExploredPath): string {
  return verdicts.length === 0 ? "" : `\n  decided by ${JSON.stringify(verdicts)}`;
}
