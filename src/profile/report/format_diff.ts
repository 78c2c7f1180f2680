/**
 * Two profiles side by side.
 *
 * @module
 */
import type { AgentProfile } from "../agent_profile.ts";
import { FIGURES } from "../attribute/profile_rows.ts";
import { formatCount } from "../draw/table.ts";
import { formatMs, mergeNames, nameTime, orderTables } from "./profile_tables.ts";
import { formatChange, type ProfileOrder, type Report, type ReportTable } from "./report.ts";

/** Makes the report of two profiles, of sessions or of versions of an agent. */
export function makeDiff(a: AgentProfile, b: AgentProfile, by: ProfileOrder): Report {
  const nameOf = ({ agent }: AgentProfile) => agent === "" ? "unnamed" : agent;
  const unknown = [...new Set([...a.unknown, ...b.unknown])];
  return {
    title: `a: ${nameOf(a)}, b: ${nameOf(b)}`,
    tables: [...orderTables(by, makeTimeDiff(a, b), makeTokenDiff(a, b)), makeFigureDiff(a, b)],
    end: unknown.map((sentence) => `not known: ${sentence}`),
  };
}

function makeTimeDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const times = ({ time, total }: AgentProfile) =>
    new Map([["all turns", total.wall], ...time.map((row) => [nameTime(row), row.wall] as const)]);
  return { header: ["a ms", "b ms", "", "time"], rows: pair(times(a), times(b), formatMs) };
}

function makeTokenDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const tokens = ({ parts, total }: AgentProfile) =>
    new Map([
      ["all tokens", total.tokens],
      ...mergeNames(parts).map((row) => [row.part, row.tokens] as const),
      ...(total.cost === undefined ? [] : [["$ × 10⁻⁶", total.cost * 1e6] as const]),
    ]);
  const format = (value: number) => formatCount(Math.round(value));
  return { header: ["a", "b", "", "tokens"], rows: pair(tokens(a), tokens(b), format) };
}

function makeFigureDiff(a: AgentProfile, b: AgentProfile): ReportTable {
  const figures = ({ figures }: AgentProfile) =>
    new Map(FIGURES.map((figure) => [figure as string, figures[figure]]));
  return { header: ["a", "b", "", "figure"], rows: pair(figures(a), figures(b), formatCount) };
}

/** Makes a row of each name; one that is missing in a profile is 0. */
function pair(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  format: (value: number) => string,
): string[][] {
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const [left, right] = [a.get(name) ?? 0, b.get(name) ?? 0];
    return [format(left), format(right), formatChange(left, right), name];
  });
}
