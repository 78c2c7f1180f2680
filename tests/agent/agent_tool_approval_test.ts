import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Agent,
  ApprovalError,
  decide,
  type Decision,
  type Session,
  SessionWaitingError,
  type State,
  type ToolOptions,
} from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import { dyingStore } from "../fixtures/dying_store.ts";
import { agentOf, copied, modelOf, payer, storedEvents } from "./agents.ts";

const pay = (...to: string[]) =>
  decide.calls(to.map((name) => ({ tool: "pay", args: { to: name } })));
const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));

interface Levels {
  readonly paid: string[];
  readonly asked: string[];
  readonly build: () => Agent<Record<"work", unknown>>;
}

/** Three levels of agents; the lowest pays. */
function levels(
  payments: Decision = pay("ann", "bob"),
  options: Partial<ToolOptions<never, unknown, unknown>> = { needsApproval: true },
): Levels {
  const paid: string[] = [];
  const asked: string[] = [];
  const build = () => {
    const clerk = agentOf("clerk", modelOf([payments, decide.respond("paid all")], asked), [
      payer(paid, options as never),
    ]);
    const manager = agentOf("manager", modelOf([ask("clerk"), decide.respond("managed")], asked), [
      clerk.asTool({ name: "clerk", description: "Pay" }),
    ]);
    const llm = modelOf([ask("manager"), decide.respond("done"), decide.respond("more")], asked);
    return agentOf("boss", llm, [manager.asTool({ name: "manager", description: "Manage" })]);
  };
  return { paid, asked, build };
}

/** SHA-256 of a text in hexadecimal, as in requests for approval. */
async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(bytes).toHex();
}

const CLERK = "boss/1/0/1/0";
const ANN = `${CLERK}/1/0`;
const BOB = `${CLERK}/1/1`;

/** Opens the session anew each time, as other processes do: from a state, or from a store. */
function openers(
  build: () => Agent<Record<"work", unknown>>,
): [string, (last?: Session) => Promise<Session>][] {
  const store = memoryStore();
  return [
    ["in memory", (last) => {
      if (last === undefined) return Promise.resolve(build().createSession({ id: "s" }));
      return Promise.resolve(build().createSession({ state: copied(last.state) }));
    }],
    ["in a store", () => build().openSession("s", { store })],
  ];
}

Deno.test("a request for approval two levels below is listed, approved and denied at the top", async () => {
  for (const place of [0, 1]) {
    const { paid, asked, build } = levels();
    const [what, open] = openers(build)[place]!;
    let session = await open();
    const turn = await session.next("Pay");
    assertEquals([turn.status, turn.response], ["needs_approval", undefined], what);
    assertEquals(
      turn.approvals.map(({ hash: _, ...pending }) => pending),
      [["ann", ANN], ["bob", BOB]].map(([to, callKey]) => {
        return { callKey: callKey!, tool: "pay", args: { to }, reason: "approval" as const };
      }),
      what,
    );
    const hashes = turn.approvals.map(({ hash }) => hash);
    session = await open(session);
    assertEquals([session.status, session.approvals], ["needs_approval", turn.approvals], what);
    await assertRejects(() => session.resume(), SessionWaitingError);
    await assertRejects(() => session.approve(ANN, { hash: hashes[1]! }), ApprovalError);
    await assertRejects(() => session.approve("s~boss/1/0"), ApprovalError, "expected one of");

    // The approved payment runs at once, while the other one waits.
    const first = await session.approve(ANN, { hash: hashes[0]! });
    assertEquals([first.status, paid], ["needs_approval", [ANN]], what);
    assertEquals(first.approvals.map(({ callKey }) => callKey), [BOB], what);
    session = await open(session);
    const second = await session.deny(BOB, "He was paid");
    assertEquals([second.status, second.response, paid], ["waiting", "done", [ANN]], what);
    assertEquals(second.toolResults.map(({ text }) => text), ["managed"], what);
    // Nobody was asked twice.
    assertEquals(
      asked,
      ["s 0", "boss/1/0 0", `${CLERK} 0`, `${CLERK} 1`, "boss/1/0 1", "s 1"],
      what,
    );
    await assertRejects(() => session.approve(ANN), ApprovalError, "no call waits for a verdict");
  }
});

