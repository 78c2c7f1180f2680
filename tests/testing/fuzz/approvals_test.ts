import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Session } from "@nomos/agent";
import {
  fuzz,
  type FuzzOutput,
  type FuzzTurn,
  type FuzzVerdict,
  playFuzzCase,
} from "@nomos/agent/testing";
import { coreOf } from "../../../src/agent/build_core.ts";
import { fuzzCases } from "../../../src/testing/fuzz/fuzz_arbitrary.ts";
import { type ExpectRefusal, FUZZ_VERDICTS } from "../../../src/testing/fuzz/behaviours.ts";
import { askingAgent } from "../asking_agent.ts";
import { exploredAgent } from "../explored_agent.ts";
import * as fc from "fast-check";

const turn = (more: Partial<FuzzTurn>): FuzzTurn => ({ outputs: [], tools: [], ...more });
const calls = (...tools: string[]): FuzzOutput => ({
  kind: "calls",
  calls: tools.map((tool) => ({ tool, args: { to: "ann" } })),
});
const toDesk: FuzzOutput = {
  kind: "raw",
  output: { reasoning: [], decision: { action: "MOVE", step: "desk" } },
};

Deno.test("fuzz() passes an agent with approvals, `once` tools and streams", async () => {
  await fuzz(askingAgent(), { runs: 100 });
});

const VERDICTS = Object.keys(FUZZ_VERDICTS) as FuzzVerdict[];

for (const verdict of VERDICTS) {
  Deno.test(`playFuzzCase() plays the verdict "${verdict}"`, async () => {
    const asking = turn({ input: "Pay", outputs: [calls("pay", "look", "pay")] });
    const deciding = turn({ verdict, call: 1, input: "Because" });
    const turns = [asking, deciding, turn({ verdict }), turn({ input: "Go on" })];
    assertEquals(await playFuzzCase(askingAgent(), { turns }), []);
  });
}

Deno.test("playFuzzCase() plays both results of needsApproval functions", async () => {
  const sending = { input: "Send", outputs: [calls("send")] };
  // If no call waits, the verdict becomes an input.
  for (const needsApproval of [true, false]) {
    const turns = [turn({ ...sending, needsApproval }), turn({ verdict: "approve", input: "Yes" })];
    assertEquals(await playFuzzCase(askingAgent(), { turns }), []);
  }
});

Deno.test("playFuzzCase() plays resume() and an empty input while calls wait", async () => {
  const turns = [
    turn({ input: "Pay", outputs: [calls("pay")] }),
    turn({ isResumed: true }),
    turn({}),
    turn({ verdict: "deny", input: "No" }),
  ];
  assertEquals(await playFuzzCase(askingAgent(), { turns }), []);
});

for (const tools of [["book"], ["charge"], ["look", "pay"], ["look"]]) {
  Deno.test(`playFuzzCase() plays a crash while ${tools.join(" and ")} run`, async () => {
    const outputs = tools.includes("look") ? [calls(...tools)] : [toDesk, calls(...tools)];
    const dying = turn({ input: "Do it", outputs, tools: ["die"] });
    for (const verdict of ["approve", "deny", "settle"] as const) {
      const turns = [dying, turn({ isResumed: true }), turn({ verdict }), turn({ verdict })];
      assertEquals(await playFuzzCase(askingAgent(), { turns }), []);
    }
  });
}

Deno.test("playFuzzCase() plays a crash after any event, also during a verdict", async () => {
  for (let diesAfter = 1; diesAfter < 9; diesAfter++) {
    const turns = [
      turn({ input: "Pay", outputs: [calls("pay", "look")], diesAfter }),
      turn({ isResumed: true }),
      turn({ verdict: "approve", diesAfter }),
      turn({ isResumed: true }),
      turn({ verdict: "approve", tools: ["die"] }),
      turn({ verdict: "settle", input: "It was paid" }),
    ];
    assertEquals(await playFuzzCase(askingAgent(), { turns }), []);
  }
});

/** Lists the calls that a verdict makes on a session, and the codes of expected refusals. */
async function listCalls(
  verdict: FuzzVerdict,
  status = "waiting",
  reason: "approval" | "unknown" = "approval",
) {
  const asked: string[] = [];
  const session = {
    status,
    approve: (key: string, { hash }: { hash?: string } = {}) => {
      asked.push(`approve ${key}${hash === undefined ? "" : ` by ${hash.slice(0, 1)}`}`);
      return Promise.resolve();
    },
    retry: (key: string, { hash }: { hash?: string }) =>
      Promise.resolve(asked.push(`retry ${key} by ${hash}`)),
    deny: (key: string, reason: string) => Promise.resolve(asked.push(`deny ${key}: ${reason}`)),
    settle: (key: string, result: string) =>
      Promise.resolve(asked.push(`settle ${key}: ${result}`)),
  };
  const expectRefusal: ExpectRefusal = async (code, run) => {
    asked.push(code);
    await run();
  };
  const pending = { callKey: "k", tool: "pay", args: {}, reason, hash: "h" };
  const parts = { session: session as unknown as Session, pending, text: "why", options: {} };
  await FUZZ_VERDICTS[verdict]({ ...parts, expectRefusal });
  return asked;
}

Deno.test("FUZZ_VERDICTS make the calls that their names announce", async () => {
  assertEquals(await Promise.all(VERDICTS.map((verdict) => listCalls(verdict))), [
    ["approve k by h"],
    ["deny k: why"],
    ["settle k: why"],
    ["approve k by h", "APPROVAL_INVALID", "approve k by h"],
    ["APPROVAL_INVALID", "approve no such call"],
    ["APPROVAL_INVALID", "approve k by 0"],
    ["approve k by h", "SESSION_BUSY", "deny k: why"],
  ]);
  assertEquals(await listCalls("approve", "waiting", "unknown"), ["retry k by h"]);
  assertEquals((await listCalls("approve twice", "ended"))[1], "SESSION_ENDED");
});

Deno.test("fuzzCases() contain verdicts only if a call may need one", () => {
  const text = (agent: object) =>
    JSON.stringify(fc.sample(fuzzCases(coreOf(agent)!), { numRuns: 200, seed: 1 }));
  const asking = text(askingAgent());
  for (const field of ["verdict", "needsApproval", "diesAfter", "chunkLength", "limits"]) {
    assertStringIncludes(asking, `"${field}"`);
  }
  const plain = text(exploredAgent());
  assertEquals(plain.includes('"verdict"') || plain.includes('"needsApproval"'), false);
  assertStringIncludes(plain, '"diesAfter"');
});
