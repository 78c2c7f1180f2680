import { assert, assertEquals, assertMatch } from "@std/assert";
import { computeCacheReport, formatReport } from "../../../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../../../bench/prompt_cache/conversation.ts";

const { requests } = await playConversation();
const REPORT = await computeCacheReport(requests, 0.9);

Deno.test("computeCacheReport() finds that a cache serves at least 90 % of the conversation", () => {
  const { isKept, layouts: [ours] } = REPORT;
  assertEquals(isKept, true);
  assert(ours!.share >= 0.9, `${ours!.share}`);
  assertEquals(ours!.name, "messages only");
});

Deno.test("computeCacheReport() computes the share from the requests", () => {
  const { requests: served, layouts } = REPORT;
  const chars = served.reduce((sum, { chars }) => sum + chars, 0);
  const stable = served.reduce((sum, { stableChars }) => sum + stableChars, 0);
  assertEquals(layouts[0]!.chars, chars);
  assertEquals(layouts[0]!.share, stable / chars);
});

Deno.test("computeCacheReport() finds a lower share with the schema first", () => {
  const [ours, schemaFirst] = REPORT.layouts;
  assertEquals(schemaFirst.name, "schema first");
  assert(schemaFirst.share < ours.share - 0.02);
  assert(schemaFirst.chars > ours.chars);
});

Deno.test("computeCacheReport() finds that the markers of openai() lose little of the prefix", () => {
  const [, schemaFirst, marked] = REPORT.layouts;
  assertEquals(marked.name, "Claude behind OpenRouter");
  assert(marked.share > schemaFirst.share - 0.05, `${marked.share}`);
  // The frames around tool results and the step.
  assert(marked.chars > schemaFirst.chars);
});

Deno.test("computeCacheReport() reports a missed goal", async () => {
  const report = { ...REPORT, goal: 0.99, isKept: false };
  assertEquals((await computeCacheReport(requests.slice(0, 9), 0.99)).isKept, false);
  assertMatch(formatReport(report), / {2}≥ 99\.0 % {2}missed {2}messages only$/m);
});

Deno.test("formatReport() writes a line for each request and each layout", () => {
  const [first, second, ...notes] = formatReport(REPORT).split("\n\n");
  const [head, ...lines] = first!.split("\n");
  assertMatch(head!, /^request +turn +characters +stable +share +step$/);
  assertEquals(lines.length, requests.length);
  assertMatch(lines[0]!, /^ +1 +1 +[\d,]+ +0 +0\.0 % {2}greet$/);
  for (const line of lines) assertMatch(line, /^ *\d+ +\d+ +[\d,]+ +[\d,]+ +\d+\.\d % {2}\w+$/);
  const layouts = second!.split("\n");
  assertMatch(layouts[1]!, / ≥ 90\.0 % {2}kept {2}messages only$/);
  assertEquals(layouts.slice(1).map((line) => line.split(/ {2,}/).at(-1)), [
    "messages only",
    "schema first",
    "Claude behind OpenRouter",
  ]);
  assertMatch(notes[0]!, /^30 turns, \d+ requests, \d schemas\.$/);
});
