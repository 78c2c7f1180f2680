/**
 * Check of the limits of a session.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";
import type { SessionEvent } from "../../history/event.ts";
import { SessionUsage } from "../../history/session_usage.ts";

/** Names of the limited units. */
const UNITS = { tokens: "tokens", modelCalls: "model calls", toolCalls: "tool calls" } as const;

/**
 * Describes each limit that was already reached when a model call or a tool call
 * started. `from` is the number of the first event of the turn.
 */
export function listExceededLimits(
  limits: Limits,
  work: "model" | "tool",
  events: readonly SessionEvent[],
  from: number,
): string[] {
  const isTool = work === "tool";
  return ([["turn", from], ["session", 0]] as const).flatMap(([scope, first]) => {
    const { usage, modelCalls, toolCalls } = SessionUsage.of(events.slice(first));
    const tokens = (usage.input ?? 0) + (usage.output ?? 0);
    // The current tool call is already counted, because it was announced.
    const used = isTool ? { toolCalls: toolCalls - 1 } : { tokens, modelCalls };
    return Object.entries(used).flatMap(([key, amount]) => {
      const unit = key as keyof typeof UNITS;
      const limit = limits[scope]?.[unit] ?? Infinity;
      if (amount < limit) return [];
      const found = `${isTool ? "a tool ran" : "the model was called"} after ${amount}`;
      return [`${found} ${UNITS[unit]} of the ${scope}: expected fewer than ${limit}`];
    });
  });
}
