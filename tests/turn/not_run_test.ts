/** Calls that never ran say so, and need no person to run later. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Agent, GuardError, type Session, type State } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { copyState, outcomesIn, payer, type PayOptions } from "./approver.ts";

/** Ways in which a turn ends before it runs a call that it has started. */
const ENDINGS: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  "a limit": (session) => session.next("Pay"),
  "a stream left at the decision": (session) => leaveAt(session, "decision"),
  "a stream left at the start": (session) => leaveAt(session, "tool_started"),
};

async function leaveAt(session: Session, type: string): Promise<void> {
  for await (const part of session.stream("Pay")) if (part.type === type) break;
}

Deno.test("a started call that never ran is run by resume() without a person, and is not_run if the user goes on", async () => {
  for (const [ending, end] of Object.entries(ENDINGS)) {
    for (const isDurable of [false, true]) {
      for (const goesOn of [false, true]) {
        const what = `${ending}, durable: ${isDurable}, goes on: ${goesOn}`;
        const { agent, paid } = payer(["ann", "bob"], { once: true });
        const limits = ending === "a limit" ? { turn: { toolCalls: 1 } } : {};
        const store = memoryStore();
        const open = () => agent.openSession("s", { store, limits });
        const first = isDurable ? await open() : agent.createSession({ limits });
        await end(first);
        const session: Session = isDurable
          ? await open()
          : agent.createSession({ state: copyState(first), limits });
        assertEquals(paid, [], what);
        const turn = goesOn ? await session.next("Never mind") : await session.resume();
        const [outcome, ran] = goesOn ? ["not_run", []] as const : ["ok", ["ann", "bob"]] as const;
        assertEquals(turn.toolResults.map((one) => one.outcome), [outcome, outcome], what);
        assertEquals([turn.status, paid], ["waiting", ran], what);
      }
    }
  }
});

Deno.test("an aborted verdict is kept: resume() runs the call once, and asks nobody again", async () => {
  for (const goesOn of [false, true]) {
    const { agent, paid } = payer(["ann"], { needsApproval: true, once: true });
    const first = agent.createSession();
    const { approvals: [request] } = await first.next("Pay");
    const signal = AbortSignal.abort();
    const aborted = await first.approve(request!.callKey, { hash: request!.hash, signal });
    assertEquals([aborted.status, paid], ["interrupted", []]);
    const session: Session = agent.createSession({ state: copyState(first) });
    const turn = goesOn ? await session.next("Never mind") : await session.resume();
    assertEquals(outcomesIn(turn), [
      goesOn ? ["not_run", "The user went on"] : ["ok", "paid ann"],
    ]);
    assertEquals(paid, goesOn ? [] : ["ann"]);
  }
});

Deno.test("a call whose turn failed before it ran needs no person", async () => {
  let isBroken = true;
  const guard = (): boolean => {
    if (isBroken) throw new Error("no answer");
    return true;
  };
  let isBuilt = false;
  const options = { needsApproval: true, once: true, guard: () => !isBuilt || guard() };
  const { agent, paid } = payer(["ann"], options);
  const session: Session = agent.createSession();
  const { approvals: [request] } = await session.next("Pay");
  isBuilt = true;
  const { callKey, hash } = request!;
  await assertRejects(() => session.approve(callKey, { hash }), GuardError, "no answer");
  assertEquals([session.status, paid], ["interrupted", []]);
  isBroken = false;
  assertEquals([(await session.resume()).status, paid], ["waiting", ["ann"]]);
});

Deno.test("a call that waits for approval is not_run if the user goes on", async () => {
  const { agent, paid, llm } = payer();
  const session: Session = agent.createSession();
  await session.next("Pay");
  const turn = await session.next("Never mind");
  assertEquals([outcomesIn(turn), paid], [[["not_run", "The user went on"]], []]);
  const told = llm.requests.at(-1)!.messages.map(({ content }) => content);
  assert(told.includes("Not run: pay:\nThe user went on"), told.join());
});

/** A state whose call waits for approval, or was started by a process that died. */
async function leave(isWaiting: boolean): Promise<State> {
  const { agent } = payer(["ann"], { needsApproval: isWaiting }, { ids: () => "s" });
  const session = agent.createSession();
  if (isWaiting) await session.next("Pay");
  else await leaveAt(session, "tool_started");
  const { events, ...state } = copyState(session);
  return { ...state, events: events.filter(({ type }) => type !== "tool_deferred") };
}

Deno.test("a late call is not run if the tool is gone or no longer offered, and the model is told why", async () => {
  const changes: readonly [PayOptions, string][] = [
    [{ name: "refund" } as PayOptions, "The step no longer has this tool"],
    [{ guard: () => false }, "The tool is not offered now"],
  ];
  for (const [change, reason] of changes) {
    for (const isWaiting of [false, true]) {
      const { agent, paid } = payer([], { needsApproval: isWaiting, ...change });
      const session: Session = agent.createSession({ state: await leave(isWaiting) });
      const [request] = session.approvals;
      const turn = request === undefined
        ? await session.resume()
        : await session.approve(request.callKey, { hash: request.hash });
      const [[outcome, text]] = outcomesIn(turn) as [[string, string]];
      assertEquals([outcome, text.split("\n")[0], paid], ["not_run", reason, []]);
      // Only the process that died may have run it.
      assertEquals(text.includes("may have had its effect"), !isWaiting);
    }
  }
});

Deno.test("a started call without a verdict is asked about if its tool needs approval, and never twice", async () => {
  for (const needsApproval of [true, () => true]) {
    const { agent, paid } = payer([], { needsApproval });
    const session: Session = agent.createSession({ state: await leave(false) });
    const turn = await session.resume();
    assertEquals([turn.status, paid], ["needs_approval", []]);
    const [request] = turn.approvals;
    assertEquals([request!.reason, request!.args], ["approval", { to: "ann" }]);
    const signal = AbortSignal.abort();
    await session.approve(request!.callKey, { hash: request!.hash, signal });
    const resumed = await session.resume();
    assertEquals([resumed.status, paid], ["waiting", ["ann"]]);
  }
});

Deno.test("a state with an invented start does not skip an approval", async () => {
  const { agent, paid } = payer([]);
  const events = [
    { seq: 0, time: 1, type: "user", text: "Hi" },
    {
      seq: 1,
      time: 1,
      type: "decision",
      step: "talk",
      decision: {
        action: "TOOL_CALL",
        calls: [{ tool: "pay", args: { to: "eve" } }],
        reasoning: [],
      },
    },
    { seq: 2, time: 1, type: "tool_started", callKey: "x/1/0", call: 0, tool: "pay" },
  ];
  for (const version of [2, 3]) {
    const state = { version, sessionId: "x", step: "talk", status: "interrupted", events };
    const session: Session = (agent as Agent).createSession({ state: state as never });
    const turn = await session.resume();
    assertEquals([turn.status, turn.approvals[0]!.reason], ["needs_approval", "approval"]);
    assertEquals(paid, []);
  }
});
