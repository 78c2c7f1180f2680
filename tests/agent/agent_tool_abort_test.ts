import { assert, assertEquals } from "@std/assert";
import { type Agent, decide, type LLM, type Session, Tool } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import * as v from "valibot";
import { agentOf, copied, modelOf, storedEvents } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));

interface Hanging {
  readonly build: (timeout?: number) => Agent<Record<"work", unknown>>;
  /** Resolves when the tool of the lowest agent hangs. */
  readonly hangs: Promise<void>;
  readonly signals: AbortSignal[];
}

/** Three levels of agents; the tool of the lowest never ends. */
function hanging(): Hanging {
  const { promise: hangs, resolve } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const wait = new Tool({
    name: "wait",
    description: "Wait",
    args: v.object({}),
    run: (_, { signal }) => {
      signals.push(signal);
      resolve();
      return new Promise<never>(() => {});
    },
  });
  const build = (timeout?: number) => {
    const bottom = agentOf("bottom", modelOf([decide.call("wait"), decide.respond("never")]), [
      wait,
    ]);
    const middle = agentOf("middle", modelOf([ask("bottom"), decide.respond("middle")]), [
      bottom.asTool({ name: "bottom", description: "Wait" }),
    ]);
    return agentOf("top", modelOf([ask("middle"), decide.respond("done")]), [
      middle.asTool({ name: "middle", description: "Wait", ...(timeout && { timeout }) }),
    ]);
  };
  return { build, hangs, signals };
}

Deno.test("an abort of the parent suspends every turn below, its event has their usage, and resume() goes on", async () => {
  const { build, hangs, signals } = hanging();
  const session: Session = build().createSession({ id: "s", keepChildren: true });
  const controller = new AbortController();
  const running = session.next("Go", { signal: controller.signal });
  await hangs;
  controller.abort();
  const turn = await running;
  assertEquals([turn.status, turn.toolResults], ["interrupted", []]);
  assertEquals(turn.events.at(-1)!.type, "tool_suspended");
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  // Three models were asked, one by each agent.
  assertEquals(turn.usage, { input: 30, output: 3 });
  const middle = () => session.state.children!["s~top/1/0"]!;
  const bottom = () => middle().children!["top/1/0/1/0"]!;
  assertEquals([middle().status, bottom().status], ["interrupted", "interrupted"]);
  assertEquals([middle().events.at(-1)!.type, bottom().events.at(-1)!.type], [
    "tool_suspended",
    "tool_finished",
  ]);
  // The agents go on; the tool that was given up is not run again.
  const resumed = await session.resume();
  assertEquals([resumed.response, resumed.toolResults[0]!.text], ["done", "middle"]);
  assertEquals(session.usage, { input: 60, output: 6 });
  assertEquals(signals.length, 1);
});

Deno.test("leaving a stream early ends every turn below", async () => {
  const { build, hangs, signals } = hanging();
  const session: Session = build().createSession({ id: "s" });
  const stream = session.stream("Go");
  for (let events = 0; events < 3; events++) await stream.next();
  const next = stream.next();
  await hangs;
  await stream.return();
  await next;
  assertEquals([session.status, signals[0]!.aborted], ["interrupted", true]);
  assertEquals((await session.next("Never mind")).response, "done");
});

Deno.test("an abort suspends child sessions in a store as well, and another process goes on with them", async () => {
  const store = memoryStore();
  const { build, hangs } = hanging();
  const session = await build().openSession("s", { store });
  const controller = new AbortController();
  const running = session.next("Go", { signal: controller.signal });
  await hangs;
  controller.abort();
  assertEquals((await running).status, "interrupted");
  const lasts = [undefined, "top/1/0", "top/1/0/1/0"].map(async (child) =>
    (await storedEvents(store, "s", child)).at(-1)!.type
  );
  assertEquals(await Promise.all(lasts), ["tool_suspended", "tool_suspended", "tool_finished"]);
  const restarted = await build().openSession("s", { store });
  assertEquals((await restarted.resume()).toolResults.map(({ text }) => text), ["middle"]);
});