Deno.test("a settled call of an agent below has its result without running", async () => {
  const { paid, build } = levels(pay("ann"));
  const session: Session = build().createSession({ id: "s", keepChildren: true });
  await session.next("Pay");
  const turn = await session.settle(ANN, { paid: "by hand" });
  assertEquals([turn.response, paid], ["done", []]);
  const clerk = session.state.children!["s~boss/1/0"]!.children!["boss/1/0/1/0"]!;
  const finished = clerk.events.find(({ type }) => type === "tool_finished");
  assert(finished?.type === "tool_finished");
  assertEquals([finished.outcome, finished.text], ["ok", '{"paid":"by hand"}']);
  // The parent's log has the verdict, and not the events of its execution.
  assertEquals(session.state.events.map(({ type }) => type), [
    "user",
    "decision",
    "tool_started",
    "approval_requested",
    "approval_given",
    "tool_finished",
    "decision",
  ]);
});

Deno.test("a state with calls of agents is read as the same text", async () => {
  const { build } = levels(pay("ann"));
  const session: Session = build().createSession({ id: "s", keepChildren: true });
  await session.next("Pay");
  await session.approve(ANN);
  const text = JSON.stringify(session.state);
  const read = build().createSession({ state: JSON.parse(text), keepChildren: true });
  assertEquals(JSON.stringify(read.state), text);
});

Deno.test("several waiting child agents get their verdicts separately, while others run", async () => {
  const paid: string[] = [];
  const clerk = agentOf("clerk", modelOf([pay("ann"), decide.respond("paid")]), [
    payer(paid, { needsApproval: true }),
  ]);
  const looker = agentOf("looker", modelOf([decide.respond("looked")]), []);
  const build = () =>
    agentOf("boss", modelOf([ask("clerk", "looker", "clerk"), decide.respond("done")]), [
      clerk.asTool({ name: "clerk", description: "Pay" }),
      looker.asTool({ name: "looker", description: "Look" }),
    ]);
  let session: Session = build().createSession({ id: "s" });
  const turn = await session.next("Go");
  assertEquals(turn.approvals.map(({ callKey }) => callKey), [
    "boss/1/0/1/0",
    "boss/1/2/1/0",
  ]);
  assertEquals(turn.toolResults.map(({ text }) => text), ["looked"]);
  session = build().createSession({ state: copied(session.state) });
  const one = await session.approve("boss/1/2/1/0");
  assertEquals([one.status, paid], ["needs_approval", ["boss/1/2/1/0"]]);
  assertEquals(one.toolResults.map(({ callKey, text }) => [callKey, text]), [[
    "s~boss/1/2",
    "paid",
  ]]);
  session = build().createSession({ state: copied(session.state) });
  assertEquals((await session.deny("boss/1/0/1/0", "no")).response, "done");
  assertEquals(paid, ["boss/1/2/1/0"]);
});

Deno.test("leaving a stream while child agents wait loses none of their requests", async () => {
  for (const place of [0, 1]) {
    const paid: string[] = [];
    const build = () => {
      const clerk = agentOf("clerk", modelOf([pay("ann"), decide.respond("paid")]), [
        payer(paid, { needsApproval: true }),
      ]);
      return agentOf("boss", modelOf([ask("clerk", "clerk"), decide.respond("done")]), [
        clerk.asTool({ name: "clerk", description: "Pay" }),
      ]);
    };
    const [what, open] = openers(build)[place]!;
    let session = await open();
    let first = "";
    for await (const part of session.stream("Go")) {
      if (part.type !== "approval_requested") continue;
      first = part.callKey;
      break;
    }
    session = await open(session);
    if (session.status === "interrupted") await session.resume();
    // The other one waits too, or was given up before it asked for approval.
    const ran = session.approvals.map(({ callKey }) => callKey);
    assert(ran.includes(first), what);
    while (session.approvals.length > 0) await session.approve(session.approvals[0]!.callKey);
    assertEquals([session.status, paid], ["waiting", ran], what);
    const events = await Array.fromAsync(session.events());
    assertEquals(events.filter(({ type }) => type === "tool_finished").length, 2, what);
  }
});

Deno.test("an agent whose call needs approval does not start before the approval", async () => {
  const asked: string[] = [];
  const helper = agentOf("helper", modelOf([decide.respond("helped")], asked), []);
  const help = helper.asTool({ name: "helper", description: "Help", needsApproval: true });
  const llm = modelOf([ask("helper"), decide.respond("done")]);
  const session: Session = agentOf("boss", llm, [help]).createSession({ id: "s" });
  const turn = await session.next("Go");
  assertEquals([turn.approvals.map(({ callKey }) => callKey), asked], [["s~boss/1/0"], []]);
  assertEquals(session.state.children, undefined);
  assertEquals((await session.approve("s~boss/1/0")).response, "done");
  assertEquals(asked, ["boss/1/0 0"]);
});

