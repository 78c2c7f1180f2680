/** A child session belongs to its parent: to its incarnation, its turns and its stream. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Agent,
  ApprovalError,
  decide,
  GraphError,
  type LLM,
  LLMError,
  type Session,
  type StreamPart,
  Tool,
} from "@nomos/agent";
import { memoryStore, openStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";
import { agentOf, copied, modelOf, payer, storedEvents } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));
const asTool = (agent: Agent<{ work: unknown }>) =>
  agent.asTool({ name: agent.name, description: "Help" });

/** A boss that calls these agents at once, and then answers. */
function bossOf(
  agents: readonly Agent<{ work: unknown }>[],
  options: object = {},
): Agent<{ work: unknown }> {
  const llm = modelOf([
    ask(...agents.map(({ name }) => name)),
    decide.respond("done"),
    decide.respond("more"),
  ]);
  return agentOf("boss", llm, agents.map(asTool), options);
}

Deno.test("a new session of a deleted id never finds the answers of the deleted one, nor its call keys", async () => {
  for (const url of ["memory:", "sqlite::memory:"]) {
    const store: Store = await openStore(url);
    const told: string[] = [];
    const keys: string[] = [];
    for (const name of ["Ann", "Bob"]) {
      const leaf = agentOf("leaf", modelOf([decide.respond(`what ${name} owes`)]), []);
      const ids = { ids: () => crypto.randomUUID() };
      const session = await bossOf([leaf], ids).openSession("chat", { store });
      const { toolResults: [result] } = await session.next("Go");
      told.push(result!.text);
      keys.push(result!.callKey);
      assertEquals((await store.list()).sessions.length, 1, url);
      await store.delete("chat");
      assertEquals((await store.list()).sessions, [], url);
    }
    assertEquals(told, ["what Ann owes", "what Bob owes"], url);
    assert(keys[0] !== keys[1] && keys.every((key) => key.startsWith("chat~")), url);
    await store.close();
  }
});

Deno.test("a parent with an id of 998 characters calls agents on three levels", async () => {
  const id = "x".repeat(998);
  for (const url of [undefined, "memory:", "sqlite::memory:"]) {
    const paid: string[] = [];
    const pays = modelOf([decide.call("pay", { to: "ann" }), decide.respond("paid")]);
    const clerk = agentOf("clerk", pays, [payer(paid, { needsApproval: true })]);
    const manager = agentOf("manager", modelOf([ask("clerk"), decide.respond("managed")]), [
      asTool(clerk),
    ]);
    const boss = bossOf([manager]);
    const store = url === undefined ? undefined : await openStore(url);
    const session: Session = store === undefined
      ? boss.createSession({ id })
      : await boss.openSession(id, { store });
    await session.next("Go");
    assertEquals((await session.approve(session.approvals[0]!.callKey)).response, "done", url);
    assertEquals(paid, ["boss/1/0/1/0/1/0"], url);
    await store?.close();
  }
});

Deno.test("agents below two siblings have sessions of their own, even if ids returns the same text again", async () => {
  // Passes its input on, and answers with what it was told.
  const passOn = (tool: string): LLM => ({
    name: "passing",
    decide: ({ messages }) => {
      const { role, content } = messages.findLast(({ role }) => role !== "system")!;
      const decision = role === "user"
        ? decide.call(tool, { input: content })
        : decide.respond(content);
      const { reasoning, ...rest } = decision;
      return Promise.resolve({ output: { reasoning, decision: rest } });
    },
  });
  const echo = new Tool({
    name: "echo",
    description: "Echo",
    args: v.object({ input: v.string() }),
    run: ({ input }, { callKey }) => `${input} by ${callKey}`,
  });
  const clerk = agentOf("clerk", passOn("echo"), [echo]);
  const manager = agentOf("manager", passOn("clerk"), [asTool(clerk)]);
  const calls = ["one", "two"].map((input) => ({ tool: "manager", args: { input } }));
  for (const store of [undefined, memoryStore()]) {
    const llm = modelOf([decide.calls(calls), decide.respond("done")]);
    const boss = agentOf("boss", llm, [asTool(manager)]);
    const session: Session = store === undefined
      ? boss.createSession({ id: "s" })
      : await boss.openSession("s", { store });
    const { toolResults } = await session.next("Go");
    for (const [call, input] of ["one", "two"].entries()) {
      const { text } = toolResults[call]!;
      assert(text.includes(`${input} by boss/1/${call}/1/0/1/0`), text);
    }
  }
});