Deno.test("an agent that takes longer than the timeout of its tool is stopped, with outcome error", async () => {
  const { build, signals } = hanging();
  const session: Session = build(5).createSession({ id: "s" });
  const turn = await session.next("Go");
  assertEquals([turn.response, turn.toolResults[0]!.outcome], ["done", "error"]);
  assertEquals(
    turn.toolResults[0]!.text,
    'Tool "middle" took longer than its timeout of 5 ms: it may have had its effect',
  );
  assertEquals([turn.usage, signals[0]!.aborted], [{ input: 40, output: 4 }, true]);
});

Deno.test("an agent beside one that fails finishes its work", async () => {
  const failed = Promise.withResolvers<void>();
  const done: number[] = [];
  const work = new Tool({
    name: "work",
    description: "Work",
    args: v.object({ n: v.number() }),
    run: async ({ n }, { signal }) => {
      await failed.promise;
      signal.throwIfAborted();
      done.push(n);
      return `part ${n}`;
    },
  });
  const parts = [1, 2, 3].map((n) => decide.call("work", { n }));
  const good = agentOf("good", modelOf([...parts, decide.respond("all three parts")]), [work]);
  // It is limited before it can answer.
  const poor = agentOf("poor", modelOf([decide.call("note"), decide.respond("never")]), [
    new Tool({ name: "note", description: "Note", args: v.object({}), run: () => "noted" }),
  ], { limits: { turn: { modelCalls: 1 } } });
  const llm = modelOf([ask("good", "poor"), decide.respond("done")]);
  const boss = agentOf(
    "boss",
    llm,
    [good, poor].map((agent) => agent.asTool({ name: agent.name, description: "Help" })),
  );
  const session: Session = boss.createSession({ id: "s", keepChildren: true });
  for await (const { type } of session.stream("Do both")) {
    if (type === "tool_finished") failed.resolve();
  }
  const results = session.state.events.flatMap((event) =>
    event.type === "tool_finished" ? [[event.tool, event.outcome, event.text]] : []
  );
  assertEquals(results, [
    [
      "poor",
      "error",
      'Agent "poor" has no result: its turn was limited (limits.turn.modelCalls) before it answered',
    ],
    ["good", "ok", "all three parts"],
  ]);
  assertEquals([done, session.state.children!["s~boss/1/0"]!.status], [[1, 2, 3], "waiting"]);
});

Deno.test("a call under an aborted signal creates no child session", async () => {
  const { build, signals } = hanging();
  const controller = new AbortController();
  const first = modelOf([() => {
    controller.abort();
    return ask("top");
  }, decide.respond("done")]);
  const over = agentOf("over", first, [build().asTool({ name: "top", description: "Top" })]);
  const session: Session = over.createSession({ id: "s" });
  const turn = await session.next("Go", { signal: controller.signal });
  assertEquals([turn.status, signals.length], ["interrupted", 0]);
  assertEquals(session.state.children, undefined);
});

Deno.test("a child agent whose model streams runs like any other, without deltas", async () => {
  const streaming: LLM = {
    name: "streaming",
    decide: () => Promise.reject(new Error("it is to be streamed")),
    async *stream() {
      const decision = { action: "RESPOND", response: "In pieces" };
      const text = JSON.stringify({ reasoning: [], decision });
      yield { type: "text", text };
      yield { type: "result", result: { output: text } };
    },
  };
  const helper = agentOf("helper", streaming, []);
  const boss = agentOf("boss", modelOf([ask("helper"), decide.respond("done")]), [
    helper.asTool({ name: "helper", description: "Help" }),
  ]);
  const session = boss.createSession({ id: "s" });
  const parts: string[] = [];
  for await (const { type } of session.stream("Go")) parts.push(type);
  assertEquals(parts, ["user", "decision", "tool_started", "tool_finished", "decision"]);
  const finished = copied(session.state).events[3]!;
  assert(finished.type === "tool_finished" && finished.text === "In pieces");
});
