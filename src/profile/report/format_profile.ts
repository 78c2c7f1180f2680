/**
 * A profile as text.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { ANYTHING, checkOptions, FLAG, type OptionRule } from "../../llm/option_rules.ts";
import type { AgentProfile, TurnProfile } from "../agent_profile.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import { makeDiff } from "./format_diff.ts";
import {
  describeAttribution,
  formatMicros,
  formatMs,
  listTables,
  nameTime,
  summarize,
} from "./profile_tables.ts";
import { type FormatOptions, formatReport } from "./report.ts";

const ORDER: OptionRule = {
  expected: "time, tokens or cost",
  accepts: (by) => by === "time" || by === "tokens" || by === "cost",
};

/**
 * Formats a profile as tables: where the time goes, where the tokens and the money go, steps, tools,
 * and what might be saved; or one turn, or two profiles side by side. Control characters in names
 * and texts are escaped.
 *
 * @throws {ConfigError} if an option is invalid, or there is no such turn.
 */
export function formatProfile(profile: AgentProfile, options: FormatOptions = {}): string {
  checkOptions("format a profile", options, {
    by: ORDER,
    turn: ANYTHING,
    beside: ANYTHING,
    markdown: FLAG,
  });
  const { by = "time", turn, beside, markdown = false } = options;
  if (beside !== undefined) {
    if (turn === undefined) return formatReport(makeDiff(profile, beside, by), markdown);
    throw new ConfigError(
      `Cannot show turn ${quote(turn)} beside another profile: expected one of turn and beside`,
    );
  }
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
  const expected = turns.length === 0 ? "a profile of turns" : `a number from 1 to ${turns.length}`;
  throw new ConfigError(`Cannot show turn ${quote(number)}: expected ${expected}`);
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
