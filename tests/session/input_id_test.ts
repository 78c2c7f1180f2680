/** Inputs that are sent again, with the same `inputId`. */
import {
  Agent,
  ConfigError,
  decide,
  LLMError,
  MockLLM,
  type ScriptEntry,
  type Session,
  SessionBusyError,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import * as v from "valibot";

const HELLO = { inputId: "in-1" };

function agentOf(script: readonly ScriptEntry[]): Agent<Record<"talk" | "end", unknown>> {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: true,
    run: () => "paid",
  });
  return new Agent<Record<"talk" | "end", unknown>>({
    name: "talker",
    llm: new MockLLM(script),
    maxIterations: 2,
    start: "talk",
    steps: {
      talk: { description: "Talk", tools: [pay], routes: { end: "done" } },
      end: { description: "End", routes: { talk: "more" } },
    },
  });
}

async function inputsOf(session: Session): Promise<string[]> {
  const events: SessionEvent[] = await Array.fromAsync(session.events());
  return events.flatMap((event) => event.type === "user" ? [event.text] : []);
}

/** The same storage as another process sees it. */
const elsewhere = (store: Store) => new Proxy(store, {});

for (const isDurable of [false, true]) {
  const kind = isDurable ? "stored" : "in memory";
  const open = (agent: ReturnType<typeof agentOf>): Promise<Session> =>
    isDurable
      ? agent.openSession("s", { store: memoryStore() })
      : Promise.resolve(agent.createSession());

  Deno.test(`inputId: a turn that is over is returned from the log (${kind})`, async () => {
    const session = await open(
      agentOf([
        decide.move("end"),
        decide.respond("Hello"),
        decide.move("talk"),
        decide.end("Bye"),
      ]),
    );
    const first = await session.next("Hi", HELLO);
    await session.next("Leave", { inputId: "in-2" });
    for (let time = 0; time < 2; time++) {
      const again = await session.next("Hi", HELLO);
      assertEquals(again.events, first.events);
      assertEquals([again.status, again.step, again.response], ["waiting", "end", "Hello"]);
    }
    const last = await session.next("Leave", { inputId: "in-2" });
    assertEquals([last.status, last.step, last.response], ["ended", "talk", "Bye"]);
    const streamed = session.stream("Hi", HELLO);
    assertEquals(await Array.fromAsync(streamed), []);
    assertEquals((await streamed.turn).response, "Hello");
    assertEquals([session.status, await inputsOf(session)], ["ended", ["Hi", "Leave"]]);
  });

  Deno.test(`inputId: a turn that is running here is returned when it is done (${kind})`, async () => {
    const gate = Promise.withResolvers<void>();
    const session = await open(agentOf([async () => {
      await gate.promise;
      return decide.respond("Hello");
    }]));
    const first = session.next("Hi", HELLO);
    const second = session.next("Hi", HELLO);
    const stream = session.stream("Hi", HELLO);
    const third = stream.turn;
    await assertRejects(() => session.next("Other", HELLO), ConfigError, "another input");
    await assertRejects(() => session.next("Other"), SessionBusyError);
    gate.resolve();
    assertStrictEquals(await second, await first);
    assertStrictEquals(await third, await first);
    assertEquals(await inputsOf(session), ["Hi"]);
  });

  Deno.test(`inputId: a turn that failed goes on; without it the input is added again (${kind})`, async () => {
    const down = new Error("down");
    const session = await open(
      agentOf([down, decide.respond("Hello"), down, decide.respond("Yes")]),
    );
    await assertRejects(() => session.next("Hi", HELLO), LLMError);
    assertEquals((await session.next("Hi", HELLO)).response, "Hello");
    await assertRejects(() => session.next("And?"), LLMError);
    assertEquals((await session.next("And?")).response, "Yes");
    assertEquals(await inputsOf(session), ["Hi", "And?", "And?"]);
  });

  Deno.test(`inputId: a turn that was stopped, limited or waits is returned as it stands (${kind})`, async () => {
    const session = await open(
      agentOf([
        decide.call("pay"),
        decide.move("end"),
        decide.move("talk"),
        decide.respond("Hello"),
      ]),
    );
    const asked = await session.next("Pay", { inputId: "pay" });
    const again = await session.next("Pay", { inputId: "pay" });
    assertEquals([again.status, again.approvals], ["needs_approval", asked.approvals]);
    assertEquals(again.events, asked.events);
    await session.next("Hi", { ...HELLO, stopAfter: "move" });
    const stopped = await session.next("Hi", HELLO);
    assertEquals([stopped.status, stopped.step], ["interrupted", "end"]);
    // Later input closed the call that waited.
    const closed = await session.next("Pay", { inputId: "pay" });
    assertEquals([closed.status, closed.approvals], ["interrupted", []]);
    assertEquals(closed.events, asked.events);
    assertEquals((await session.resume()).response, "Hello");
    assertEquals((await session.next("Hi", HELLO)).response, "Hello");
    assertEquals(await inputsOf(session), ["Pay", "Hi"]);
  });

  Deno.test(`inputId: belongs to one text, and is text of 1 to 200 characters (${kind})`, async () => {
    const session = await open(agentOf([decide.respond("Hello"), decide.respond("More")]));
    await session.next("Hi", HELLO);
    await assertRejects(() => session.next("Ho", HELLO), ConfigError, 'the input "Hi" has it');
    await assertRejects(() => session.next(undefined, HELLO), ConfigError, "expected text");
    await assertRejects(() => session.next({ resume: true }, HELLO), ConfigError, "expected text");
    for (const inputId of ["", "x".repeat(201), 7]) {
      await assertRejects(() => session.next("Hi", { inputId: inputId as string }), ConfigError);
    }
    assertEquals((await session.next("Hi", { inputId: "x".repeat(200) })).response, "More");
  });

  Deno.test(`inputId: a fork knows the ids before its cut (${kind})`, async () => {
    const session = await open(
      agentOf([decide.respond("One"), decide.respond("Two"), decide.respond("Other")]),
    );
    await session.next("1", { inputId: "1" });
    await session.next("2", { inputId: "2" });
    const fork = await session.fork({ at: 2 });
    assertEquals((await fork.next("1", { inputId: "1" })).response, "One");
    assertEquals((await fork.next("2", { inputId: "2" })).response, "Other");
  });
}

