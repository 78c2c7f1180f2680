import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Agent,
  ApprovalError,
  ConfigError,
  decide,
  GuardError,
  MockLLM,
  type ScriptEntry,
  type Session,
  SessionWaitingError,
  type State,
  Tool,
  type ToolOptions,
} from "@nomos/agent";
import * as v from "valibot";

const args = v.object({ to: v.string() });
type PayOptions = Partial<ToolOptions<{ to: string }, unknown, unknown>>;

/** An agent that pays, and the recipients of its payments. */
function shop(script: readonly ScriptEntry[], options: PayOptions = { needsApproval: true }) {
  const paid: string[] = [];
  const pay = new Tool({
    name: "pay",
    description: "Pay somebody",
    args,
    run: ({ to }) => {
      paid.push(to);
      return `paid ${to}`;
    },
    ...options,
  });
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => "seen",
  });
  const llm = new MockLLM(script);
  const agent = new Agent({
    name: "shop",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay, look] } },
    ids: () => "s",
    clock: () => 0,
  });
  return { agent, paid, llm };
}

const pay = (...to: string[]) =>
  decide.calls(to.map((name) => ({ tool: "pay", args: { to: name } })));
const types = (session: Session) => session.state.events.map(({ type }) => type);
const copied = (state: State): State => JSON.parse(JSON.stringify(state));

Deno.test("a call that needs approval ends the turn, and runs once it is approved", async () => {
  const { agent, paid } = shop([pay("ann"), decide.respond("Done")]);
  const session = agent.createSession();
  const turn = await session.next("Pay Ann");
  assertEquals([turn.status, turn.response, session.status], [
    "needs_approval",
    undefined,
    "needs_approval",
  ]);
  assertEquals(turn.approvals, session.approvals);
  const [{ hash, ...pending }] = turn.approvals as [typeof turn.approvals[0]];
  assertEquals(pending, {
    callKey: "s~s/1/0",
    tool: "pay",
    args: { to: "ann" },
    reason: "approval",
  });
  assert(/^[0-9a-f]{64}$/.test(hash));
  assertEquals([paid, types(session)], [[], ["user", "decision", "approval_requested"]]);
  const done = await session.approve("s~s/1/0", { hash });
  assertEquals([done.status, done.response, paid], ["waiting", "Done", ["ann"]]);
  assertEquals(types(session).slice(3), [
    "approval_given",
    "tool_started",
    "tool_finished",
    "decision",
  ]);
  assertEquals(session.approvals, []);
});