Deno.test("new input closes the requests of child agents", async () => {
  for (const place of [0, 1]) {
    const { paid, build } = levels();
    const [what, open] = openers(build)[place]!;
    let session = await open();
    await session.next("Pay");
    session = await open(session);
    const turn = await session.next("Never mind");
    assertEquals([turn.status, turn.response, paid], ["waiting", "done", []], what);
    assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["unknown"], what);
    await assertRejects(
      () => session.approve(ANN),
      ApprovalError,
      "no call waits for a verdict",
      what,
    );
  }
});

/** The state of a session whose process died after it wrote `count` events. */
function diedAt({ events, ...state }: State, count: number, children: State["children"]): State {
  return copied({ ...state, events: events.slice(0, count), ...(children && { children }) });
}

Deno.test("a verdict that was not passed on before the process died is passed on by resume()", async () => {
  const { paid, build } = levels(pay("ann"));
  const session: Session = build().createSession({ id: "s" });
  await session.next("Pay");
  const before = copied(session.state);
  await session.approve(ANN);
  const after = session.state.events.findIndex(({ type }) => type === "approval_given") + 1;
  paid.length = 0;
  // The parent's log has the verdict; the children's logs do not.
  const state = diedAt({ ...session.state, status: "interrupted" }, after, before.children);
  const resumed: Session = build().createSession({ state });
  assertEquals([resumed.status, resumed.approvals], ["interrupted", []]);
  assertEquals((await resumed.resume()).response, "done");
  assertEquals(paid, [ANN]);
});

Deno.test("a once tool of a child agent never runs twice: an old verdict answers no new request", async () => {
  const { paid, build } = levels(pay("ann"), { needsApproval: true, once: true });
  const store = memoryStore();
  const session = await build().openSession("s", { store: dyingAfter(store, "tool_started") });
  await session.next("Pay");
  // The process dies once the payment has started.
  await assertRejects(() => session.approve(ANN), Error, "the process died");
  const count = paid.length;
  const resumed = await build().openSession("s", { store, whenBusy: "interrupt" });
  const turn = await resumed.resume();
  assertEquals(turn.status, "needs_approval");
  assertEquals(turn.approvals.map(({ callKey, reason }) => [callKey, reason]), [[ANN, "unknown"]]);
  assertEquals(paid.length, count);
  assertEquals((await resumed.settle(ANN, "paid, says the bank")).response, "done");
  assertEquals(paid.length, count);
  const clerk = await storedEvents(store, "s", CLERK);
  assertEquals(clerk.filter(({ type }) => type === "approval_given").length, 2);
});

/** Creates the store of a process that dies once the clerk has written an event of this type. */
function dyingAfter(store: Store, type: string): Store {
  return dyingStore(
    store,
    true,
    (method, args) =>
      method === "append" && JSON.stringify(args).includes(`${type}`) &&
      (args[1] as { child?: string }).child === CLERK,
  );
}

Deno.test("a changed call of a child agent is not the one that was approved", async () => {
  const { paid, build } = levels(pay("ann"));
  const session: Session = build().createSession({ id: "s" });
  await session.next("Pay");
  const text = JSON.stringify(session.state);
  // The parent session shows Ann.
  const { children, ...top } = JSON.parse(text);
  const forged = {
    ...top,
    children: JSON.parse(JSON.stringify(children).replaceAll("ann", "eve")),
  };
  const continued: Session = build().createSession({ state: forged });
  const { args, hash } = continued.approvals[0]!;
  assertEquals(args, { to: "ann" });
  await assertRejects(() => continued.approve(ANN), ApprovalError, "its hash differs");
  // The approval is refused even if the hash was changed as well.
  const other = await sha256(JSON.stringify([ANN, "pay", { to: "eve" }]));
  const below = JSON.parse(JSON.stringify(forged.children).replaceAll(hash, other));
  const again: Session = build().createSession({ state: { ...forged, children: below } });
  await assertRejects(() => again.approve(ANN), ApprovalError, "its hash differs");
  assertEquals(paid, []);
});
