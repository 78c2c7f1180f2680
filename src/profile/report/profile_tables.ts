/**
 * Tables of a profile, for texts and for Markdown.
 *
 * @module
 */
import type { AgentProfile, PartRow, TimeRow } from "../agent_profile.ts";
import { formatCount, formatNumber, formatPercent } from "../draw/table.ts";
import type { ProfileOrder, ReportTable } from "./report.ts";

/** Lists the tables of a profile, those of the order first. */
export function listTables(profile: AgentProfile, by: ProfileOrder): ReportTable[] {
  return [
    ...orderTables(by, makeTimeTable(profile), makePartTable(profile, by)),
    makeStepTable(profile, by),
    makeToolTable(profile, by),
    makeWasteTable(profile, by),
  ];
}

/** Returns the table of times and that of tokens, the one of the order first. */
export function orderTables(
  by: ProfileOrder,
  time: ReportTable,
  tokens: ReportTable,
): readonly ReportTable[] {
  return by === "time" ? [time, tokens] : [tokens, time];
}

/** Returns the sums of a profile as one line. */
export function summarize({ agent, turns, figures, total, isEstimated }: AgentProfile): string {
  const { model_calls: models, tool_calls: tools } = figures;
  const counts = [
    `${agent === "" ? "" : `${agent}, `}${formatNumber(turns.length, "turn")}: ${
      formatMs(total.wall)
    } ms`,
    formatNumber(models, "model call"),
    formatNumber(tools, "tool call"),
    `${isEstimated ? "~" : ""}${formatNumber(total.tokens, "token")}`,
    ...(total.cost === undefined ? [] : [`$${Number(total.cost.toPrecision(4))}`]),
  ];
  return counts.join(", ");
}

/**
 * Describes the share of the sums that has a known owner, and how long the event loop was blocked.
 */
export function describeAttribution({ attributed, total }: AgentProfile): string {
  const percent = (share: number) => `${formatPercent(share, 1)} %`;
  const { time, tokens, cost } = attributed;
  const money = total.cost === undefined ? "" : `, ${percent(cost)} of the money`;
  const { blocked = 0 } = total;
  const pause = blocked === 0 ? "" : `; the event loop was blocked for ${formatMs(blocked)} ms`;
  return `attributed: ${percent(time)} of the time, ${
    percent(tokens)
  } of the tokens${money}${pause}`;
}

function makeTimeTable({ time, total }: AgentProfile): ReportTable {
  const rows = time.filter(({ wall, busy = 0 }) => wall > 0 || busy > 0)
    .toSorted((a, b) => b.wall - a.wall);
  return {
    header: ["wall ms", "%", "busy ms", "calls", "where the time goes"],
    rows: rows.map(({ wall, busy, calls, ...row }) => [
      formatMs(wall),
      formatPercent(wall, total.wall),
      busy === undefined ? "-" : formatMs(busy),
      calls === undefined ? "-" : formatCount(calls),
      nameTime(row),
    ]),
  };
}

/** Returns the name of a row of the time table. */
export function nameTime({ kind, name, agent }: Pick<TimeRow, "kind" | "name" | "agent">): string {
  const what = kind === "guard" ? `guard → ${name}` : `${kind}  ${name}`;
  return agent === undefined ? what : `${agent}: ${what}`;
}

function makePartTable(
  { parts, total, isEstimated }: AgentProfile,
  by: ProfileOrder,
): ReportTable {
  const rows = mergeNames(parts).toSorted(compare(by, (row) => row.tokens));
  const hasCost = total.cost !== undefined;
  return {
    header: [
      `${isEstimated ? "~" : ""}tokens`,
      "%",
      "cached",
      "new",
      "carried",
      ...(hasCost ? [MICROS, "%"] : []),
      "where the tokens go",
    ],
    rows: rows.map(({ part, tokens, cached, new: fresh, carried, cost = 0 }) => [
      formatCount(tokens),
      formatPercent(tokens, total.tokens),
      formatCount(cached),
      formatCount(fresh),
      formatCount(carried),
      ...(hasCost ? [formatMicros(cost), formatPercent(cost, total.cost!)] : []),
      part,
    ]),
  };
}

