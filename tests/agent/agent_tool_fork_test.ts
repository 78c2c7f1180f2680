/** Forks of sessions with open calls of agents: each child is copied as it was at the cut. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Agent, ApprovalError, ConfigError, decide, type Session, Tool } from "@nomos/agent";
import { memoryStore, openStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";
import { FIXTURES } from "../../scripts/record_sessions.ts";
import { makeDesk } from "../../scripts/sessions/desk.ts";
import { agentOf, copied, modelOf, payer, storedEvents } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));
const pay = (...to: string[]) =>
  decide.calls(to.map((name) => ({ tool: "pay", args: { to: name } })));

/** A boss, its manager and the manager's clerk, who pays after an approval. */
function levels(...payments: string[]) {
  const paid: string[] = [];
  let ids = 0;
  const options = { ids: () => `i${ids++}` };
  const clerk = agentOf(
    "clerk",
    modelOf([pay(...payments), decide.respond("clerk is done"), decide.respond("more")]),
    [payer(paid, { needsApproval: true })],
    options,
  );
  const manager = agentOf("manager", modelOf([ask("clerk"), decide.respond("managed")]), [
    clerk.asTool({ name: "clerk", description: "Pay" }),
  ], options);
  const boss = agentOf("boss", modelOf([ask("manager"), decide.respond("done")]), [
    manager.asTool({ name: "manager", description: "Manage" }),
  ], options);
  return { boss, paid };
}

/** Opens a session in memory and in each store. */
const PLACES: readonly [string, (agent: Agent<{ work: unknown }>) => Promise<Session>][] = [
  ["in memory", (agent) => Promise.resolve(agent.createSession({ id: "s" }))],
  ["in a memory store", (agent) => agent.openSession("s", { store: memoryStore() })],
  [
    "in SQLite",
    async (agent) => agent.openSession("s", { store: await openStore("sqlite::memory:") }),
  ],
];

async function endOf(session: Session): Promise<number> {
  return (await Array.fromAsync(session.events())).length;
}

Deno.test("a verdict in a fork is applied, whatever the original decided after the cut", async () => {
  for (const [what, open] of PLACES) {
    for (const original of ["approve", "deny"] as const) {
      const { boss, paid } = levels("ann");
      const session = await open(boss);
      const { approvals: [asked] } = await session.next("Pay");
      const at = await endOf(session);
      if (original === "approve") await session.approve(asked!.callKey);
      else await session.deny(asked!.callKey, "no");
      const fork = await session.fork({ at, id: "fork" });
      assertEquals([fork.status, fork.approvals.length], ["needs_approval", 1], what);
      paid.length = 0;
      const { callKey } = fork.approvals[0]!;
      const turn = original === "approve"
        ? await fork.deny(callKey, "never")
        : await fork.approve(callKey);
      assertEquals([turn.response, turn.toolResults[0]!.text], ["done", "managed"], what);
      assertEquals(paid.length, original === "approve" ? 0 : 1, what);
    }
  }
});

Deno.test("a fork between two verdicts has the child as it was between them", async () => {
  for (const [what, open] of PLACES) {
    const { boss, paid } = levels("ann", "bob");
    const session = await open(boss);
    const { approvals: [ann, bob] } = await session.next("Pay");
    await session.approve(ann!.callKey);
    const at = await endOf(session);
    await session.approve(bob!.callKey);
    const fork = await session.fork({ at, id: "fork" });
    assertEquals(fork.approvals.map(({ callKey }) => callKey), [bob!.callKey], what);
    const turn = await fork.deny(bob!.callKey, "no");
    assertEquals([turn.response, paid.length], ["done", 2], what);
  }
});