Deno.test("a call that was closed has a child that can no longer act: its pending approval is void", async () => {
  for (const store of [undefined, memoryStore()]) {
    const paid: string[] = [];
    const pays = modelOf([decide.call("pay", { to: "ann" }), decide.respond("paid")]);
    const clerk = agentOf("clerk", pays, [payer(paid, { needsApproval: true })]);
    const boss = bossOf([clerk]);
    let session: Session = store === undefined
      ? boss.createSession({ id: "s" })
      : await boss.openSession("s", { store });
    const { approvals: [asked] } = await session.next("Pay");
    const { state } = session;
    assertEquals((await session.next("Cancel that")).response, "done");
    const void_ = () => session.approve(asked!.callKey, { hash: asked!.hash });
    await assertRejects(void_, ApprovalError, "no call waits for a verdict");
    assertEquals(session.state.children, undefined);
    if (store === undefined) session = boss.createSession({ state: copied(session.state) });
    else {
      session = await boss.openSession("s", { store });
      // Nothing in the store leads to the child but its parent.
      assertEquals((await store.list()).sessions.map(({ id }) => id), ["s"]);
      const child = await clerk.openSession("boss/1/0", { store });
      assertEquals([child.status, child.approvals], ["waiting", []]);
      assertEquals((await storedEvents(store, "s", "boss/1/0")).length, 3);
    }
    await assertRejects(void_, ApprovalError, "no call waits for a verdict");
    assertEquals(paid, []);
    assertEquals(state.children === undefined, store !== undefined);
  }
});

Deno.test("a state does not grow with the child sessions of finished calls", async () => {
  const big = new Tool({
    name: "big",
    description: "Big",
    args: v.object({}),
    run: () => "x".repeat(10_000),
  });
  const worker = agentOf("worker", modelOf([decide.call("big"), decide.respond("short")]), [big]);
  const turns = new Array(20).fill([ask("worker"), decide.respond("done")]).flat();
  const boss = agentOf("boss", modelOf(turns), [asTool(worker)]);
  const session = boss.createSession();
  for (let turn = 0; turn < 20; turn++) await session.next("Go");
  assertEquals(session.state.children, undefined);
  assert(JSON.stringify(session.state).length < 20_000);
  const keeping = boss.createSession({ keepChildren: true });
  for (let turn = 0; turn < 20; turn++) await keeping.next("Go");
  assertEquals(Object.keys(keeping.state.children!).length, 20);
});

Deno.test("an agent that fails for good ends its call with an error, and the caller goes on", async () => {
  const broken = (error: unknown): LLM => ({
    name: "broken",
    decide: () => Promise.reject(error),
  });
  const errors = [
    [new LLMError("401 key revoked"), "401 key revoked"],
    [new TypeError("no network"), "no network"],
    [new GraphError("no graph", []), "no graph"],
  ] as const;
  for (const store of [undefined, memoryStore()]) {
    for (const [place, [error, text]] of errors.entries()) {
      const bad = agentOf("bad", broken(error), []);
      const good = agentOf("good", modelOf([decide.respond("the good result")]), []);
      const boss = bossOf([bad, good]);
      const session: Session = store === undefined
        ? boss.createSession()
        : await boss.openSession(`s${place}`, { store });
      const turn = await session.next("Go");
      assertEquals([turn.status, turn.response], ["waiting", "done"]);
      assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["error", "ok"]);
      assert(turn.toolResults[0]!.text.includes(text), turn.toolResults[0]!.text);
    }
  }
});

/** A worker of three parts, whose model is stopped after some of them. */
function workerOf(done: number[], onPart: (n: number) => void, options: object = {}) {
  const part = new Tool({
    name: "part",
    description: "Do a part",
    args: v.object({ n: v.number() }),
    run: ({ n }) => {
      done.push(n);
      onPart(n);
      return `did ${n}`;
    },
  });
  const parts = [1, 2, 3].map((n) => decide.call("part", { n }));
  return agentOf("worker", modelOf([...parts, decide.respond("all three")]), [part], options);
}