Deno.test("a denied call does not run, and the model sees the reason", async () => {
  const { agent, paid, llm } = shop([pay("ann"), decide.respond("Sorry")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  const turn = await session.deny("s~s/1/0", "She was paid yesterday");
  assertEquals([turn.response, paid], ["Sorry", []]);
  assertEquals(turn.toolResults, [{
    tool: "pay",
    args: { to: "ann" },
    callKey: "s~s/1/0",
    outcome: "denied",
    text: "She was paid yesterday",
  }]);
  assertEquals(
    llm.requests.at(-1)!.messages.at(-2)!.content,
    "Not allowed: pay:\nShe was paid yesterday",
  );
});

Deno.test("calls that need no approval run at once; others get their verdicts separately, in any order", async () => {
  const calls = [
    { tool: "pay", args: { to: "ann" } },
    { tool: "look", args: {} },
    { tool: "pay", args: { to: "bob" } },
    { tool: "pay", args: { to: "cy" } },
  ];
  const { agent, paid, llm } = shop([decide.calls(calls), decide.respond("Done")]);
  let session: Session = agent.createSession();
  const turn = await session.next("Pay them");
  assertEquals(turn.approvals.map(({ callKey }) => callKey), ["s~s/1/0", "s~s/1/2", "s~s/1/3"]);
  assertEquals(turn.toolResults.map(({ tool }) => tool), ["look"]);
  const verdicts: ((session: Session) => Promise<{ status: string }>)[] = [
    (session) => session.approve("s~s/1/3"),
    (session) => session.deny("s~s/1/0", "no"),
    (session) => session.settle("s~s/1/2", { paid: "by hand" }),
  ];
  const statuses: string[] = [];
  for (const verdict of verdicts) {
    // Each verdict is passed in another process.
    session = agent.createSession({ state: copied(session.state) });
    assertEquals(session.status, "needs_approval");
    statuses.push((await verdict(session)).status);
  }
  assertEquals(statuses, ["needs_approval", "needs_approval", "waiting"]);
  assertEquals(paid, ["cy"]);
  assertEquals(llm.requests.at(-1)!.messages.slice(-5, -1).map(({ content }) => content), [
    "Not allowed: pay:\nno",
    "Result of look:\nseen",
    'Result of pay:\n{"paid":"by hand"}',
    "Result of pay:\npaid cy",
  ]);
});

Deno.test("waiting calls accept a verdict before all others have ended", async () => {
  const calls = [{ tool: "look", args: {} }, { tool: "pay", args: { to: "ann" } }];
  const { agent, paid } = shop([decide.calls(calls), decide.respond("Done")]);
  const limits = { turn: { toolCalls: 0 } };
  const limited = agent.createSession({ limits });
  assertEquals((await limited.next("Pay")).status, "limited");
  assertEquals(limited.approvals.map(({ tool }) => tool), ["pay"]);
  const session = agent.createSession({ state: copied(limited.state) });
  const turn = await session.approve("s~s/1/1");
  assertEquals([turn.status, paid, session.approvals], ["waiting", ["ann"], []]);
  assertEquals(turn.toolResults.map(({ text }) => text), ["seen", "paid ann"]);
});

Deno.test("a limit that is reached while all open calls wait does not end the turn as limited", async () => {
  // The decision itself reaches the limit.
  for (const limits of [{ turn: { modelCalls: 1 } }, { session: { modelCalls: 1 } }]) {
    const { agent, paid } = shop([pay("ann"), decide.respond("Done")]);
    const session = agent.createSession({ limits });
    const turn = await session.next("Pay Ann");
    assertEquals([turn.status, turn.reason, turn.approvals.length], [
      "needs_approval",
      undefined,
      1,
    ]);
    const again = await session.next();
    assertEquals([again.status, again.events], ["needs_approval", []]);
    const approved = await session.approve("s~s/1/0");
    assertEquals(paid, ["ann"]);
    // The next turn has a model call again; the session has none left.
    const isTurn = "turn" in limits;
    assertEquals(
      [approved.status, approved.reason],
      isTurn ? ["waiting", undefined] : ["limited", "modelCalls"],
    );
  }
});

Deno.test("needsApproval gets the output of the schema, and the context", async () => {
  const asked: unknown[] = [];
  const { agent, paid } = shop([pay("ann", "bob"), decide.respond("Done")], {
    needsApproval: ({ to }, context) => {
      asked.push(context);
      return to === "bob";
    },
  });
  const session = agent.createSession({ context: { user: 1 } });
  const turn = await session.next("Pay");
  assertEquals([turn.approvals.map(({ args }) => args.to), paid], [["bob"], ["ann"]]);
  const given = { data: {}, context: { user: 1 }, sessionId: "s", step: "talk" };
  assertEquals(asked, [given, given]);
});

Deno.test("needsApproval that throws or does not return a boolean is a GuardError, and no tool runs", async () => {
  const broken: [unknown, string][] = [
    [() => {
      throw new Error("no");
    }, 'Cannot decide if a call of tool "pay" needs approval: its needsApproval threw'],
    [
      () => Promise.resolve(true),
      "needsApproval returned a promise: expected a synchronous function",
    ],
    [() => "yes", 'needsApproval returned "yes"'],
  ];
  for (const [needsApproval, message] of broken) {
    const { agent, paid } = shop([pay("ann")], { needsApproval: needsApproval as never });
    const session = agent.createSession();
    await assertRejects(() => session.next("Pay"), GuardError, message);
    assertEquals([session.status, paid, types(session)], ["interrupted", [], [
      "user",
      "model_failed",
    ]]);
  }
});

Deno.test("an approval is valid once, for its call only, and not after new input", async () => {
  const script = [pay("ann"), decide.respond("Done"), pay("bob"), decide.respond("Never mind")];
  const { agent, paid } = shop(script);
  const session = agent.createSession();
  await session.next("Pay Ann");
  const none = await assertRejects(() => session.approve("s/9/0"), ApprovalError);
  assertEquals(
    none.message,
    'Cannot apply a verdict to call "s/9/0" of session "s": it does not wait for a verdict: ' +
      'expected one of "s~s/1/0"',
  );
  await assertRejects(
    () => session.approve("s~s/1/0", { hash: "0".repeat(64) }),
    ApprovalError,
    "it is not the call that the person saw",
  );
  assertEquals([session.status, paid], ["needs_approval", []]);
  await session.approve("s~s/1/0");
  await assertRejects(
    () => session.approve("s~s/1/0"),
    ApprovalError,
    "no call waits for a verdict: expected a call of session.approvals",
  );
  assertEquals(paid, ["ann"]);
  await session.next("Pay Bob");
  const [{ callKey }] = session.approvals as [typeof session.approvals[0]];
  const turn = await session.next("No, do not");
  assertEquals(turn.events[0]!.type, "tool_finished");
  await assertRejects(() => session.approve(callKey), ApprovalError);
  assertEquals(paid, ["ann"]);
});

Deno.test("of two concurrent approvals of one call, one is refused", async () => {
  const { agent, paid } = shop([pay("ann"), decide.respond("Done")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  const results = await Promise.allSettled([
    session.approve("s~s/1/0"),
    session.deny("s~s/1/0", "no"),
    session.approve("s~s/1/0"),
  ]);
  assertEquals(results.map(({ status }) => status), ["fulfilled", "rejected", "rejected"]);
  assertEquals(paid, ["ann"]);
});

Deno.test("a changed call is not the one that was approved", async () => {
  const { agent, paid } = shop([pay("ann")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  const state = copied(session.state);
  const events = JSON.parse(JSON.stringify(state.events));
  events[2].args.to = "mallory";
  const forged = agent.createSession({ state: { ...state, events } });
  await assertRejects(() => forged.approve("s~s/1/0"), ApprovalError, "its hash differs");
  assertEquals(paid, []);
});

Deno.test("resume() of a session that waits for a person is refused, next() without input changes nothing", async () => {
  const { agent } = shop([pay("ann")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  await assertRejects(
    () => session.resume(),
    SessionWaitingError,
    "calls wait for approval: call approve(), deny() or settle()",
  );
  const turn = await session.next();
  assertEquals([turn.status, turn.events, turn.approvals.length], ["needs_approval", [], 1]);
});

Deno.test("a once tool that was running when the process died is not run again: a person is asked", async () => {
  const { agent, paid } = shop([pay("ann", "bob"), decide.respond("Done")], { once: true });
  const dying = agent.createSession();
  for await (const { type } of dying.stream("Pay")) {
    if (type === "tool_started") break;
  }
  // Leaving the stream deferred both calls; a dead process would not have recorded that.
  const state = copied(dying.state);
  const events = state.events.filter(({ type }) => type !== "tool_deferred");
  const died: State = { ...state, status: "interrupted", events };
  const count = paid.length;
  const session = agent.createSession({ state: died });
  const turn = await session.resume();
  assertEquals([turn.status, turn.approvals.map(({ reason }) => reason)], [
    "needs_approval",
    ["unknown", "unknown"],
  ]);
  assertEquals(paid.length, count);
  // One payment had been made; the other is made now.
  assertEquals((await session.settle("s~s/1/0", "paid, says the bank")).status, "needs_approval");
  const refused = await assertRejects(() => session.approve("s~s/1/1"), ApprovalError);
  for (const name of ["retry()", "settle()", "deny()"]) assert(refused.message.includes(name));
  const done = await session.retry("s~s/1/1");
  assertEquals([done.response, paid.slice(count)], ["Done", ["bob"]]);
  // The log shows that the second call was started twice.
  const started = session.state.events.flatMap((event) =>
    event.type === "tool_started" ? [event.callKey] : []
  );
  assertEquals(started, ["s~s/1/0", "s~s/1/1", "s~s/1/1"]);
});

Deno.test("whenUnknown of a once tool looks up the result of a call", async () => {
  const asked: string[] = [];
  const { agent, paid } = shop([pay("ann"), decide.respond("Done")], {
    once: true,
    whenUnknown: ({ to }, { callKey }) => {
      asked.push(`${to} ${callKey}`);
      return "the bank has it";
    },
  });
  const dying = agent.createSession();
  for await (const { type } of dying.stream("Pay")) if (type === "tool_started") break;
  const state = copied(dying.state);
  const events = state.events.filter(({ type }) => type !== "tool_deferred");
  const count = paid.length;
  const session = agent.createSession({ state: { ...state, events } });
  const turn = await session.resume();
  assertEquals([turn.response, turn.toolResults[0]!.text], ["Done", "the bank has it"]);
  assertEquals([asked, paid.length], [["ann s~s/1/0"], count]);
});

Deno.test("invalid options of approval are refused", () => {
  const bad: [PayOptions, string][] = [
    [
      { needsApproval: "yes" as never },
      'needsApproval is "yes": expected true, false or a function',
    ],
    [{ once: 1 as never }, "once is 1: expected true or false"],
    [{ whenUnknown: () => "" }, 'set "once: true", or leave out "whenUnknown"'],
    [{ once: true, whenUnknown: 3 as never }, "whenUnknown is 3: expected a function"],
  ];
  for (const [options, message] of bad) assertThrows(() => shop([], options), ConfigError, message);
});

Deno.test("states with approvals out of place are refused", async () => {
  const { agent } = shop([pay("ann")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  const { events, ...state } = copied(session.state);
  const [user, decision, request] = events as [
    typeof events[0],
    typeof events[0],
    typeof events[0],
  ];
  const given = { seq: 3, time: 0, type: "approval_given", call: 0, verdict: "approved" };
  const lists: [unknown[], string][] = [
    [[user, decision, { ...request, call: 1 }], "events.2.call"],
    [[user, { ...request, seq: 1 }], "events.1.call"],
    [[user, decision, request, { ...given, callKey: "s~s/1/1" }], "events.3.callKey"],
    [
      [user, decision, request, { ...given, callKey: "s~s/1/0", verdict: "maybe" }],
      "events.3.verdict",
    ],
  ];
  for (const [list, path] of lists) {
    assertThrows(
      () => agent.createSession({ state: { ...state, events: list } as never }),
      Error,
      `at "${path}"`,
    );
  }
});

Deno.test("deny() without a reason is refused, and does not run the call", async () => {
  const { agent, paid } = shop([pay("ann"), decide.respond("Not done")]);
  const session = agent.createSession();
  await session.next("Pay Ann");
  for (const reason of [undefined, null, 1]) {
    await assertRejects(
      () => session.deny("s~s/1/0", reason as never),
      ConfigError,
      "expected text",
    );
  }
  assertEquals([session.status, session.approvals.length, paid], ["needs_approval", 1, []]);
  assertEquals((await session.deny("s~s/1/0", "")).response, "Not done");
  assertEquals(paid, []);
});

Deno.test("a verdict about a call that does not wait does not change the session", async () => {
  const { agent } = shop([decide.respond("Hello")]);
  const session = agent.createSession();
  await session.next("Hi");
  await assertRejects(() => session.approve("s~s/1/0"), ApprovalError);
  assertEquals(session.status, "waiting");
  await assertRejects(() => session.resume(), SessionWaitingError);
});
