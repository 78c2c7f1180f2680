import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Agent, decide, LLMError, type Session, type State, StateError } from "@nomos/agent";
import { memoryStore, type Store, StoreError } from "@nomos/agent/store";
import { ManualClock, trajectoryOf } from "@nomos/agent/testing";
import { dyingAtWrite } from "../fixtures/dying_store.ts";
import { agentOf, copied, modelOf, payer, storedEvents } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));
const pay = decide.calls(["ann", "bob"].map((to) => ({ tool: "pay", args: { to } })));

/** An agent with two child agents that pay at once. */
function build(
  paid: string[] = [],
  asked: string[] = [],
  needsApproval = false,
  onEvent: () => void = () => {},
): Agent<Record<"work", unknown>> {
  const options = { observers: [{ beginTurn: () => ({ onEvent }) }] };
  const tools = [payer(paid, { needsApproval })];
  const model = modelOf([pay, decide.respond("paid all")], asked);
  const clerk = agentOf("clerk", model, tools, options);
  const llm = modelOf([ask("clerk", "clerk"), decide.respond("done")], asked);
  return agentOf("boss", llm, [clerk.asTool({ name: "clerk", description: "Pay" })], options);
}

/** Continues until the turn is over, and approves every request. */
async function finish(session: Session): Promise<void> {
  const isFresh = session.status === "waiting" && session.state.events.length === 0;
  if (isFresh) await session.next("Go");
  else if (session.status === "interrupted") await session.resume();
  while (session.approvals.length > 0) await session.approve(session.approvals[0]!.callKey);
}

/** Keys of all payments. */
const PAYMENTS = [
  "boss/1/0/1/0",
  "boss/1/0/1/1",
  "boss/1/1/1/0",
  "boss/1/1/1/1",
];

/** Ids of the child sessions. */
const CLERKS = ["boss/1/0", "boss/1/1"];

function isDone({ events, children }: State): void {
  const last = events.at(-1)!;
  assert(last.type === "decision" && last.decision.action === "RESPOND");
  const finished = events.flatMap((event) => event.type === "tool_finished" ? [event] : []);
  assertEquals(finished.map(({ text }) => text), ["paid all", "paid all"]);
  // The usage of the child agents is counted once.
  const spent = finished.reduce((sum, { modelCalls = 0 }) => sum + modelCalls, 0) +
    events.reduce((sum, event) => {
      return sum + (event.type === "approval_requested" ? event.modelCalls ?? 0 : 0);
    }, 0);
  assertEquals(spent, 4);
  for (const child of Object.values(children ?? {})) {
    assertEquals([child.status, child.events.filter(isFinished).length], ["waiting", 2]);
  }
}

const isFinished = ({ type }: { readonly type: string }) => type === "tool_finished";

Deno.test("a session with agents below is continued from a state taken at any event of any log", async () => {
  for (const needsApproval of [false, true]) {
    const states: State[] = [];
    const take = () => states.push(copied(session.state));
    const session = build([], [], needsApproval, take)
      .createSession({ id: "s", keepChildren: true });
    await session.next("Go");
    while (session.approvals.length > 0) await session.approve(session.approvals[0]!.callKey);
    isDone(states.at(-1)!);
    assertEquals(states.length, needsApproval ? 39 : 21);
    for (const state of states) {
      const paid: string[] = [];
      const asked: string[] = [];
      const continued = build(paid, asked, needsApproval)
        .createSession({ state, keepChildren: true });
      assertEquals(copied(continued.state), state);
      const before = JSON.stringify(state);
      await finish(continued);
      isDone(continued.state);
      assertEquals(JSON.stringify(state), before);
      // No recorded model call or payment was repeated.
      const recorded = before.match(/"tool_finished","callKey":"boss\/1\/\d\/1\/\d"/g)?.length ?? 0;
      assertEquals(paid.length, 4 - recorded);
      const decisions = before.match(/"type":"decision"/g)?.length ?? 0;
      assertEquals(asked.length, 6 - decisions);
    }
  }
});

