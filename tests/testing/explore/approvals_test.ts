import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { coreOf } from "../../../src/agent/build_core.ts";
import { describeTarget, Exploration, ExplorationError, explore } from "@nomos/agent/testing";
import { describeMove } from "../../../src/testing/play/move.ts";
import { askingAgent } from "../asking_agent.ts";

/** Creates an agent with one tool that may need approval. */
function payer(needsApproval: boolean | (() => boolean), llm = new MockLLM()) {
  const paid: string[] = [];
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ to: v.picklist(["ann"]) }),
    needsApproval,
    run: ({ to }) => void paid.push(to),
  });
  const agent = new Agent({
    name: "payer",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay] } },
  });
  return { agent, paid };
}

Deno.test("explore() reaches denials, and every other outcome through an approval", async () => {
  const exploration = await explore(askingAgent());
  exploration.assertComplete();
  assertEquals(
    exploration.reached.map(describeTarget).filter((name) => /denied|approval/.test(name)).sort(),
    [
      "approval of pay in talk: asked",
      "approval of send in talk: asked",
      "approval of send in talk: not asked",
      "pay in talk: denied",
      "send in talk: denied",
    ],
  );
  const { paths } = exploration;
  for (const outcome of ["success", "error", "redirected", "timeout"] as const) {
    const path = paths.find(({ reached }) =>
      reached.some((one) => one.kind === "tool" && one.tool === "pay" && one.outcome === outcome)
    )!;
    assertEquals(path.verdicts, [{ tool: "pay", verdict: "approved" }]);
  }
});

Deno.test("explore() plays both results of a needsApproval function", async () => {
  const { agent, paid } = payer(() => {
    throw new Error("the author's function ran");
  });
  const exploration = await explore(agent);
  exploration.assertComplete();
  const verdictsTo = (isAsked: boolean) =>
    exploration.paths.find(({ reached }) =>
      reached.some((one) => one.kind === "approval" && one.isAsked === isAsked)
    )!.verdicts;
  assertEquals([verdictsTo(true).length, verdictsTo(false).length], [1, 0]);
  assertEquals(paid, []);
});

Deno.test("explore() has no verdicts for tools that need no approval", async () => {
  const exploration = await explore(payer(false).agent);
  exploration.assertComplete();
  const names = exploration.reached.map(describeTarget);
  assertEquals(names.filter((name) => /denied|approval/.test(name)), []);
  assertEquals(exploration.paths.flatMap(({ verdicts }) => verdicts), []);
});

Deno.test("explore() returns verdicts with which a MockLLM plays the path again", async () => {
  const { paths } = await explore(payer(true).agent);
  for (const { script, inputs, verdicts, reached } of paths) {
    const llm = new MockLLM(script);
    const { agent, paid } = payer(true, llm);
    const session = agent.createSession();
    const left = [...verdicts];
    for (const input of inputs) {
      await session.next(input);
      while (session.status === "needs_approval") {
        const [{ callKey, tool }] = session.approvals as [typeof session.approvals[0]];
        const { verdict, tool: decided } = left.shift()!;
        assertEquals(decided, tool);
        if (verdict === "approved") await session.approve(callKey);
        else await session.deny(callKey, "No");
      }
    }
    llm.assertDone();
    assertEquals(left, []);
    const isDenied = reached.some((one) => one.kind === "tool" && one.outcome === "denied");
    if (isDenied) assertEquals(paid, []);
  }
  assert(paths.some(({ verdicts }) => verdicts.some(({ verdict }) => verdict === "denied")));
});

Deno.test("explore() lists a denial that could not be reached", async () => {
  const word = v.pipe(v.string(), v.check((text) => text === "open sesame", "say the word"));
  const open = new Tool({
    name: "open",
    description: "Open the door",
    args: v.object({ word }),
    needsApproval: true,
    run: () => "",
  });
  const agent = new Agent({
    name: "door",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [open] } },
  });
  const exploration = await explore(agent);
  assertEquals(
    exploration.missed.map(({ target }) => describeTarget(target)),
    [
      "open in talk: success",
      "open in talk: error",
      "open in talk: redirected",
      "open in talk: timeout",
      "open in talk: denied",
      "approval of open in talk: asked",
    ],
  );
  for (const { why } of exploration.missed) assertStringIncludes(why, "say the word");
  (await explore(agent, { samples: { open: { word: "open sesame" } } })).assertComplete();
});

Deno.test("explore() is deterministic for an agent with approvals", async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map(async (seed) => {
    const { paths, played, decisions } = await explore(askingAgent(), { seed });
    return JSON.stringify([paths, played, decisions]);
  }));
  assertEquals(same, one);
  assert(other !== one);
});

Deno.test("Exploration.table() counts denials and approvals", async () => {
  assertEquals(
    (await explore(askingAgent(), { decisions: 0 })).table(),
    `step  reached  answer, end  routes  tool outcomes  guards  approvals
talk  1/1      2/2          1/1     17/17          -       3/3
desk  1/1      2/2          1/1     10/10          -       -

38 of 38 reached on 33 paths, 75 decisions, 0 problems
`,
  );
});

Deno.test("Exploration.diagram() draws a tool in red if one of its approvals was missed", () => {
  const { graph } = coreOf(payer(true).agent)!;
  const target = { kind: "approval", step: "talk", tool: "pay", isAsked: true } as const;
  const missed = [{ target, why: "nobody asked" }];
  const found = { paths: [], missed, played: 0, decisions: 0 };
  assertStringIncludes(
    new Exploration("payer", graph, found).diagram(),
    "linkStyle 1 stroke:#c00,stroke-width:3px,color:#c00",
  );
});

Deno.test("Exploration.assertComplete() prints the verdicts of a path with problems", () => {
  const { graph } = coreOf(payer(true).agent)!;
  const path = {
    inputs: ["Input 1"],
    script: [decide.call("pay", { to: "ann" })],
    verdicts: [{ tool: "pay", verdict: "denied" }],
    reached: [],
    problems: [{ check: "approval", message: "it ran" }],
  } as const;
  const exploration = new Exploration("payer", graph, {
    paths: [path, { ...path, verdicts: [] }],
    missed: [],
    played: 2,
    decisions: 2,
  });
  const error = assertThrows(() => exploration.assertComplete(), ExplorationError);
  const played = `played by ${JSON.stringify(path.script)}`;
  assertEquals(error.message.split("\n").slice(1), [
    "- approval: it ran",
    `  ${played}`,
    '  decided by [{"tool":"pay","verdict":"denied"}]',
    "- approval: it ran",
    `  ${played}`,
  ]);
});

Deno.test("describeMove() names the outcome of a call and a missing approval", () => {
  const call = { action: "TOOL_CALL", tool: "pay", outcome: "denied" } as const;
  assertEquals(describeMove(call), "call pay (denied)");
  assertEquals(
    describeMove({ ...call, outcome: "success", isAsked: false }),
    "call pay (success, without approval)",
  );
});
