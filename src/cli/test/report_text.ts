/**
 * Results of tests in words.
 *
 * @module
 */
import { count, formatTime, formatWord } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { shown, shownInLine } from "../terminal/shown.ts";
import type { Counts, TestOutcome } from "./outcome.ts";

/** Maximum width of the column of names, and number of lines of a conversation that are shown. */
const MAX_WIDTH = 40;
const MAX_LINES = 8;

/** Mark of each status, in a terminal and in a pipe, and its colour. */
const MARKS = {
  passed: ["✓", "ok", "green"],
  skipped: ["-", "skip", "grey"],
  failed: ["✗", "FAIL", "red"],
  error: ["✗", "FAIL", "red"],
  unanswered: ["✗", "FAIL", "red"],
} as const;

/** Formats the line of a test. */
export function formatOutcome(
  { name, status, reasons, time, report }: TestOutcome,
  names: readonly string[],
  output: Output,
): string {
  const [mark, word, colour] = MARKS[status];
  const lead = output.isTerminal ? output.paint(colour, mark) : word.padEnd(4);
  const width = Math.min(MAX_WIDTH, Math.max(...names.map((name) => shownInLine(name).length)));
  const rate = report !== undefined && report.runs > 1
    ? `   ${report.passes} of ${report.runs} runs`
    : "";
  const end = report === undefined
    ? `${status === "skipped" ? "skipped: " : ""}${reasons.join("; ")}`
    : `${formatTime(time)}${rate}`;
  return `  ${lead} ${shownInLine(name).padEnd(width)}   ${output.paint("grey", end)}`;
}

/** Formats what is known about a failed test: its place, reasons, and the end of its conversation. */
export function formatFailure(
  { name, line, reasons, transcript, state }: TestOutcome,
  file: string,
  output: Output,
): string {
  const left = transcript.length - MAX_LINES;
  const lines = [
    ...left > 0 ? [`(${count(left, "line")} before)`] : [],
    ...transcript.slice(-MAX_LINES),
  ];
  return [
    output.paint("bold", `${shownInLine(name)}  ${shownInLine(file)}:${line}`),
    ...reasons.map((reason) => indent(output.paint("red", shown(reason)), 2)),
    ...lines.map((line) => indent(shownInLine(line), 4)),
    ...state === undefined
      ? []
      : [`  nomos sessions show ${formatWord(state)} prints the whole of it`],
  ].join("\n");
}

/** Formats the last line. */
export function formatCounts(counts: Counts, notRun: number, time: number): string {
  const { passed, failed, error, unanswered, skipped, broken } = counts;
  const parts: readonly (readonly [count: number, word: string])[] = [
    [failed + error, "failed"],
    [broken, broken === 1 ? "file not played" : "files not played"],
    [unanswered, "without an answer of the model"],
    [passed, "passed"],
    [skipped, "skipped"],
    [notRun, "not run"],
  ];
  const list = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return `${list.join(", ") || "no tests"} in ${formatTime(time)}`;
}

function indent(text: string, by: number): string {
  return text.split("\n").map((line) => " ".repeat(by) + line).join("\n");
}