Deno.test("the state of a turn has the agents below as they were at its end", async () => {
  const session = build([], [], true).createSession({ id: "s", keepChildren: true });
  const first = await session.next("Go");
  const text = JSON.stringify(first.state);
  const second = await session.approve(first.approvals[0]!.callKey);
  await finish(session);
  assertEquals(JSON.stringify(first.state), text);
  assertEquals(first.state.children!["s~boss/1/0"]!.status, "needs_approval");
  assertEquals(second.state.children!["s~boss/1/0"]!.events.length, 7);
  assertEquals(session.state.children!["s~boss/1/0"]!.status, "waiting");
  trajectoryOf(session.state.children!["s~boss/1/0"]!).called("pay").answered("paid all");

  const helper = agentOf("helper", modelOf([decide.respond("An answer")]), []);
  const script = [ask("helper"), decide.respond("one"), ask("helper"), decide.respond("two")];
  const boss = agentOf("boss", modelOf(script), [
    helper.asTool({ name: "helper", description: "Help" }),
  ]);
  const twice = boss.createSession({ id: "s", keepChildren: true });
  const one = await twice.next("One");
  const two = await twice.next("Two");
  assertEquals(Object.keys(one.state.children!), ["s~boss/1/0"]);
  assertEquals(Object.keys(two.state.children!), ["s~boss/1/0", "s~boss/6/0"]);
});

const WRITES = ["append", "create", "createChild"];

Deno.test("a process that dies at any write of any session is followed by one that finishes", async () => {
  for (const needsApproval of [false, true]) {
    let deaths = 0;
    for (let at = 1; deaths === at - 1; at++) {
      for (const isAfter of [false, true]) {
        const what = `died ${isAfter ? "after" : "before"} write ${at}`;
        const clock = new ManualClock();
        const store = memoryStore({ clock: () => clock.now() });
        const paid: string[] = [];
        try {
          const mortal = dyingAtWrite(store, at, isAfter, WRITES);
          const session = await build(paid, [], needsApproval).openSession("s", {
            store: mortal,
            clock,
          });
          await finish(session);
        } catch (error) {
          assert(error instanceof StoreError && error.message === "the process died", what);
          deaths = at;
        }
        const ran = paid.length;
        const inFlight = ran - await countFinished(store);
        const asked: string[] = [];
        await clock.advance(15_000); // The lease of the dead process runs out.
        const session = await build(paid, asked, needsApproval).openSession("s", { store, clock });
        await session.load();
        await finish(session);
        isDone(session.state);
        // Only calls that were running when the process died ran again, under their keys.
        assert(paid.length - 4 <= inFlight, what);
        assertEquals([...new Set(paid)].sort(), PAYMENTS, what);
        assertEquals(await countFinished(store), 4, what);
        for (const child of [undefined, ...CLERKS]) {
          const events = await storedEvents(store, "s", child);
          assertEquals(events.map(({ seq }) => seq), [...events.keys()], what);
          assertEquals(events.at(-1)!.type, "decision", what);
        }
      }
    }
    assert(deaths > 12, `${deaths} writes`);
  }
});

/** Number of recorded payments. */
async function countFinished(store: Store): Promise<number> {
  const logs = await Promise.all(CLERKS.map((child) => storedEvents(store, "s", child)));
  return logs.flat().filter(isFinished).length;
}

Deno.test("an agent that had finished returns its recorded result without a model call", async () => {
  const session = build().createSession({ id: "s", keepChildren: true });
  await session.next("Go");
  const { events, ...state } = copied(session.state);
  const asked: string[] = [];
  const died = { ...state, status: "interrupted" as const, events: events.slice(0, 4) };
  const resumed = build([], asked).createSession({ state: died });
  const turn = await resumed.resume();
  assertEquals(turn.toolResults.map(({ text }) => text), ["paid all", "paid all"]);
  assertEquals(asked, ["s 1"]);
});