Deno.test("Stop, then a restart: another process goes on with the agents, on two levels, and repeats nothing", async () => {
  for (const isStored of [false, true]) {
    const store = memoryStore();
    const done: number[] = [];
    const build = (stop?: AbortController) => {
      const worker = workerOf(done, (n) => n === 2 && stop?.abort());
      const manager = agentOf("manager", modelOf([ask("worker"), decide.respond("managed")]), [
        asTool(worker),
      ]);
      return bossOf([manager]);
    };
    const stop = new AbortController();
    const first: Session = isStored
      ? await build(stop).openSession("s", { store })
      : build(stop).createSession({ id: "s" });
    const stopped = await first.next("Go", { signal: stop.signal });
    assertEquals([stopped.status, stopped.toolResults], ["interrupted", []]);
    const before = first.usage;
    const second: Session = isStored
      ? await build().openSession("s", { store })
      : build().createSession({ state: copied(first.state) });
    const turn = await second.resume();
    assertEquals([turn.response, turn.toolResults[0]!.text], ["done", "managed"]);
    // The part whose turn was stopped may have had its effect, so the model decides about it.
    assertEquals(done, [1, 2, 3]);
    // Every model call is counted once: 1 + 1 of the boss, 1 + 1 of the manager, 4 of the worker.
    assertEquals(second.usage, { input: 80, output: 8 });
    assert(before.input! < 80);
  }
});

Deno.test("an agent whose caller reaches a limit goes on with its caller's next turn", async () => {
  for (const limits of [{ turn: { modelCalls: 3 } }, { turn: { tokens: 33 } }]) {
    for (const isStored of [false, true]) {
      const store = memoryStore();
      const done: number[] = [];
      const boss = bossOf([workerOf(done, () => {})], { limits });
      let session: Session = isStored
        ? await boss.openSession("s", { store })
        : boss.createSession({ id: "s" });
      const first = await session.next("Go");
      assertEquals([first.status, first.toolResults], ["limited", []]);
      session = isStored
        ? await boss.openSession("s", { store })
        : boss.createSession({ state: copied(session.state) });
      const second = await session.resume();
      assertEquals([second.response, second.toolResults[0]!.text], ["done", "all three"]);
      assertEquals(done, [1, 2, 3]);
    }
  }
});

Deno.test("a stream has the parts of child sessions only if it is asked for them", async () => {
  const script = () => {
    const clerk = agentOf("clerk", modelOf([decide.respond("from the clerk")]), []);
    const manager = agentOf("manager", modelOf([ask("clerk"), decide.respond("managed")]), [
      asTool(clerk),
    ]);
    return bossOf([manager, agentOf("other", modelOf([decide.respond("other")]), [])]);
  };
  const types: string[] = [];
  for await (const { type } of script().createSession({ id: "s" }).stream("Go")) types.push(type);
  assertEquals(types.includes("child"), false);

  const parts: StreamPart[] = [];
  const stream = script().createSession({ id: "s" }).stream("Go", { children: true });
  for await (const part of stream) parts.push(part);
  assertEquals(parts.flatMap((part) => part.type === "child" ? [] : [part.type]), types);
  const own = (agent: string) =>
    parts.flatMap((part) => part.type === "child" && part.agent === agent ? [part] : []);
  assertEquals(own("other").map(({ callKey, part }) => [callKey, part.type]), [
    ["s~boss/1/1", "user"],
    ["s~boss/1/1", "decision"],
  ]);
  assertEquals(own("manager").map(({ part }) => part.type), [
    "user",
    "decision",
    "tool_started",
    "child",
    "child",
    "tool_finished",
    "decision",
  ]);
  const [below] = own("manager").flatMap(({ part }) => part.type === "child" ? [part] : []);
  assertEquals([below!.agent, below!.callKey, below!.part.type], [
    "clerk",
    "boss/1/0/1/0",
    "user",
  ]);
  assertEquals((await stream.turn).response, "done");
});

Deno.test("leaving a stream at any part of a child session suspends it, and resume() goes on", async () => {
  for (let at = 1; at <= 14; at++) {
    const done: number[] = [];
    const boss = bossOf([workerOf(done, () => {})]);
    const session = boss.createSession({ id: "s" });
    let count = 0;
    for await (const _ of session.stream("Go", { children: true })) if (++count === at) break;
    const { response } = await session.resume();
    const ends = session.state.events.filter((event) => event.type === "tool_finished");
    assertEquals([response, ends.map(({ text }) => text)], ["done", ["all three"]], `at ${at}`);
    assertEquals([...new Set(done)], [1, 2, 3], `at ${at}`);
  }
});
