/** Calls of `once` tools that began, and whose end is not known. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  ApprovalError,
  type LLM,
  type Session,
  STILL_UNKNOWN,
  Tool,
  type Turn,
} from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";
import { copyState, outcomesIn, payer } from "./approver.ts";

/** Ways in which the end of the first call of a tool gets lost; all end with a turn that goes on. */
const LOSSES: Readonly<
  Record<string, (options: object) => Promise<{ session: Session; turn: Turn; runs: () => number }>>
> = {
  timeout: async (options) => {
    const { agent, runs } = hanging({ timeout: 1, ...options });
    const session: Session = agent.createSession();
    return { session, turn: await session.next("Pay"), runs };
  },
  abort: async (options) => {
    const controller = new AbortController();
    const { agent, runs } = hanging(options, () => controller.abort());
    const session: Session = agent.createSession();
    const aborted = await session.next("Pay", { signal: controller.signal });
    assertEquals([aborted.status, aborted.toolResults], ["interrupted", []]);
    return { session, turn: await session.resume(), runs };
  },
  "broken stream": async (options) => {
    const { agent, runs, running } = hanging(options);
    const session: Session = agent.createSession();
    const stream = session.stream("Pay");
    const reading = Array.fromAsync(stream);
    await running;
    await stream.return();
    await reading;
    return { session, turn: await session.resume(), runs };
  },
  death: async (options) => {
    const { agent, runs, running } = hanging(options);
    const dying: Session = agent.createSession();
    dying.next("Pay").catch(() => {});
    await running;
    const session: Session = agent.createSession({ state: copyState(dying) });
    return { session, turn: await session.resume(), runs };
  },
  "lost lease": async (options) => {
    const store = memoryStore();
    const { agent, runs, running } = hanging(options);
    const losing = (await agent.openSession("s", { store, clock: STOPPED })).next("Pay");
    losing.catch(() => {});
    await running;
    const session: Session = await agent.openSession("s", { store, whenBusy: "interrupt" });
    return { session, turn: await session.resume(), runs };
  },
};

/** Clock of a process that dies: it renews no lease. */
const STOPPED = { now: () => 0, setTimer: () => () => {} };

/** An agent whose first payment never ends. */
function hanging(options: object, onRun: () => void = () => {}) {
  let runs = 0;
  const { promise: running, resolve } = Promise.withResolvers<void>();
  const { agent } = payer(["ann"], {
    once: true,
    run: () => {
      runs++;
      resolve();
      onRun();
      return runs === 1 ? new Promise(() => {}) : "paid again";
    },
    ...options,
  });
  return { agent, running, runs: () => runs };
}

Deno.test("a once call whose end is lost is decided by a person, however it was lost", async () => {
  for (const [loss, lose] of Object.entries(LOSSES)) {
    const { session, turn, runs } = await lose({});
    assertEquals([turn.status, runs()], ["needs_approval", 1], loss);
    const [{ callKey, hash, reason, args }] = turn.approvals as [Turn["approvals"][0]];
    assertEquals([reason, args], ["unknown", { to: "ann" }], loss);
    const done = await session.retry(callKey, { hash });
    assertEquals([done.status, outcomesIn(done)], ["waiting", [["ok", "paid again"]]], loss);
    assertEquals(runs(), 2, loss);
  }
});

Deno.test("a once call whose end is lost is looked up by whenUnknown, however it was lost", async () => {
  for (const [loss, lose] of Object.entries(LOSSES)) {
    const { turn, runs } = await lose({
      whenUnknown: (_: unknown, { callKey, signal }: { callKey: string; signal: AbortSignal }) =>
        `the bank has ${callKey.slice(-3)}, ${signal.aborted ? "aborted" : "live"}`,
    });
    assertEquals(outcomesIn(turn), [["ok", "the bank has 1/0, live"]], loss);
    assertEquals([turn.status, runs()], ["waiting", 1], loss);
  }
});

