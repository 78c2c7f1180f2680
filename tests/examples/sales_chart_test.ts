import { decide, MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createAnalyst, SALES } from "../../examples/sales_chart.ts";
import { documentedCommands, runDocumented, runReal } from "./documented_command.ts";

Deno.test("the analyst has no dead end", async () => {
  (await explore(createAnalyst(new MockLLM()))).assertComplete();
});

Deno.test("the analyst sees the file and the chart", async () => {
  const llm = new MockLLM([decide.call("draw_chart", { bars: [0, 2] }), decide.respond("It grew")]);
  await createAnalyst(llm).createSession().next([SALES]);
  const parts = llm.requests[1]!.messages.flatMap(({ parts = [] }) => parts);
  assertEquals(parts.map(({ type }) => type), ["file", "text", "image"]);
  const chart = parts[2];
  assert(chart?.type === "image" && chart.data !== undefined);
  assertEquals([...chart.data.subarray(0, 4)], [137, 80, 78, 71]);
});

Deno.test("the analyst draws a chart without a permission, as documented", async () => {
  const [offline] = await documentedCommands("sales_chart.ts");
  const lines = (await runDocumented(offline!)).trim().split("\n");
  assertEquals(lines.length, 3);
  assertMatch(lines[1]!, /^ {2}\[draw_chart\] \[image: image\/png, \d+ bytes, [0-9a-f]{8}\]$/);
});

Deno.test("the analyst sends file and chart to a real model, as documented", async () => {
  const [, real] = await documentedCommands("sales_chart.ts");
  const printed = await runReal(real!, [
    decide.call("draw_chart", { bars: [1, 2] }),
    decide.respond("It doubled"),
  ]);
  assertStringIncludes(printed, "Analyst: It doubled");
});
