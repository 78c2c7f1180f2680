import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { decide, type Decision } from "@nomos/agent";
import { decisionSchema, readNow } from "../schema/fixture.ts";

Deno.test("decide builds decisions", () => {
  assertEquals(decide.respond("Hi"), { action: "RESPOND", response: "Hi", reasoning: [] });
  assertEquals(decide.respond({ a: 1 }, { suggestions: ["b"], reasoning: ["c", "d"] }), {
    action: "RESPOND",
    response: { a: 1 },
    suggestions: ["b"],
    reasoning: ["c", "d"],
  });
  assertEquals(decide.call("t"), {
    action: "TOOL_CALL",
    calls: [{ tool: "t", args: {} }],
    reasoning: [],
  });
  assertEquals(decide.calls([{ tool: "t", args: { a: 1 } }], { reasoning: "why" }), {
    action: "TOOL_CALL",
    calls: [{ tool: "t", args: { a: 1 } }],
    reasoning: ["why"],
  });
  assertEquals(decide.move("order"), { action: "MOVE", step: "order", reasoning: [] });
  assertEquals(decide.end(), { action: "END", reasoning: [] });
  assertEquals(decide.end("", { reasoning: [] }), { action: "END", response: "", reasoning: [] });
});

Deno.test("decide omits absent options instead of setting undefined", () => {
  assertEquals(Object.keys(decide.respond("Hi")), ["action", "response", "reasoning"]);
  assertEquals(Object.keys(decide.end()), ["action", "reasoning"]);
});

Deno.test("decide.move keeps the step id in its type", () => {
  const move: { readonly step: "order" } = decide.move("order");
  const decision: Decision<"order" | "bye"> = decide.move("bye");
  // @ts-expect-error: not a step of the graph
  const wrong: Decision<"order"> = decide.move("ordr");
  assertEquals([move.step, decision.action, wrong.action], ["order", "MOVE", "MOVE"]);
});

Deno.test("DecisionSchema reads the decisions of decide unchanged", () => {
  const schema = decisionSchema({
    respond: true,
    tools: { t: v.object({ a: v.optional(v.string()), b: v.nullable(v.string()) }) },
    routes: ["order"],
    end: true,
    suggestions: true,
    reasoning: true,
  });
  const decisions: Decision[] = [
    decide.respond("Hi"),
    decide.respond("Hi", { suggestions: [], reasoning: "why" }),
    decide.call("t", { b: null }),
    decide.call("t", { a: "", b: "c" }),
    decide.move("order"),
    decide.end(),
    decide.end("Bye"),
  ];
  for (const given of decisions) {
    const { reasoning, ...decision } = given;
    for (const output of [{ reasoning, decision }, JSON.stringify({ reasoning, decision })]) {
      const reading = readNow(schema, output);
      assert(reading.success, JSON.stringify(reading));
      assertEquals(reading.value, given);
    }
  }
});