Deno.test("inputId: the last 1,000 of a session are known", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const session = new Agent({ name: "a", llm, start: "s", steps: { s: { description: "S" } } })
    .createSession();
  for (let at = 0; at <= 1_000; at++) await session.next("Hi", { inputId: `${at}` });
  await session.next("Hi", { inputId: "1" });
  assertEquals(llm.requests.length, 1_001);
  await session.next("Hi", { inputId: "0" });
  assertEquals(llm.requests.length, 1_002);
});

Deno.test("inputId: a state keeps the ids", async () => {
  const turn = await agentOf([decide.respond("Hello")]).createSession().next("Hi", HELLO);
  const state = JSON.parse(JSON.stringify(turn.state));
  const later = agentOf([]).createSession({ state });
  assertEquals((await later.next("Hi", HELLO)).response, "Hello");
});

Deno.test("inputId: a turn that runs elsewhere follows whenBusy, and is then returned", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const slow = agentOf([async () => {
    asked.resolve();
    await gate.promise;
    return decide.respond("Hello");
  }]);
  const first = (await slow.openSession("s", { store, clock })).next("Hi", HELLO);
  await asked.promise;
  const refusing = await agentOf([]).openSession("s", { store: elsewhere(store), clock });
  await assertRejects(() => refusing.next("Hi", HELLO), SessionBusyError);
  const waiting = await agentOf([]).openSession("s", {
    store: elsewhere(store),
    clock,
    whenBusy: "wait",
  });
  const waited = waiting.next("Hi", HELLO);
  gate.resolve();
  assertEquals((await first).response, "Hello");
  await clock.advance(1_000);
  assertEquals((await waited).response, "Hello");
});

Deno.test("inputId: a turn whose process died goes on; one that was stopped elsewhere stays stopped", async () => {
  for (const isDead of [true, false]) {
    const clock = new ManualClock();
    const store = memoryStore({ clock: () => clock.now() });
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const hanging = agentOf([() => {
      asked.resolve();
      return new Promise<never>(() => {});
    }]);
    const dying = await hanging.openSession("s", {
      store: elsewhere(store),
      // A process that dies renews no lease.
      clock: { now: () => clock.now(), setTimer: () => () => {} },
    });
    const turn = dying.next("Hi", { ...HELLO, signal: controller.signal });
    await asked.promise;
    if (isDead) await clock.advance(15_000);
    else {
      controller.abort();
      await turn;
    }
    const session = await agentOf([decide.respond("Hello")]).openSession("s", { store, clock });
    const again = await session.next("Hi", HELLO);
    assertEquals(again.response, isDead ? "Hello" : undefined);
    assertEquals(session.status, isDead ? "waiting" : "interrupted");
    assertEquals(await inputsOf(session), ["Hi"]);
  }
});
