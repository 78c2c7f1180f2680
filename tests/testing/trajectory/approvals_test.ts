import {
  Agent,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
  Tool,
  type Turn,
} from "@nomos/agent";
import {
  type Trajectory,
  TrajectoryError,
  trajectoryOf,
  transcriptText,
} from "@nomos/agent/testing";
import { assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { log } from "./trajectory_fixture.ts";

const look = new Tool({ name: "look", description: "", args: v.object({}), run: () => "seen" });
const pay = new Tool({
  name: "pay",
  description: "Pay",
  args: v.object({ to: v.string() }),
  needsApproval: true,
  run: ({ to }) => `paid ${to}`,
});

function sessionOf(...script: ScriptEntry[]): Session<Turn<"talk">> {
  return new Agent({
    name: "shop",
    llm: new MockLLM(script),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay, look] } },
    ids: () => "s",
    clock: () => 0,
  }).createSession();
}

const pays = (...to: string[]) => to.map((name) => ({ tool: "pay", args: { to: name } }));

/** Plays three waiting calls with different verdicts, and one call without approval. */
async function play(): Promise<{ session: Session<Turn<"talk">>; turns: Turn<"talk">[] }> {
  const calls = [...pays("ann", "bob"), { tool: "look", args: {} }, ...pays("cy")];
  const session = sessionOf(decide.calls(calls), decide.respond("Done"));
  const turns = [
    await session.next("Pay them"),
    await session.approve("s~s/1/1"),
    await session.deny("s~s/1/0", "She was paid\nyesterday"),
    await session.settle("s~s/1/3", { by: "hand" }),
  ];
  return { session, turns };
}

Deno.test("transcriptText() shows approval requests, and results beside their verdicts", async () => {
  const { session } = await play();
  assertEquals(transcriptText(session).split("\n"), [
    "user: Pay them",
    'pay({"to":"ann"}): waits for approval',
    'pay({"to":"bob"}): waits for approval',
    "look() = seen",
    'pay({"to":"cy"}): waits for approval',
    'approved: pay({"to":"bob"}) = paid bob',
    'denied: pay({"to":"ann"}): She was paid\\nyesterday',
    'settled: pay({"to":"cy"}) = {"by":"hand"}',
    "agent: Done",
  ]);
});

Deno.test("transcriptText() names the tool in the turn of a verdict", async () => {
  const { turns } = await play();
  assertEquals(turns.map((turn) => transcriptText(turn).split("\n").at(-1)), [
    'pay({"to":"cy"}): waits for approval',
    "approved: pay(…) = paid bob",
    "denied: pay(…): She was paid\\nyesterday",
    "agent: Done",
  ]);
});

Deno.test("transcriptText() shows a waiting call, and one that ended without a verdict", async () => {
  const session = sessionOf(decide.calls(pays("ann")), decide.respond("Never mind"));
  const turn = await session.next("Pay Ann");
  assertEquals(transcriptText(turn), 'user: Pay Ann\npay({"to":"ann"}): waits for approval');
  await session.next("Stop");
  assertEquals(transcriptText(session).split("\n").slice(1), [
    'pay({"to":"ann"}): waits for approval',
    'pay({"to":"ann"}) not run: The user went on',
    "user: Stop",
    "agent: Never mind",
  ]);
});

const call = { callKey: "s/0/0", call: 0, tool: "pay" };
const decision = { type: "decision", step: "talk", decision: decide.calls(pays("ann")) };
const started = { type: "tool_started", ...call };
const request = { type: "approval_requested", ...call, args: { to: "ann" }, hash: "" };
const given = (verdict: string) => ({ type: "approval_given", callKey: "s/0/0", call: 0, verdict });

