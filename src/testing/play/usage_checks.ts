/**
 * Checks of the limits of a session.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";
import { SessionUsage } from "../../cost/session_usage.ts";
import type { SessionEvent } from "../../history/event.ts";

/** Names of the limited units. */
const UNITS = { tokens: "tokens", modelCalls: "model calls", toolCalls: "tool calls" } as const;

/** Checks that no model call or tool call starts after a limit is reached. */
export class UsageChecks {
  /** Limits of the current session. */
  limits: Limits = {};
  readonly #report: (message: string) => void;

  /** Creates checks that pass each problem to `report`. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Checks the usage before a model call or a tool call; `from` is the first event of the turn. */
  check(work: "model" | "tool", events: readonly SessionEvent[], from: number): void {
    const isTool = work === "tool";
    for (const [scope, first] of [["turn", from], ["session", 0]] as const) {
      const { usage, modelCalls, toolCalls } = SessionUsage.of(events.slice(first));
      const tokens = (usage.input ?? 0) + (usage.output ?? 0);
      // The current tool call is already counted, because it was announced.
      const used = isTool ? { toolCalls: toolCalls - 1 } : { tokens, modelCalls };
      for (const [unit, amount] of Object.entries(used)) {
        const limit = this.limits[scope]?.[unit as keyof typeof UNITS] ?? Infinity;
        if (amount < limit) continue;
        const found = `${isTool ? "a tool ran" : "the model was called"} after ${amount}`;
        const what = UNITS[unit as keyof typeof UNITS];
        this.#report(`${found} ${what} of the ${scope}: expected fewer than ${limit}`);
      }
    }
  }
}