Deno.test("a fork of a fork, and the fork of a finished call, have children of their own", async () => {
  for (const [what, open] of PLACES) {
    const { boss, paid } = levels("ann");
    const session = await open(boss);
    const { approvals: [asked] } = await session.next("Pay");
    const first = await session.fork({ id: "first" });
    const second = await first.fork({ id: "second" });
    await first.deny(asked!.callKey, "no");
    assertEquals(paid, [], what);
    assertEquals((await second.approve(asked!.callKey)).response, "done", what);
    assertEquals(paid.length, 1, what);
    assertEquals((await session.approve(asked!.callKey)).response, "done", what);
    assertEquals(paid.length, 2, what);
    const late = await session.fork({ id: "late" });
    assertEquals([late.status, late.approvals], ["waiting", []], what);
  }
});

Deno.test("a waiting call of an agent waits in each fork under a request of its own", async () => {
  for (const [what, open] of PLACES) {
    const { boss, paid } = levels("ann", "bob");
    const session = await open(boss);
    const { approvals } = await session.next("Pay");
    const first = await session.fork({ id: "first" });
    const second = await first.fork({ id: "second" });
    const all = [session, first, second].map((one) => one.approvals);
    assertEquals(all.map((asked) => asked.map(({ callKey, args }) => [callKey, args])), [
      ...Array(3).fill(approvals.map(({ callKey, args }) => [callKey, args])),
    ], what);
    assertEquals(all.map(([ann]) => ann!.alsoIn), [undefined, "s", "first"], what);
    assertEquals(new Set(all.flat().map(({ hash }) => hash)).size, 6, what);
    const [{ callKey, hash }] = approvals as [typeof approvals[0] & object];
    await assertRejects(() => second.approve(callKey, { hash }), ApprovalError, "", what);
    await assertRejects(() => first.approve(callKey, { hash }), ApprovalError, "", what);
    assertEquals(paid, [], what);
    const [ann, bob] = second.approvals;
    await second.approve(bob!.callKey, { hash: bob!.hash });
    const turn = await second.deny(ann!.callKey, "no", { hash: ann!.hash });
    assertEquals([turn.response, paid.length], ["done", 1], what);
  }
});

Deno.test("a verdict that an agent had not received at the cut is asked for again in the fork", async () => {
  for (const [what, open] of PLACES) {
    const { boss, paid } = levels("ann");
    const session = await open(boss);
    const { approvals: [asked] } = await session.next("Pay");
    const at = await endOf(session) + 1;
    await session.approve(asked!.callKey, { hash: asked!.hash });
    const fork = await session.fork({ at, id: "fork" });
    assertEquals([fork.status, paid.length], ["needs_approval", 1], what);
    const { callKey, hash } = fork.approvals[0]!;
    assertEquals((await fork.approve(callKey, { hash })).response, "done", what);
    assertEquals(paid.length, 2, what);
  }
});

Deno.test("a fork right after the start of a call starts its agent anew", async () => {
  for (const [what, open] of PLACES) {
    const { boss, paid } = levels("ann");
    const session = await open(boss);
    await session.next("Pay");
    const fork = await session.fork({ at: 3, id: "fork" });
    assertEquals(fork.status, "interrupted", what);
    assertEquals((await fork.resume()).status, "needs_approval", what);
    const [asked] = fork.approvals;
    assert(asked!.callKey !== session.approvals[0]!.callKey, what);
    assertEquals((await fork.approve(asked!.callKey)).response, "done", what);
    assertEquals(paid, [asked!.callKey], what);
  }
});

Deno.test("a fork of a session that was stopped goes on with the agent where it stopped", async () => {
  for (const [what, open] of PLACES) {
    const controller = new AbortController();
    const done: number[] = [];
    const work = new Tool({
      name: "work",
      description: "Work",
      args: v.object({ n: v.number() }),
      run: ({ n }) => {
        done.push(n);
        if (n === 2) controller.abort();
        return `part ${n}`;
      },
    });
    const parts = [1, 2, 3].map((n) => decide.call("work", { n }));
    const worker = agentOf("worker", modelOf([...parts, decide.respond("worked")]), [work]);
    const boss = agentOf("boss", modelOf([ask("worker"), decide.respond("done")]), [
      worker.asTool({ name: "worker", description: "Work" }),
    ]);
    const session = await open(boss);
    assertEquals((await session.next("Go", { signal: controller.signal })).status, "interrupted");
    const fork = await session.fork({ id: "fork" });
    assertEquals((await fork.resume()).toolResults[0]!.text, "worked", what);
    assertEquals(done.filter((n) => n === 1), [1], `${what}: it began again`);
    assertEquals((await session.resume()).toolResults[0]!.text, "worked", what);
    assertEquals(done.filter((n) => n === 1), [1], what);
  }
});

