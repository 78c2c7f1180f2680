/**
 * A profile as tables.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { ANYTHING, checkOptions, FLAG } from "../../llm/option_rules.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { AgentProfile, TurnProfile } from "../agent_profile.ts";
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
import { formatReport } from "./report.ts";

/** Options of {@linkcode formatProfile}. */
export interface FormatProfileOptions {
  /** Amount by which tables and rows are ordered. @default {"time"} */
  readonly by?: ProfileOrder;
  /** Number of one turn, from 1, to show event by event. Default: tables of all turns. */
  readonly turn?: number;
  /** If true, tables are Markdown, for a comment on a pull request. @default {false} */
  readonly markdown?: boolean;
}

/**
 * Formats a profile as tables: where the time goes, where the tokens and the money go, steps, tools,
 * and what might be saved. Control characters in names and texts are escaped.
 *
 * @throws {ConfigError} if an option is invalid, or there is no such turn.
 */
export function formatProfile(
  profile: AgentProfile,
  options: FormatProfileOptions = {},
): string {
  checkOptions("format a profile", options, { by: ANYTHING, turn: ANYTHING, markdown: FLAG });
  const { by = "time", turn, markdown = false } = options;
  checkOrder(by);
  if (turn !== undefined) return formatTurn(findTurn(profile, turn), turn, markdown);
  const unknown = profile.unknown.map((sentence) => `not known: ${sentence}`);
  return formatReport({
    title: summarize(profile),
    tables: listTables(profile, by),
    end: [describeAttribution(profile), ...unknown],
  }, markdown);
}

function findTurn({ turns }: AgentProfile, number: number): TurnProfile {
  const turn = turns[number - 1];
  if (turn !== undefined) return turn;
  throw new ConfigError(
    `Cannot show turn ${quote(number)}: expected a number from 1 to ${turns.length}`,
  );
}

/** Formats a turn, segment by segment and event by event. */
function formatTurn(turn: TurnProfile, number: number, markdown: boolean): string {
  const { segments, events, input, status, step, wall } = turn;
  const rows = [
    ...joinChunks(segments).map((segment) => ({
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
  return formatReport({
    title: `turn ${number}${input === "" ? "" : `: ${input}`}`,
    tables: [{
      header: ["at ms", "for ms", "step", "what the turn waits for"],
      rows: rows.map((row) => [formatMs(row.at), row.for, row.step, row.what]),
    }],
    end: [`${formatMs(wall)} ms, ${status} in step ${step}`],
  }, markdown);
}

/** Joins the chunks of each streamed answer, between which the framework reads them. */
function joinChunks(segments: readonly TimelineSegment[]): TimelineSegment[] {
  const joined: TimelineSegment[] = [];
  for (const segment of segments) {
    const [before, between] = joined.slice(-2);
    const isChunk = segment.kind === "generation" && before?.kind === "generation" &&
      between?.name === "read answer" && before.decision === segment.decision &&
      before.name === segment.name && before.agent === segment.agent;
    if (isChunk) joined.splice(-2, 2, { ...before, to: segment.to });
    else joined.push(segment);
  }
  return joined;
}
