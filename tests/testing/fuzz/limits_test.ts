import type { Limits, SessionEvent } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { type FuzzTurn, playFuzzCase } from "@nomos/agent/testing";
import { listExceededLimits } from "../../../src/testing/play/limit_checks.ts";
import { askingAgent } from "../asking_agent.ts";

Deno.test("playFuzzCase() plays limited turns and continues after them", async () => {
  const look = { tool: "look", args: { to: "ann" } };
  const turn: FuzzTurn = {
    input: "Look",
    outputs: [{ kind: "calls", calls: [look, look] }, { kind: "raw", output: "no" }],
    tools: [],
  };
  const turns: FuzzTurn[] = [turn, { ...turn, isResumed: true }, turn, { outputs: [], tools: [] }];
  const budgets = [{ tokens: 0 }, { tokens: 500 }, { modelCalls: 1 }, { toolCalls: 1 }];
  for (const budget of budgets) {
    for (const limits of [{ turn: budget }, { session: budget }] satisfies Limits[]) {
      assertEquals(await playFuzzCase(askingAgent(), { turns, limits }), []);
      assertEquals(await playFuzzCase(askingAgent(), { turns, limits, chunkLength: 5 }), []);
    }
  }
});

const usage = { input: 60, output: 40 };
const events = [
  { type: "user", text: "Hi" },
  { type: "decision", step: "a", decision: {}, usage },
  { type: "tool_started", callKey: "k", call: 0, tool: "look" },
  { type: "user", text: "And?" },
  { type: "error", step: "a", path: "", message: "", output: "", usage },
  { type: "limit", reason: "tokens", usage },
] as unknown as SessionEvent[];

Deno.test("listExceededLimits finds a model call after a limit was reached", () => {
  const find = (limits: Limits) => listExceededLimits(limits, "model", events, 3);
  assertEquals(find({ session: { tokens: 301, modelCalls: 4 }, turn: { tokens: 201 } }), []);
  assertEquals(find({ turn: { tokens: 200, modelCalls: 2 } }), [
    "the model was called after 200 tokens of the turn: expected fewer than 200",
    "the model was called after 2 model calls of the turn: expected fewer than 2",
  ]);
  assertEquals(find({ session: { modelCalls: 3 } }), [
    "the model was called after 3 model calls of the session: expected fewer than 3",
  ]);
});

Deno.test("listExceededLimits finds a tool call after the limit of announced calls", () => {
  const find = (limits: Limits, from = 0) => listExceededLimits(limits, "tool", events, from);
  assertEquals(find({ turn: { toolCalls: 1 }, session: { toolCalls: 1 } }), []);
  assertEquals(find({ turn: { toolCalls: 0 } }), [
    "a tool ran after 0 tool calls of the turn: expected fewer than 0",
  ]);
  // A resumed turn runs calls that an earlier turn counted.
  assertEquals(find({ turn: { toolCalls: 0 } }, 3), []);
});
