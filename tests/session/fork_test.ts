import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  ConfigError,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
  type SessionEvent,
  type State,
  StateError,
  Tool,
} from "@nomos/agent";
import * as v from "valibot";
import { Log } from "../../src/history/log.ts";
import { bordersOf, INPUTS, playWhole, scriptedAgent } from "./state_session.ts";

/** As long as the id of the original, because a tool returns the length of its key. */
const FORK_ID = "the fork id";

const { events, taken } = await playWhole();
const whole: State = JSON.parse(taken.at(-1)!.text);

/** Events without the differences between a session and its fork: times and keys. */
function comparable(events: readonly SessionEvent[]): unknown[] {
  return events.map((event) => {
    const { time: _, ...rest } = event;
    return "callKey" in rest
      ? { ...rest, callKey: rest.callKey.replace(FORK_ID, "the session") }
      : rest;
  });
}

/** Number of requests that a model has answered by these events. */
function answered(events: readonly SessionEvent[]): number {
  return events.filter(({ type }) => type === "decision" || type === "error").length;
}

Deno.test("Session.fork, after every commit, has the position to which the events before it lead", async () => {
  const session = scriptedAgent().agent.createSession({ state: whole });
  for (const at of bordersOf(events)) {
    const fork = await session.fork({ at, id: FORK_ID });
    const { step, status } = new Log("a", events.slice(0, at), { now: () => 0 }).position;
    assertEquals([fork.step, fork.status], [step as "a" | "b", status], `at ${at}`);
    assertEquals(fork.state.events, events.slice(0, at));
  }
  assertEquals(JSON.stringify(session.state), JSON.stringify(whole));
});

Deno.test("Session.fork, after every commit, can be played to the same end", async () => {
  for (const at of bordersOf(events)) {
    const past = events.slice(0, at);
    const { agent, llm } = scriptedAgent(answered(past), past.at(-1)?.time);
    const session = agent.createSession({ state: whole });
    const fork = await session.fork({ at, id: FORK_ID });
    if (fork.status === "interrupted") await fork.resume();
    const { next } = taken.findLast(({ text }) => JSON.parse(text).events.length <= at)!;
    for (const input of INPUTS.slice(next)) await fork.next(input);
    llm.assertDone();
    assertEquals(comparable(fork.state.events), comparable(events), `forked at ${at}`);
  }
});

Deno.test("Session.fork, within a commit, is refused, and the message names the places before and after it", async () => {
  const session = scriptedAgent().agent.createSession({ state: whole });
  const borders = bordersOf(events);
  let refused = 0;
  for (let at = 0; at <= events.length; at++) {
    if (borders.includes(at)) continue;
    const [before, after] = [borders.findLast((one) => one < at), borders.find((one) => one > at)];
    const error = await assertRejects(() => session.fork({ at, id: FORK_ID }), ConfigError);
    assertEquals(
      error.message,
      `Cannot fork session "the session" at ${at}: events ${before} to ${after! - 1} were ` +
        `committed together: expected ${before} or ${after}`,
    );
    refused++;
  }
  assert(refused > 8, `${refused}`);
  assertEquals(JSON.stringify(session.state), JSON.stringify(whole));
});

Deno.test("Session.fork, of a log without `joined`, can be cut at the same places", async () => {
  const older = {
    ...whole,
    events: events.map(({ joined: _, ...event }) => event as SessionEvent),
  };
  const session = scriptedAgent().agent.createSession({ state: older });
  const accepted: number[] = [];
  for (let at = 0; at <= events.length; at++) {
    await session.fork({ at, id: FORK_ID }).then(() => accepted.push(at), (error) => {
      assert(error instanceof ConfigError);
    });
  }
  assertEquals(accepted, bordersOf(events));
});

Deno.test("Session.fork, requests and verdicts are not separated from the events of their commit", async () => {
  const { agent } = shop([payTwo, decide.respond("Done")]);
  const session = agent.createSession();
  await session.next("Pay them");
  await session.deny("s0~s1/1/0", "no");
  await session.approve("s0~s1/1/1");
  assertEquals(
    session.state.events.map(({ type, joined }) => `${type}${joined ? " joined" : ""}`),
    [
      "user",
      "decision",
      "approval_requested joined",
      "approval_requested joined",
      "approval_given",
      "tool_finished joined",
      "approval_given",
      "tool_started joined",
      "tool_finished",
      "decision",
    ],
  );
  for (
    const [at, places] of [[2, "1 or 4"], [3, "1 or 4"], [5, "4 or 6"], [7, "6 or 8"]] as const
  ) {
    await assertRejects(() => session.fork({ at }), ConfigError, `expected ${places}`);
  }
});