Deno.test("transcriptText() shows a call with an unknown effect and its later outcome", () => {
  const unknown = { ...request, reason: "unknown" };
  const done = { type: "tool_finished", ...call, outcome: "ok", text: "paid" };
  const lost = [decision, started, unknown];
  const lines = [
    'pay({"to":"ann"}): not finished',
    'pay({"to":"ann"}): effect unknown, waits for a person',
  ];
  assertEquals(transcriptText(log(...lost)).split("\n"), lines);
  assertEquals(
    transcriptText(log(...lost, { ...given("settled"), text: "paid" }, done)).split("\n"),
    [...lines, 'settled: pay({"to":"ann"}) = paid'],
  );
  assertEquals(
    transcriptText(log(...lost, given("approved"), { ...done, outcome: "error" })).split("\n"),
    [...lines, 'approved: pay({"to":"ann"}) failed: paid'],
  );
});

Deno.test("transcriptText() shows approval requests of a child session on lines of their own", () => {
  const inner = { ...request, callKey: "s/0/0/1/0", tool: "refund", reason: "approval" };
  const done = { type: "tool_finished", ...call, outcome: "ok", text: "all done" };
  const verdict = { ...given("approved"), callKey: "s/0/0/1/0" };
  assertEquals(transcriptText(log(decision, started, inner, verdict, done)).split("\n"), [
    'pay({"to":"ann"}) = all done',
    'refund({"to":"ann"}): waits for approval',
    'approved: refund({"to":"ann"})',
  ]);
  // Without the request, only the call key is known.
  assertEquals(transcriptText(log(verdict)), "approved: s/0/0/1/0(…)");
});

Deno.test("transcriptText() shows a denial whose verdict is not among the events", () => {
  const denied = { type: "tool_finished", ...call, outcome: "denied", text: "no" };
  assertEquals(transcriptText(log(denied)), "pay(…) not allowed: no");
});

Deno.test("trajectoryOf() finds approval requests, approvals, denials and settlements", async () => {
  const { session, turns } = await play();
  trajectoryOf(session)
    .asked("pay").approved("pay").denied("pay").settled("pay")
    .never.asked("look").never.approved("look")
    .inOrder([{ called: "look" }, { asked: "pay" }, { approved: "pay" }, { denied: "pay" }, {
      settled: "pay",
    }, { answered: "Done" }]);
  trajectoryOf(turns[1]!).approved("pay").never.asked("pay").never.denied("pay");
  trajectoryOf(turns[3]!).inOrder([{ settled: "pay" }, { answered: "Done" }], { strict: true });
});

Deno.test("TrajectoryError names the missing or forbidden approval request or verdict", async () => {
  const { turns: [first, second] } = await play();
  const wrong: [() => Trajectory<"talk">, string][] = [
    [() => trajectoryOf(first!).asked("look"), 'Cannot find an approval request for "look"'],
    [() => trajectoryOf(first!).approved("pay"), 'Cannot find an approval of "pay"'],
    [() => trajectoryOf(second!).denied("pay"), 'Cannot find a denial of "pay"'],
    [() => trajectoryOf(second!).settled("pay"), 'Cannot find a settlement of "pay"'],
    [() => trajectoryOf(first!).never.asked("pay"), 'Found an approval request for "pay"'],
    [() => trajectoryOf(second!).never.approved("pay"), 'Found an approval of "pay"'],
    [
      () => trajectoryOf(second!).inOrder([], { strict: true }),
      'Found an approval of "pay" after the last of 0 steps',
    ],
  ];
  for (const [assertion, message] of wrong) {
    const { expectation } = assertThrows(assertion, TrajectoryError);
    assertEquals(expectation.split(":")[0], message);
  }
});

Deno.test("Trajectory.never negates denied() and settled()", async () => {
  const { session } = await play();
  const { never } = trajectoryOf(session);
  assertThrows(() => never.denied("pay"), TrajectoryError, "Found a denial");
  assertThrows(() => never.settled("pay"), TrajectoryError, "Found a settlement");
  never.denied("look").never.settled("look");
});
