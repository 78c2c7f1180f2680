/**
 * A profile as text tables, and as Markdown.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { formatTable } from "../draw/table.ts";
import type { AgentProfile, TurnProfile } from "./agent_profile.ts";
import {
  checkOrder,
  describeAttribution,
  formatMicros,
  formatMs,
  listTables,
  nameTime,
  type ProfileOrder,
  summarize,
} from "./profile_tables.ts";
import { escapeMarkdown, makeSafe } from "./safe_text.ts";

/** Options of {@linkcode formatProfile}. */
export interface FormatProfileOptions {
  /** Amount by which tables and rows are ordered. @default {"time"} */
  readonly by?: ProfileOrder;
  /** Number of one turn, from 1, to show event by event. Default: tables of all turns. */
  readonly turn?: number;
}

/**
 * Formats a profile as text tables: where the time goes, where the tokens and the money go, steps,
 * tools, and what might be saved. Control characters in names and texts are escaped.
 *
 * @throws {ConfigError} if there is no such order, or no such turn.
 */
export function formatProfile(
  profile: AgentProfile,
  { by = "time", turn }: FormatProfileOptions = {},
): string {
  checkOrder(by);
  if (turn !== undefined) return formatTurn(findTurn(profile, turn), turn);
  const tables = listTables(profile, by).map(({ header, rows }) =>
    formatTable([header, ...rows.map((row) => row.map(makeSafe))])
  );
  const unknown = profile.unknown.map((sentence) => `not known: ${makeSafe(sentence)}`).join("\n");
  const end = [describeAttribution(profile), unknown].filter((line) => line !== "").join("\n");
  return [makeSafe(summarize(profile)), ...tables, end].join("\n\n") + "\n";
}

/**
 * Formats a profile as Markdown tables, for a comment on a pull request.
 *
 * @throws {ConfigError} if there is no such order.
 */
export function profileMarkdown(
  profile: AgentProfile,
  { by = "time" }: Pick<FormatProfileOptions, "by"> = {},
): string {
  checkOrder(by);
  const tables = listTables(profile, by).map(({ header, rows }) =>
    formatMarkdownTable(header, rows)
  );
  const end = [describeAttribution(profile), ...profile.unknown].map(escapeMarkdown).join("  \n");
  return [`### ${escapeMarkdown(summarize(profile))}`, ...tables, end].join("\n\n") + "\n";
}

/** Formats a Markdown table whose last column is text. */
export function formatMarkdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  const align = header.map((_, column) => column === header.length - 1 ? "-" : "-:");
  return [line(header), `| ${align.join(" | ")} |`, ...rows.map(line)].join("\n");
}

function findTurn({ turns }: AgentProfile, number: number): TurnProfile {
  const turn = turns[number - 1];
  if (turn !== undefined) return turn;
  throw new ConfigError(
    `Cannot show turn ${quote(number)}: expected a number from 1 to ${turns.length}`,
  );
}

/** Formats a turn, segment by segment and event by event. */
function formatTurn(turn: TurnProfile, number: number): string {
  const { segments, events, input, status, step, wall } = turn;
  const rows = [
    ...segments.map((segment) => ({
      at: segment.from,
      order: 1,
      for: formatMs(segment.to - segment.from),
      step: segment.step ?? "",
      what: nameTime(segment),
    })),
    ...events.map(({ at, seq, type, what, tokens, cost }) => ({
      at,
      order: 0,
      for: "",
      step: "",
      what: [
        `event ${seq} ${type}${what === "" ? "" : `: ${what}`}`,
        ...(tokens === undefined ? [] : [`${tokens} tokens`]),
        ...(cost === undefined ? [] : [`$ ${formatMicros(cost)} × 10⁻⁶`]),
      ].join(", "),
    })),
  ].sort((a, b) => a.at - b.at || a.order - b.order);
  const table = formatTable([
    ["at ms", "for ms", "step", ""],
    ...rows.map((row) => [formatMs(row.at), row.for, makeSafe(row.step), makeSafe(row.what)]),
  ]);
  const said = input === "" ? "" : `: ${makeSafe(input)}`;
  const end = `${formatMs(wall)} ms, ${status} in step ${makeSafe(step)}`;
  return `turn ${number}${said}\n${end}\n\n${table}\n`;
}