/** An agent that pays, and the recipients and keys of its payments. */
function shop(script: readonly ScriptEntry[], options: object = { needsApproval: true }) {
  const paid: string[] = [];
  let ids = 0;
  const pay = new Tool({
    name: "pay",
    description: "Pay somebody",
    args: v.object({ to: v.string() }),
    run: ({ to }, { callKey }) => {
      paid.push(`${to} ${callKey}`);
      return `paid ${to}`;
    },
    ...options,
  });
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM(script, { whenDone: "repeat" }),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay] } },
    ids: () => `s${ids++}`,
    clock: () => 0,
  });
  return { agent, paid };
}

const payTwo = decide.calls(["ann", "bob"].map((to) => ({ tool: "pay", args: { to } })));

Deno.test("Session.fork, at any cut, runs no call that a person did not approve", async () => {
  const verdicts: ((session: Session, callKey: string) => Promise<unknown>)[] = [
    (session, callKey) => session.deny(callKey, "no"),
    (session, callKey) => session.settle(callKey, "done by hand"),
    (session, callKey) => session.approve(callKey),
  ];
  for (const [first, verdict] of verdicts.entries()) {
    const { agent, paid } = shop([payTwo, decide.respond("Done")]);
    const session = agent.createSession();
    await session.next("Pay them");
    await verdict(session, "s0~s1/1/0");
    await session.deny("s0~s1/1/1", "never");
    const { events } = session.state;
    for (const at of bordersOf(events).filter((at) => at > 1)) {
      paid.length = 0;
      const fork = await session.fork({ at });
      const what = `verdict ${first}, at ${at}`;
      if (fork.status === "interrupted") await fork.resume();
      while (fork.status === "needs_approval") {
        const { callKey, args } = fork.approvals[0]!;
        if (args.to === "ann") await verdict(fork, callKey);
        else await fork.deny(callKey, "never");
      }
      assertEquals(fork.status, "waiting", what);
      const types = (list: readonly SessionEvent[]) =>
        list.map((event) => "outcome" in event ? `${event.type} ${event.outcome}` : event.type);
      // A fork asks again about the calls that wait at the cut.
      const own = types(fork.state.events.filter((event) => !("alsoIn" in event)));
      assertEquals(own, types(events), what);
      const isKept = events.slice(0, at).some(({ type }) => type === "tool_finished");
      assertEquals(paid.length, first === 2 && !isKept ? 1 : 0, what);
      assert(paid.every((one) => one.startsWith("ann ")), what);
    }
  }
});

Deno.test("Session.fork, a once call is decided again if cut before its start, and needs a verdict if cut after", async () => {
  const call = decide.call("pay", { to: "ann" });
  const done = decide.respond("Done");
  const { agent, paid } = shop([call, done, call, done], { once: true });
  const session = agent.createSession();
  await session.next("Pay");
  assertEquals(paid, ["ann s0~s1/1/0"]);
  const before = await session.fork({ at: 1 });
  assertEquals((await before.resume()).status, "waiting");
  assertEquals(paid, ["ann s0~s1/1/0", "ann s2~s3/1/0"]);
  const after = await session.fork({ at: 3 });
  assertEquals((await after.resume()).status, "needs_approval");
  assertEquals(after.approvals.map(({ callKey, reason }) => [callKey, reason]), [
    ["s0~s1/1/0", "unknown"],
  ]);
  assertEquals(paid.length, 2);
});

Deno.test("Session.fork, a call started before the cut keeps its key, later ones have new keys", async () => {
  const call = decide.call("pay", { to: "ann" });
  const done = decide.respond("Done");
  const { agent, paid } = shop([call, done, done, call, done], {});
  const session = agent.createSession();
  await session.next("Pay");
  const fork = await session.fork({ at: 3, id: "branch" });
  await fork.resume();
  await fork.next("Pay again");
  assertEquals(paid, ["ann s0~s1/1/0", "ann s0~s1/1/0", "ann branch~s2/6/0"]);
  const { events } = fork.state;
  assertEquals(events[3]!.type, "tool_finished");
  const again = await session.fork({ at: 1, id: "other" });
  await again.next("Go on");
  assertEquals(again.state.sessionId, "other");
});

Deno.test("Session.fork, the branches do not affect each other", async () => {
  const script = ["one", "two", "three"].map((text) => decide.respond(text));
  const { agent } = shop(script);
  const session = agent.createSession();
  await session.next("Hi");
  const fork = await session.fork();
  assertEquals([fork.id, fork.status, fork.state.events], ["s2", "waiting", session.state.events]);
  assertEquals((await session.next("Left")).response, "two");
  assertEquals((await fork.next("Right")).response, "three");
  const texts = (session: Session) =>
    session.state.events.flatMap((event) => event.type === "user" ? [event.text] : []);
  assertEquals([texts(session), texts(fork)], [["Hi", "Left"], ["Hi", "Right"]]);
  const second = await fork.fork({ at: 2 });
  assertEquals(texts(second), ["Hi"]);
});

