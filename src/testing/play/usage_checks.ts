/**
 * Checks of a session with limits.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";
import { SessionUsage } from "../../cost/session_usage.ts";
import type { SessionEvent } from "../../history/event.ts";

/** Units that are counted, in words. */
const UNITS = { tokens: "tokens", modelCalls: "model calls", toolCalls: "tool calls" } as const;

/** Checks that nothing begins for which the limits leave nothing. */
export class UsageChecks {
  /** Limits of the session that is checked. */
  limits: Limits = {};
  readonly #report: (message: string) => void;

  /** Reports every problem to `report`. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** The model is asked, or a tool runs; `from` is the first event of the turn. */
  check(work: "model" | "tool", events: readonly SessionEvent[], from: number): void {
    const isTool = work === "tool";
    for (const [scope, first] of [["turn", from], ["session", 0]] as const) {
      const { usage, modelCalls, toolCalls } = SessionUsage.of(events.slice(first));
      const tokens = (usage.input ?? 0) + (usage.output ?? 0);
      // A tool call was counted when it was announced.
      const used = isTool ? { toolCalls: toolCalls - 1 } : { tokens, modelCalls };
      for (const [unit, amount] of Object.entries(used)) {
        const limit = this.limits[scope]?.[unit as keyof typeof UNITS] ?? Infinity;
        if (amount < limit) continue;
        const found = `${isTool ? "a tool ran" : "the model was asked"} after ${amount}`;
        const what = UNITS[unit as keyof typeof UNITS];
        this.#report(`${found} ${what} of the ${scope}: expected fewer than ${limit}`);
      }
    }
  }
}
