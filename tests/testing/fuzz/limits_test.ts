import type { Limits, SessionEvent } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { type FuzzTurn, playFuzzCase } from "@nomos/agent/testing";
import { UsageChecks } from "../../../src/testing/play/usage_checks.ts";
import { askingAgent } from "../asking_agent.ts";

Deno.test("playFuzzCase() plays limited turns, and goes on with them", async () => {
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

function saidOf(limits: Limits, use: (checks: UsageChecks) => void): string[] {
  const problems: string[] = [];
  const checks = new UsageChecks((message) => problems.push(message));
  checks.limits = limits;
  use(checks);
  return problems;
}

Deno.test("UsageChecks notices a model call after a limit was reached", () => {
  const asked = (limits: Limits) => saidOf(limits, (checks) => checks.check("model", events, 3));
  assertEquals(asked({ session: { tokens: 301, modelCalls: 4 }, turn: { tokens: 201 } }), []);
  assertEquals(asked({ turn: { tokens: 200, modelCalls: 2 } }), [
    "the model was called after 200 tokens of the turn: expected fewer than 200",
    "the model was called after 2 model calls of the turn: expected fewer than 2",
  ]);
  assertEquals(asked({ session: { modelCalls: 3 } }), [
    "the model was called after 3 model calls of the session: expected fewer than 3",
  ]);
});

Deno.test("UsageChecks notices a tool that runs with nothing left, by calls that were announced", () => {
  const ran = (limits: Limits, from = 0) =>
    saidOf(limits, (checks) => checks.check("tool", events, from));
  assertEquals(ran({ turn: { toolCalls: 1 }, session: { toolCalls: 1 } }), []);
  assertEquals(ran({ turn: { toolCalls: 0 } }), [
    "a tool ran after 0 tool calls of the turn: expected fewer than 0",
  ]);
  // A resumed turn makes calls that an earlier one has counted.
  assertEquals(ran({ turn: { toolCalls: 0 } }, 3), []);
});