Deno.test("a child session in a store is no session of the application, whatever ids that chooses", async () => {
  const store = memoryStore();
  const clerk = agentOf("clerk", modelOf([decide.respond("mine"), decide.respond("mine")]), []);
  const guesses = ["s/1/0", "s~boss/1/0", "boss/1/0", "s\0boss/1/0"];
  for (const id of guesses.slice(0, -1)) {
    await (await clerk.openSession(id, { store })).next("Hi");
  }
  const session = await build().openSession("s", { store });
  const turn = await session.next("Go");
  assertEquals([turn.response, turn.state.children], ["done", undefined]);
  const { sessions } = await store.list();
  assertEquals(sessions.map(({ id }) => id), ["boss/1/0", "s", "s/1/0", "s~boss/1/0"]);
  for (const id of guesses.slice(0, -1)) {
    assertEquals((await storedEvents(store, id)).length, 2, id);
    await store.delete(id);
  }
  for (const id of guesses) assertEquals(await store.read(id), undefined, id);
  assertEquals((await storedEvents(store, "s", "boss/1/0")).at(-1)!.type, "decision");
  await store.delete("s");
  assertEquals(await storedEvents(store, "s", "boss/1/0"), []);
});

Deno.test("a failed model of a child agent fails the parent's turn, and resume() continues there", async () => {
  let isBroken = true;
  const asked: string[] = [];
  const fragile = modelOf([
    () => {
      if (isBroken) throw new LLMError("the model is down", { isRetryable: true });
      return decide.respond("An answer");
    },
  ], asked);
  const helper = agentOf("helper", fragile, []);
  const steady = agentOf("steady", modelOf([decide.respond("steady")]), []);
  const boss = agentOf("boss", modelOf([ask("helper", "steady"), decide.respond("done")]), [
    helper.asTool({ name: "helper", description: "Help" }),
    steady.asTool({ name: "steady", description: "Help" }),
  ]);
  for (const store of [undefined, memoryStore()]) {
    isBroken = true;
    const session: Session = store === undefined
      ? boss.createSession({ id: "s" })
      : await boss.openSession("s", { store });
    const error = await assertRejects(() => session.next("Go"), LLMError, "the model is down");
    assert(error.message.includes("the model is down"));
    assertEquals(session.status, "interrupted");
    // The call that ran beside it has ended.
    assertEquals(session.state.events.slice(4).map(({ type }) => type).sort(), [
      "tool_finished",
      "tool_suspended",
    ]);
    isBroken = false;
    const turn = await session.resume();
    assertEquals([turn.response, turn.toolResults.length], ["done", 1]);
  }
  assertEquals(asked, new Array(4).fill("boss/1/0 0"));
});

Deno.test("states with child sessions that are invalid are refused, with the path", async () => {
  const session = build().createSession({ id: "s", keepChildren: true });
  await session.next("Go");
  const state = copied(session.state);
  const key = "s~boss/1/0";
  const child = state.children![key]!;
  const { events: _, ...noEvents } = child;
  const bad: [unknown, string][] = [
    [[], "children"],
    ["none", "children"],
    [{ "s~boss/9/0": child }, "children.s~boss/9/0"],
    [{ [key]: { ...child, sessionId: "s" } }, `children.${key}.sessionId`],
    [{ [key]: noEvents }, `children.${key}.events`],
    [{ [key]: { ...child, version: 9 } }, `children.${key}.version`],
    [{ [key]: { ...child, events: child.events.slice(1) } }, `children.${key}.events.0.seq`],
    [{ [key]: { ...child, children: { x: child } } }, `children.${key}.children.x`],
  ];
  for (const [children, path] of bad) {
    const error = assertThrows(
      () => build().createSession({ state: { ...state, children } as never }),
      StateError,
    );
    assertEquals(error.path, path);
  }
  let deep: unknown = child;
  for (let level = 0; level < 100_000; level++) deep = { ...child, children: { [key]: deep } };
  const deepState = { ...state, children: { [key]: deep } } as never;
  assertThrows(() => build().createSession({ state: deepState }), StateError);
});

Deno.test("a child agent that lacks the step of its session ends its call with an error that names the step", async () => {
  const session = build([], [], true).createSession({ id: "s" });
  await session.next("Go");
  const state = copied(session.state);
  const key = "s~boss/1/0";
  const clerk = state.children![key]!;
  const children = { ...state.children, [key]: { ...clerk, step: "gone" } };
  const continued: Session = build([], [], true).createSession({ state: { ...state, children } });
  const { status, toolResults: [result] } = await continued.approve(PAYMENTS[0]!);
  // The other agent still waits.
  assertEquals([status, result!.outcome], ["needs_approval", "error"]);
  assertStringIncludes(result!.text, 'unknown step "gone"');
});