Deno.test("Session.fork, during a turn, is interrupted at that event", async () => {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { agent } = shop([async () => {
    asked.resolve();
    await gate.promise;
    return decide.respond("first");
  }, decide.respond("second")]);
  const session = agent.createSession();
  const turn = session.next("Hi");
  await asked.promise;
  const fork = await session.fork();
  assertEquals([session.status, fork.status], ["running", "interrupted"]);
  assertEquals((await fork.resume()).response, "second");
  gate.resolve();
  assertEquals((await turn).response, "first");
});

Deno.test("Session.fork, of a turn that was interrupted before its first event, is interrupted unless cut before it", async () => {
  const { agent } = shop([decide.respond("up")]);
  const session = agent.createSession();
  await session.next(undefined, { signal: AbortSignal.abort() });
  assertEquals([session.status, session.state.events.length], ["interrupted", 0]);
  const fork = await session.fork();
  assertEquals([fork.status, (await fork.resume()).response], ["interrupted", "up"]);
  assertEquals((await fork.fork({ at: 0 })).status, "waiting");
});

Deno.test("Session.fork, has the context and the limits of the original unless given others", async () => {
  const seen: unknown[] = [];
  const call = decide.call("pay", { to: "ann" });
  const { agent } = shop([call, call, call, decide.respond("x")], {
    needsApproval: (_: unknown, { context }: { readonly context: unknown }) => {
      seen.push(context);
      return true;
    },
  });
  const limits = { session: { modelCalls: 1 } };
  const session = agent.createSession({ context: "original", limits });
  await session.next("Hi");
  const same = await session.fork({ at: 1 });
  await same.resume();
  assertEquals((await same.approve("s2~s3/1/0")).status, "limited");
  const other = await session.fork({
    at: 1,
    context: undefined,
    limits: { session: { modelCalls: 2 } },
  });
  await other.resume();
  assertEquals((await other.deny("s4~s5/1/0", "no")).status, "waiting");
  assertEquals(seen, ["original", "original", undefined]);
  // The usage of the past counts towards the limits.
  const spent = await session.fork();
  assertEquals((await spent.approve("s0~s1/1/0")).status, "limited");
});

Deno.test("Session.fork, keeps the step in which the session began", async () => {
  const agentFrom = (start: "a" | "b", script: readonly ScriptEntry[]) =>
    new Agent<Record<"a" | "b", unknown>>({
      name: "test",
      llm: new MockLLM(script),
      start,
      steps: { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } },
    });
  const old = agentFrom("a", [decide.respond("x"), decide.move("b"), decide.respond("y")]);
  const session = old.createSession();
  await session.next("1");
  await session.next("2");
  const now = agentFrom("b", []).createSession({ state: session.state });
  assertEquals((await now.fork({ at: 2 })).step, "a");
});

Deno.test("Session.fork, refuses invalid options", async () => {
  const { agent } = shop([decide.respond("x")]);
  const session = agent.createSession({ id: "mine" });
  await session.next("Hi");
  const bad: [unknown, string][] = [
    [{ at: 3 }, 'Cannot fork session "mine": at is 3: expected a whole number from 0 to 2'],
    [{ at: -1 }, "at is -1"],
    [{ at: 0.5 }, "at is 0.5"],
    [{ at: NaN }, "at is NaN"],
    [{ at: "1" }, 'at is "1"'],
    [{ id: "" }, 'id is "": expected text that is not empty'],
    [{ id: 4 }, "id is 4"],
    [{ id: "mine" }, 'id is "mine"'],
    [{ limits: { turn: { tokens: -1 } } }, "limits.turn.tokens is -1"],
    [null, 'Cannot fork session "mine": options is null: expected an object'],
  ];
  for (const [options, message] of bad) {
    await assertRejects(() => session.fork(options as never), ConfigError, message);
  }
});

Deno.test("Session.fork, refuses a past that leads to a step the graph lacks", async () => {
  const steps = {
    a: { description: "A", routes: { b: "" } },
    b: { description: "B", routes: { a: "" } },
  };
  const llm = new MockLLM([decide.move("b"), decide.move("a"), decide.respond("x")]);
  const session = new Agent({ name: "old", llm, start: "a", steps }).createSession();
  await session.next("Hi");
  const { state } = session;
  const now = new Agent({
    name: "new",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A" } },
  }).createSession({ state });
  await assertRejects(() => now.fork({ at: 3 }), StateError, 'unknown step "b": expected "a"');
  assertEquals((await now.fork({ at: 1 })).step, "a");
});
