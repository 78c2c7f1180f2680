/**
 * Results of tests as JUnit XML.
 *
 * @module
 */
import { escapeXml } from "../../profile/draw/flame_graph.ts";
import { countOutcomes, type FileOutcome, type TestOutcome } from "./outcome.ts";

/** Maximum length of a text, in characters. */
const MAX_LENGTH = 2000;

/** Formats the results of all files: one `testsuite` for each file, one `testcase` for each test. */
export function formatJUnit(files: readonly FileOutcome[], time: number): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${formatAttributes({ ...countTests(files), time: toSeconds(time) })}>
${files.map(formatFile).join("")}</testsuites>
`;
}

function formatFile(outcome: FileOutcome): string {
  const { file, tests, problem } = outcome;
  const time = tests.reduce((sum, test) => sum + test.time, 0);
  const counts = countTests([outcome]);
  const broken = problem === undefined ? "" : formatCase(file, file, 1, 0, [
    formatElement("error", problem, { type: "file", message: firstLine(problem) }),
  ]);
  return `  <testsuite${
    formatAttributes({ name: file, file, ...counts, time: toSeconds(time) })
  }>\n${tests.map((test) => formatTest(file, test)).join("")}${broken}  </testsuite>\n`;
}

function formatTest(file: string, test: TestOutcome): string {
  const { name, line, time, transcript } = test;
  return formatCase(file, name, line, time, [
    ...formatProperties(test),
    ...formatResult(test),
    ...transcript.length === 0 ? [] : [formatElement("system-out", transcript.join("\n"), {})],
  ]);
}

function formatCase(
  file: string,
  name: string,
  line: number,
  time: number,
  parts: readonly string[],
): string {
  const attributes = { classname: file, name, file, line, time: toSeconds(time) };
  const lines = parts.map((part) => `      ${part}\n`).join("");
  return `    <testcase${formatAttributes(attributes)}${
    lines === "" ? "/>" : `>\n${lines}    </testcase>`
  }\n`;
}

function formatProperties({ report }: TestOutcome): readonly string[] {
  if (report === undefined) return [];
  const { usage: { usage: { input, output }, cost, modelCalls }, score, runs, passes } = report;
  const properties = {
    tokens: input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0),
    cost,
    model_calls: modelCalls,
    score,
    runs,
    passes,
  };
  const list = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`<property${formatAttributes({ name, value })}/>`]
  );
  return [`<properties>${list.join("")}</properties>`];
}

/** Formats what is wrong: a test that was played and failed is a failure, any other one an error. */
function formatResult({ status, reasons, report }: TestOutcome): readonly string[] {
  const text = reasons.join("\n");
  const message = firstLine(text);
  switch (status) {
    case "passed":
      return [];
    case "skipped":
      return [`<skipped${formatAttributes({ message })}/>`];
    case "failed":
      return [formatElement("failure", text, { type: report ? "check" : "skipped", message })];
    default:
      return [formatElement("error", text, { type: status, message })];
  }
}

function formatElement(
  name: string,
  text: string,
  attributes: Readonly<Record<string, string>>,
): string {
  return `<${name}${formatAttributes(attributes)}>${escapeXml(cut(text))}</${name}>`;
}

function formatAttributes(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    // A parser reads a line break in an attribute as a space.
    .map(([name, value]) => ` ${name}="${escapeXml(cut(String(value))).replace(/\s/g, " ")}"`)
    .join("");
}

function countTests(files: readonly FileOutcome[]): Readonly<Record<string, number>> {
  const { passed, failed, error, unanswered, broken, skipped } = countOutcomes(files);
  const errors = error + unanswered + broken;
  return { tests: passed + failed + errors + skipped, failures: failed, errors, skipped };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}

/** Returns the end of a text, where a conversation failed. */
function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `…${text.slice(1 - MAX_LENGTH)}`;
}

function toSeconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
