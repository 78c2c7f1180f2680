/**
 * Texts about calls, tokens and money.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import { formatCount } from "../profile/draw/table.ts";

/** Formats a call: `add_to_cart(drink: "latte", size: "large")`. */
export function formatCall(tool: string, args: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(args).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${tool}(${parts.join(", ")})`;
}

/** Formats the number of all tokens; `~` marks an estimate. */
export function formatTokens({ input = 0, output = 0, isEstimated }: Usage): string {
  return `${isEstimated ? "~" : ""}${formatCount(input + output)}`;
}

/** Formats US dollars with two digits that count, at least to the cent; a dash if they are not known. */
export function formatCost(cost: number | undefined): string {
  if (cost === undefined) return "-";
  if (cost === 0) return "$0";
  const places = Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(cost))));
  return `$${cost.toFixed(places)}`;
}