Deno.test("a session of version 2 refuses a fork inside an open call of an agent, and names the places that work", async () => {
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(new URL(`v2/${name}.json`, FIXTURES))).state;
  const asks = makeDesk(modelOf([])).createSession({ state: await read("clerk_asks") });
  for (const at of [3, 4]) {
    const error = await assertRejects(() => asks.fork({ at, id: "fork" }), ConfigError);
    assertEquals(
      error.message,
      `Cannot fork session "recorded" at ${at}: the call of agent "clerk" is open there, and ` +
        "version 2 did not record how far its child session was: expected at most 1",
    );
  }
  assertEquals((await asks.fork({ at: 1, id: "fork" })).status, "interrupted");
  const allowed = makeDesk(modelOf([])).createSession({ state: await read("clerk_allowed") });
  const error = await assertRejects(() => allowed.fork({ at: 4, id: "fork" }), ConfigError);
  assertStringIncludes(error.message, "expected at most 1 or at least 6");
  for (const at of [1, 6]) await allowed.fork({ at, id: `at ${at}` });
  await assertRejects(() => allowed.fork({ at: 5, id: "fork" }), ConfigError);
});

Deno.test("a continued session refuses a fork inside a call whose child it no longer keeps", async () => {
  const { boss } = levels("ann");
  const session = boss.createSession({ id: "s" });
  await session.next("Pay");
  const at = session.state.events.length;
  await session.approve(session.approvals[0]!.callKey);
  // The live session keeps the child for forks.
  assertEquals((await session.fork({ at })).status, "needs_approval");
  const continued = boss.createSession({ state: copied(session.state) });
  const error = await assertRejects(() => continued.fork({ at }), ConfigError);
  assertStringIncludes(
    error.message,
    'its child session is no longer kept: create sessions with "keepChildren: true" to keep it: ' +
      `expected at most 1 or at least ${at + 2}`,
  );
  assertEquals((await continued.fork({ at: at + 2 })).status, "interrupted");
  const keeping = boss.createSession({ id: "s", keepChildren: true });
  await keeping.next("Pay");
  await keeping.approve(keeping.approvals[0]!.callKey);
  const kept = boss.createSession({ state: copied(keeping.state), keepChildren: true });
  const fork = await kept.fork({ at });
  assertEquals((await fork.deny(fork.approvals[0]!.callKey, "no")).response, "done");
});

Deno.test("a fork in a store is deleted with its children, and an unfinished one is refused", async () => {
  const store = memoryStore();
  const { boss } = levels("ann");
  const session = await boss.openSession("s", { store });
  await session.next("Pay");
  const fork = await session.fork({ id: "fork" });
  const { incarnation } = fork.state;
  assert(incarnation !== session.state.incarnation);
  assertEquals((await storedEvents(store, "fork", `${incarnation}/1/0`)).length, 5);
  await store.delete("fork");
  assertEquals(await storedEvents(store, "fork", `${incarnation}/1/0`), []);
  // The process dies before the last append, which is that of the fork itself.
  let appends = 0;
  const dying: Store = new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (name === "delete") return () => Promise.reject(new Error("died"));
      if (name !== "append") return typeof method === "function" ? method.bind(target) : method;
      return (...args: Parameters<Store["append"]>) =>
        ++appends === 3 ? Promise.reject(new Error("died")) : target.append(...args);
    },
  });
  const opened = await boss.openSession("s", { store: dying });
  await assertRejects(() => opened.fork({ id: "half" }), Error, "died");
  await assertRejects(() => boss.openSession("half", { store }), Error, "an incomplete fork");
});
