import { decide, type Delta, type StreamPart } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { type FuzzTurn, playFuzzCase, type StreamBehaviour } from "@nomos/agent/testing";
import { DeltaChecks } from "../../../src/testing/play/delta_checks.ts";
import { askingAgent } from "../asking_agent.ts";

const says = (text: string, streams: readonly StreamBehaviour[] = []): FuzzTurn => ({
  input: "Hi",
  outputs: [{ kind: "legal", pick: 0, text }],
  tools: [],
  streams,
});

for (const behaviour of ["result", "restart", "no result", "throw", "hang"] as const) {
  Deno.test(`playFuzzCase() plays a stream with behaviour "${behaviour}" in chunks of any length`, async () => {
    for (const chunkLength of [1, 2, 7, 40]) {
      const turns = [says("Good \u{1f600} day\ud800\n", [behaviour]), says("Bye")];
      assertEquals(await playFuzzCase(askingAgent(), { turns, chunkLength }), []);
    }
  });
}

Deno.test("playFuzzCase() plays refused outputs, calls and structured answers as streams", async () => {
  const turns: FuzzTurn[] = [{
    input: "Hi",
    outputs: [
      { kind: "raw", output: "Sure! {" },
      { kind: "raw", output: { reasoning: ["a"], decision: { action: "MOVE", step: "desk" } } },
      { kind: "calls", calls: [{ tool: "book", args: { to: "ann" } }] },
      { kind: "legal", pick: 0, text: "It is booked" },
    ],
    tools: [],
    streams: ["restart", "result", "restart"],
  }];
  assertEquals(await playFuzzCase(askingAgent(), { turns, chunkLength: 3 }), []);
});

/** Returns the problems that the checks find in the parts of an output. */
function problemsOf(output: unknown, ...parts: readonly StreamPart[]): string[] {
  const problems: string[] = [];
  const checks = new DeltaChecks((message) => problems.push(message), (step) => step === "talk");
  for (const part of parts) checks.add(part, output);
  return problems;
}

const response = (text: string): Delta => ({ type: "delta", field: "response", text });
const reasoning = (index: number, text: string): Delta => {
  return { type: "delta", field: "reasoning", index, text };
};
const answer = (text: unknown, ...reasons: string[]) => ({
  reasoning: reasons,
  decision: { action: "RESPOND", response: text },
});
const decision = (text: unknown, step = "talk"): StreamPart => {
  return { seq: 1, time: 0, type: "decision", step, decision: decide.respond(text) };
};

Deno.test("DeltaChecks accepts deltas that add up to the decision, and restarts", () => {
  const parts = [reasoning(1, "be"), response("Go"), { type: "restart" } as const];
  const rest = [reasoning(1, "because"), response("Good "), response("day"), decision("Good day")];
  assertEquals(problemsOf(answer("Good day", "", "because"), ...parts, ...rest), []);
  assertEquals(problemsOf(JSON.stringify(answer("", "a")), reasoning(0, "a"), decision("")), []);
  assertEquals(problemsOf(answer({ a: 1 }), response('{"a": 1}'), decision({ a: 1 }, "count")), []);
  assertEquals(problemsOf(answer("a"), response("a"), decision("A", "count")), []);
  const refused = { seq: 1, time: 0, type: "error", step: "a", path: "", message: "", output: "" };
  assertEquals(
    problemsOf(answer("x"), response("y"), refused as StreamPart, response("x"), decision("x")),
    [],
  );
});

Deno.test("DeltaChecks finds missing, surplus and foreign deltas", () => {
  assertEquals(problemsOf(answer("Good day"), response("Good"), decision("Good day")), [
    'the deltas of the response were "Good": expected "Good day"',
    'the deltas of the response were "Good": expected "Good day"',
  ]);
  assertEquals(problemsOf(answer("a"), response("a"), decision("b")), [
    'the deltas of the response were "a": expected "b"',
  ]);
  assertEquals(
    problemsOf(answer("a", "why"), reasoning(0, "whywhy"), response("a"), decision("a")),
    [
      'the deltas of the reasoning were ["whywhy"]: expected ["why"]',
    ],
  );
  assertEquals(problemsOf(answer("a"), reasoning(2, "x"), response("a"), decision("a")), [
    'the deltas of the reasoning were ["","","x"]: expected []',
  ]);
  assertEquals(problemsOf(answer({ a: 1 }), response('{"a":'), decision({ a: 1 }, "count")), [
    'the deltas of the response were "{\\"a\\":": expected {"a":1}',
  ]);
  const moved = { reasoning: [], decision: { action: "MOVE", step: "desk" } };
  const move = { ...decision(""), decision: decide.move("desk") } as StreamPart;
  assertEquals(problemsOf(moved, response("x"), move), [
    'the deltas of the response were "x": expected ""',
  ]);
});
