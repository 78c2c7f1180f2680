/**
 * Record of an explored path.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { RawOutput } from "../../llm/mock_script.ts";
import type { ToolOutcome } from "../play/move.ts";
import type { ExploredVerdict } from "./exploration.ts";
import { describeTarget, type Target } from "./target.ts";

/** Inputs, outputs, verdicts and reached targets of one path. */
export class PathRecord {
  /** Inputs of the user, in order. */
  readonly inputs: string[] = [];
  /** Outputs of the model, in order. */
  readonly script: (Decision | RawOutput)[] = [];
  /** Verdicts on waiting calls, in order. */
  readonly verdicts: ExploredVerdict[] = [];
  /** Reached targets, by description. */
  readonly reached: Map<string, Target> = new Map();
  /** Id of the step of the last decision or move. */
  #step = "";

  /** Adds a reached target. */
  reach(target: Target): void {
    this.reached.set(describeTarget(target), target);
  }

  /** Adds the targets that an event reached; `played` is the planned outcome of the last call. */
  addEvent(event: SessionEvent, played: ToolOutcome): void {
    switch (event.type) {
      case "moved":
        this.reach({ kind: "route", step: event.from, to: event.to });
        this.reach({ kind: "step", step: event.to });
        this.#step = event.to;
        return;
      case "decision": {
        const { step, decision: { action } } = event;
        this.#step = step;
        this.reach({ kind: "step", step });
        if (action === "RESPOND") this.reach({ kind: "answer", step });
        if (action === "END") this.reach({ kind: "end", step });
        return;
      }
      case "tool_finished": {
        const { tool, outcome } = event;
        const isPlayed = played === "success"
          ? outcome === "ok"
          : (played === "denied") === (outcome === "denied");
        if (isPlayed) this.reach({ kind: "tool", step: this.#step, tool, outcome: played });
        return;
      }
      case "approval_requested":
        return this.reach({ kind: "approval", step: this.#step, tool: event.tool, isAsked: true });
      case "error": {
        const { step, attempt } = event;
        for (const tool of attempt?.tools ?? []) {
          this.reach({ kind: "tool", step, tool, outcome: "invalid arguments" });
        }
      }
    }
  }
}
