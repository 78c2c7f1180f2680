/** Turns that wait for earlier turns of the same stored session. */
import { Agent, decide, MockLLM, type Session, SessionBusyError, Tool } from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { agentOf, eventsOf, open } from "./durable_session.ts";

/** An agent whose first answer waits for `gate`; the others are "ok". */
function gated() {
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const script = [async () => {
    started.resolve();
    await gate.promise;
    return decide.respond("first");
  }, ...Array.from({ length: 200 }, () => decide.respond("ok"))];
  return { agent: agentOf(script), started: started.promise, finish: () => gate.resolve() };
}

async function inputsOf(store: Store): Promise<string[]> {
  return (await eventsOf(store)).flatMap((event) => event.type === "user" ? [event.text] : []);
}

Deno.test("100 turns of one session object and of many finish in the order of their calls", async () => {
  const store = memoryStore();
  const { agent, started, finish } = gated();
  const one = await open(agent, store, { whenBusy: "wait" });
  const first = one.next("0");
  await started;
  const inputs = Array.from({ length: 100 }, (_, at) => `${at + 1}`);
  const others = await Promise.all(inputs.map(() => open(agent, store, { whenBusy: "wait" })));
  const ended: string[] = [];
  const turns = inputs.map(async (input, at) => {
    const { status } = await (at % 2 === 0 ? one : others[at]!).next(input);
    ended.push(input);
    return status;
  });
  finish();
  await first;
  assertEquals(new Set(await Promise.all(turns)), new Set(["waiting"]));
  assertEquals(ended, inputs);
  assertEquals(await inputsOf(store), ["0", ...inputs]);
  assertEquals(one.status, "waiting");
});

Deno.test("two verdicts at once on one session object are carried out one after the other", async () => {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ n: v.number() }),
    needsApproval: true,
    run: ({ n }) => `paid ${n}`,
  });
  const calls = [1, 2].map((n) => ({ tool: "pay", args: { n } }));
  const agent = new Agent({
    name: "payer",
    llm: new MockLLM([decide.calls(calls), decide.respond("done")]),
    start: "pay",
    steps: { pay: { description: "Pay", tools: [pay] } },
  });
  const session = await agent.openSession("s", { store: memoryStore(), whenBusy: "wait" });
  const { approvals } = await session.next("Pay both");
  const turns = await Promise.all(approvals.map(({ callKey }) => session.approve(callKey)));
  assertEquals(turns.map(({ status }) => status), ["needs_approval", "waiting"]);
});

Deno.test("a waiting turn that is aborted leaves the queue, writes nothing, and returns its input", async () => {
  const store = memoryStore();
  const { agent, started, finish } = gated();
  const session = await open(agent, store, { whenBusy: "wait" });
  const first = session.next("first");
  await started;
  const controller = new AbortController();
  const second = session.next("second", { signal: controller.signal });
  const third = session.next("third");
  const never = session.next("never", { signal: AbortSignal.abort() });
  controller.abort();
  for (const [turn, text] of [[await second, "second"], [await never, "never"]] as const) {
    assertEquals([turn.status, turn.input, turn.events], ["interrupted", text, []]);
  }
  assertEquals(session.status, "running");
  finish();
  assertEquals([(await first).input, (await third).response], [undefined, "ok"]);
  assertEquals(await inputsOf(store), ["first", "third"]);
  assertEquals((await session.next((await second).input)).status, "waiting");
});

Deno.test("a stream that waits and is left writes nothing", async () => {
  const store = memoryStore();
  const { agent, started, finish } = gated();
  const session = await open(agent, store, { whenBusy: "wait" });
  const first = session.next("first");
  await started;
  const stream = session.stream("second");
  const part = stream.next();
  await stream.return();
  assertEquals((await part).done, true);
  assertEquals((await stream.turn).input, "second");
  finish();
  await first;
  assertEquals(await inputsOf(store), ["first"]);
});

Deno.test("maxWait counts from the call, in the queue of the process", async () => {
  const clock = new ManualClock();
  const { agent, started, finish } = gated();
  const session = await open(agent, memoryStore(), { whenBusy: "wait", maxWait: 1_000, clock });
  const first = session.next("first");
  await started;
  await clock.advance(500);
  const refused = [session.next("second"), session.next("third")].map((turn) =>
    assertRejects(() => turn, SessionBusyError, "kept it for 1000 ms")
  );
  await clock.advance(999);
  const late = session.next("fourth");
  await clock.advance(1);
  await Promise.all(refused);
  finish();
  await first;
  assertEquals((await late).response, "ok");
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("a wait for another process ends after maxWait, even if the clock is set back meanwhile", async () => {
  const manual = new ManualClock();
  let setBack = 0;
  const clock = {
    now: () => manual.now() - setBack,
    setTimer: manual.setTimer.bind(manual),
  };
  const store = memoryStore({ clock: () => manual.now() });
  const { agent } = gated();
  const session = await open(agent, store, { whenBusy: "wait", maxWait: 1_000, clock });
  await store.claim("s", { owner: "elsewhere", ttl: 60_000 });
  let isOver = false;
  const refused = assertRejects(() => session.next("x"), SessionBusyError, "kept it for 1000 ms")
    .finally(() => isOver = true);
  await manual.advance(500);
  setBack = 3_600_000;
  await manual.advance(600);
  assertEquals(isOver, true);
  await refused;
});

Deno.test("a session that refuses is refused while others of its process wait", async () => {
  const store = memoryStore();
  const { agent, started, finish } = gated();
  const waiting = await open(agent, store, { whenBusy: "wait" });
  const refusing = await open(agent, store);
  const first = waiting.next("first");
  await started;
  const second = waiting.next("second");
  await assertRejects(() => refusing.next("x"), SessionBusyError, 'whenBusy: "wait"');
  finish();
  await Promise.all([first, second]);
  assertEquals((await refusing.next("third")).response, "ok");
});

Deno.test("a tool that starts a turn of its own session is refused at once, by any object of that session", async () => {
  const store = memoryStore();
  const tries: (() => Promise<unknown>)[] = [];
  const failed: unknown[] = [];
  const recurse = new Tool({
    name: "recurse",
    description: "Recurse",
    args: v.object({}),
    run: async () => {
      for (const attempt of tries) await attempt().catch((error) => failed.push(error));
      return "ok";
    },
  });
  const agent = new Agent({
    name: "recursive",
    llm: new MockLLM([decide.call("recurse"), decide.respond("done"), decide.respond("again")]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [recurse] } },
  });
  const options = { store, whenBusy: "wait", clock: new ManualClock() } as const;
  const session: Session = await agent.openSession("own", options);
  const same: Session = await agent.openSession("own", options);
  tries.push(() => session.next("x"), () => same.next("x"), () => session.stream("x").next());
  assertEquals((await session.next("Go")).response, "done");
  assertEquals(failed.map((error) => error instanceof SessionBusyError), [true, true, true]);
  assertEquals((await same.next("Later")).response, "again");
});