Deno.test("approving a call whose end is unknown does not run it again: the error names what does", async () => {
  const { session, turn, runs } = await LOSSES.timeout!({ needsApproval: false });
  const [{ callKey, hash }] = turn.approvals as [Turn["approvals"][0]];
  const { message } = await assertRejects(() => session.approve(callKey, { hash }), ApprovalError);
  for (const name of ["retry()", "settle()", "deny()"]) assert(message.includes(name), message);
  await assertRejects(() => session.retry(callKey, { hash: "0".repeat(64) }), ApprovalError);
  assertEquals([session.status, runs()], ["needs_approval", 1]);
  const denied = await session.deny(callKey, "No", { hash });
  assertEquals(outcomesIn(denied), [
    ["denied", "No\nThe call was started before, so it may have had its effect."],
  ]);
});

Deno.test("retry() of a call that only waits for approval is refused", async () => {
  const { agent, paid } = payer();
  const session: Session = agent.createSession();
  const { approvals: [request] } = await session.next("Pay");
  await assertRejects(
    () => session.retry(request!.callKey, { hash: request!.hash }),
    ApprovalError,
    "call approve() to run it",
  );
  assertEquals([session.status, paid], ["needs_approval", []]);
});

Deno.test("an approval that is repeated after a crash pays nothing: approving never means running again", async () => {
  const store: Store = memoryStore();
  const { agent, runs, running } = hanging({ needsApproval: true });
  const first: Session = await agent.openSession("s", { store, clock: STOPPED });
  const { approvals: [request] } = await first.next("Pay");
  const { callKey, hash } = request!;
  first.approve(callKey, { hash }).catch(() => {});
  await running;
  const session: Session = await agent.openSession("s", { store, whenBusy: "interrupt" });
  const { approvals: [again] } = await session.resume();
  assertEquals([again!.callKey, again!.reason, again!.hash === hash], [callKey, "unknown", false]);
  await assertRejects(() => session.approve(callKey, { hash }), ApprovalError);
  await assertRejects(() => session.approve(callKey), ApprovalError);
  assertEquals(runs(), 1);
});

Deno.test("a failure of whenUnknown is no result: the call stays unknown, and the model does not pay again", async () => {
  const answers: readonly (() => unknown)[] = [
    () => STILL_UNKNOWN,
    () => Promise.resolve(STILL_UNKNOWN),
    () => {
      throw new Error("the bank cannot be reached");
    },
    () => Promise.reject(undefined),
    () => new Promise(() => {}),
  ];
  for (const whenUnknown of answers) {
    const store = memoryStore();
    let runs = 0;
    const pay = new Tool({
      name: "pay",
      description: "Pay",
      args: v.object({}),
      once: true,
      timeout: 1,
      run: () => {
        runs++;
        return new Promise(() => {});
      },
      whenUnknown,
    });
    // Pays until a payment has a result.
    const llm: LLM = {
      name: "payer",
      decide: ({ messages }) => {
        const result = messages.findLast(({ role }) => role === "tool")?.content;
        const isPaid = result !== undefined && !result.startsWith("Error from pay");
        const decision = isPaid
          ? { action: "RESPOND", response: "done" }
          : { action: "TOOL_CALL", calls: [{ tool: "pay", args: {} }] };
        return Promise.resolve({ output: { reasoning: [], decision } });
      },
    };
    const agent = new Agent({
      name: "payer",
      llm,
      start: "pay",
      steps: { pay: { description: "Pay", tools: [pay] } },
    });
    const session: Session = await agent.openSession("s", { store });
    const turn = await session.next("Pay the rent");
    assertEquals([turn.status, turn.toolResults, runs], ["needs_approval", [], 1]);
    const next = await session.next("Never mind");
    assertEquals(outcomesIn(next), [["unknown", "The user went on"]]);
    assertEquals(runs, 1);
  }
});

Deno.test("another call that times out is an error that says that its effect may have happened", async () => {
  const { agent } = payer(["ann"], { timeout: 1, run: () => new Promise(() => {}) });
  const turn = await (agent.createSession() as Session).next("Pay");
  assertEquals(outcomesIn(turn), [
    ["error", 'Tool "pay" took longer than its timeout of 1 ms: it may have had its effect'],
  ]);
});
