import { assert, assertEquals, assertMatch } from "@std/assert";
import { cacheReport, formatReport } from "../../../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../../../bench/prompt_cache/play_conversation.ts";

const { requests } = await playConversation();

Deno.test("cacheReport() finds that a cache serves 90 % of the conversation, and more", () => {
  const report = cacheReport(requests, 0.9);
  assertEquals(report.isKept, true);
  assert(report.layouts[0]!.share >= 0.9, `${report.layouts[0]!.share}`);
  assertEquals(report.layouts[0]!.name, "messages only");
});

Deno.test("cacheReport() works the share out from the requests", () => {
  const { requests: served, layouts } = cacheReport(requests, 0.9);
  const chars = served.reduce((sum, { chars }) => sum + chars, 0);
  const stable = served.reduce((sum, { stableChars }) => sum + stableChars, 0);
  assertEquals(layouts[0]!.chars, chars);
  assertEquals(layouts[0]!.share, stable / chars);
});

Deno.test("cacheReport() finds what schemas and an unstable layout cost", () => {
  const [ours, schemaFirst, stepFirst, both] = cacheReport(requests, 0.9).layouts;
  // Without the schema in the prompt, nothing that the cache keeps is lost by a move.
  assertEquals(ours!.shareOfLast, ours!.share);
  assert(schemaFirst!.share < ours!.share);
  assert(schemaFirst!.shareOfLast < schemaFirst!.share);
  assert(stepFirst!.share < ours!.share);
  assert(stepFirst!.shareOfLast < ours!.shareOfLast - 0.1);
  assert(both!.share > schemaFirst!.share, "There the step before the history costs less");
  for (const { share, shareInBlocks } of [ours!, schemaFirst!, stepFirst!, both!]) {
    assert(shareInBlocks < share && shareInBlocks > share - 0.1);
  }
});

Deno.test("cacheReport() misses a goal that is higher", () => {
  const report = cacheReport(requests, 0.99);
  assertEquals(report.isKept, false);
  assertMatch(formatReport(report), / {2}≥ 99\.0 % {2}missed {2}messages only$/m);
});

Deno.test("formatReport() prints a line for each request, then one for each layout", () => {
  const [first, second, ...notes] = formatReport(cacheReport(requests, 0.9)).split("\n\n");
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
    "messages only, step before history",
    "schema first, step before history",
  ]);
  assertMatch(notes[0]!, /^30 turns, \d+ requests, \d schemas\.$/);
});
