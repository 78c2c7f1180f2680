import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  computeBoundedReport,
  formatBoundedReport,
} from "../../../bench/prompt_cache/bounded_report.ts";
import { playConversation } from "../../../bench/prompt_cache/conversation.ts";

const BOUND = 4_000;
const { requests, turns } = await playConversation(100, { maxTokens: BOUND });

Deno.test("computeBoundedReport() finds no request above the bound, and a share beside summaries", () => {
  const report = computeBoundedReport(requests, BOUND, 0.8);
  assertEquals([report.turns, report.isKept], [turns.length, true]);
  assert(report.summaries > 1 && report.largest > BOUND / 2, formatBoundedReport(report));
  assertEquals(report.decisions + report.summaries, requests.length);
  assertEquals(turns.filter(({ compacted }) => compacted).length > 1, true);
});

Deno.test("computeBoundedReport() reports a missed goal and a request above the bound", () => {
  assertEquals(computeBoundedReport(requests, BOUND, 0.999).isKept, false);
  const exceeded = computeBoundedReport(requests, 500, 0);
  assertEquals(exceeded.isKept, false);
  assertStringIncludes(formatBoundedReport(exceeded), "Missed.");
});
