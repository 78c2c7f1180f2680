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
  Deno.test(`playFuzzCase() plays a stream that does "${behaviour}", in pieces of any length`, async () => {
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

/** What is said of these parts, when the model said `output`. */
function saidOf(output: unknown, ...parts: readonly StreamPart[]): string[] {
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

Deno.test("DeltaChecks lets deltas together be what the decision says, and a restart void them", () => {
  const parts = [reasoning(1, "be"), response("Go"), { type: "restart" } as const];
  const rest = [reasoning(1, "because"), response("Good "), response("day"), decision("Good day")];
  assertEquals(saidOf(answer("Good day", "", "because"), ...parts, ...rest), []);
  assertEquals(saidOf(JSON.stringify(answer("", "a")), reasoning(0, "a"), decision("")), []);
  assertEquals(saidOf(answer({ a: 1 }), response('{"a": 1}'), decision({ a: 1 }, "count")), []);
  assertEquals(saidOf(answer("a"), response("a"), decision("A", "count")), []);
  const refused = { seq: 1, time: 0, type: "error", step: "a", path: "", message: "", output: "" };
  assertEquals(
    saidOf(answer("x"), response("y"), refused as StreamPart, response("x"), decision("x")),
    [],
  );
});

Deno.test("DeltaChecks notices what is missing, too much or of another answer", () => {
  assertEquals(saidOf(answer("Good day"), response("Good"), decision("Good day")), [
    'the deltas of the response were "Good": expected "Good day"',
    'the deltas of the response were "Good": expected "Good day"',
  ]);
  assertEquals(saidOf(answer("a"), response("a"), decision("b")), [
    'the deltas of the response were "a": expected "b"',
  ]);
  assertEquals(saidOf(answer("a", "why"), reasoning(0, "whywhy"), response("a"), decision("a")), [
    'the deltas of the reasoning were ["whywhy"]: expected ["why"]',
  ]);
  assertEquals(saidOf(answer("a"), reasoning(2, "x"), response("a"), decision("a")), [
    'the deltas of the reasoning were ["","","x"]: expected []',
  ]);
  assertEquals(saidOf(answer({ a: 1 }), response('{"a":'), decision({ a: 1 }, "count")), [
    'the deltas of the response were "{\\"a\\":": expected {"a":1}',
  ]);
  const moved = { reasoning: [], decision: { action: "MOVE", step: "desk" } };
  const move = { ...decision(""), decision: decide.move("desk") } as StreamPart;
  assertEquals(saidOf(moved, response("x"), move), [
    'the deltas of the response were "x": expected ""',
  ]);
});