/** Sums up the rows of each part, whose tools and steps have tables of their own. */
export function mergeNames(parts: readonly PartRow[]): PartRow[] {
  const merged = new Map<string, PartRow>();
  for (const { name: _, ...row } of parts) {
    const sum = merged.get(row.part);
    merged.set(
      row.part,
      sum === undefined ? row : {
        part: row.part,
        tokens: sum.tokens + row.tokens,
        cached: sum.cached + row.cached,
        new: sum.new + row.new,
        carried: sum.carried + row.carried,
        chars: sum.chars + row.chars,
        requests: Math.max(sum.requests, row.requests),
        ...addCost(sum, row),
      },
    );
  }
  return [...merged.values()];
}

function addCost(a: { readonly cost?: number }, b: { readonly cost?: number }) {
  return a.cost === undefined && b.cost === undefined
    ? {}
    : { cost: (a.cost ?? 0) + (b.cost ?? 0) };
}

function makeStepTable({ steps, total }: AgentProfile, by: ProfileOrder): ReportTable {
  const rows = steps.toSorted(compare(by, (row) => row.wall));
  return {
    header: ["calls", "wall ms", "tokens", "%", ...costHeader(total), "step"],
    rows: rows.map(({ step, agent, calls, wall, tokens, cost }) => [
      formatCount(calls),
      formatMs(wall),
      formatCount(tokens),
      formatPercent(tokens, total.tokens),
      ...costCell(total, cost),
      agent === undefined ? step : `${agent}: ${step}`,
    ]),
  };
}

function makeToolTable({ tools, total }: AgentProfile, by: ProfileOrder): ReportTable {
  const rows = tools.map((row) => ({ ...row, tokens: row.resultTokens + row.carriedTokens }))
    .toSorted(compare(by, (row) => row.wall));
  return {
    header: [
      "calls",
      "wall ms",
      "busy ms",
      "result tokens",
      "carried tokens",
      ...costHeader(total),
      "tool",
    ],
    rows: rows.map(({ tool, calls, wall, busy, resultTokens, carriedTokens, cost }) => [
      formatCount(calls),
      formatMs(wall),
      formatMs(busy),
      formatCount(resultTokens),
      formatCount(carriedTokens),
      ...costCell(total, cost),
      tool,
    ]),
  };
}

function makeWasteTable({ waste, total }: AgentProfile, by: ProfileOrder): ReportTable {
  const rows = waste.toSorted(compare(by, (row) => row.wall));
  return {
    header: ["calls", "ms", "tokens", ...costHeader(total), "what might be saved"],
    rows: rows.map(({ what, calls, wall, tokens, cost }) => [
      formatCount(calls),
      formatMs(wall),
      formatCount(tokens),
      ...costCell(total, cost),
      what,
    ]),
  };
}

const MICROS = "$ × 10⁻⁶";

function costHeader({ cost }: AgentProfile["total"]): string[] {
  return cost === undefined ? [] : [MICROS];
}

function costCell(total: AgentProfile["total"], cost: number | undefined): string[] {
  return total.cost === undefined ? [] : [cost === undefined ? "-" : formatMicros(cost)];
}

interface Ordered {
  readonly tokens: number;
  readonly cost?: number;
}

/** Returns the order of rows; `timeOf` is the amount by which they are ordered by time. */
function compare<Row extends Ordered>(by: ProfileOrder, timeOf: (row: Row) => number) {
  const amount = (row: Row) =>
    by === "time" ? timeOf(row) : by === "tokens" ? row.tokens : row.cost ?? row.tokens / 1e12;
  return (a: Row, b: Row): number => amount(b) - amount(a);
}

// Much faster than toLocaleString(), which looks for the language each time.
const { format } = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** Formats milliseconds with one decimal. */
export function formatMs(milliseconds: number): string {
  return format(milliseconds);
}

/** Formats money in millionths. */
export function formatMicros(cost: number): string {
  const micros = cost * 1e6;
  return micros >= 9.95 || micros === 0 ? formatCount(Math.round(micros)) : micros.toPrecision(2);
}
