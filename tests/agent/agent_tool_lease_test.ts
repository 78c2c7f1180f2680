import { assertEquals, assertRejects } from "@std/assert";
import { type Agent, decide, LLMError, type Session, Tool } from "@nomos/agent";
import { LeaseLostError, memoryStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";
import { agentOf, modelOf, payer, storedEvents } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));

/** A store whose `renew` waits for a gate, as in a process that pauses before it opens a session. */
function stopping(store: Store, gate: Promise<void>, stopped: () => void): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (name === "renew") {
          stopped();
          await gate;
        }
        return await method.apply(target, args);
      };
    },
  });
}

Deno.test("a process that lost the lease of a session does not run the calls of the new holder", async () => {
  const store = memoryStore();
  const runs: string[] = [];
  const running = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const build = (process: string): Agent<Record<"work", unknown>> => {
    const wait = new Tool({
      name: "wait",
      description: "Wait",
      args: v.object({}),
      run: async () => {
        runs.push(process);
        running.resolve();
        await gate.promise;
        return "waited";
      },
    });
    const model = modelOf([decide.call("wait"), decide.respond("waited")]);
    const helper = agentOf("helper", model, [wait], { ids: () => `${process}-helper` });
    return agentOf("boss", modelOf([ask("helper"), decide.respond("done")]), [
      helper.asTool({ name: "helper", description: "Help" }),
    ], { ids: () => `${process}-boss` });
  };
  const wakes = Promise.withResolvers<void>();
  const stops = Promise.withResolvers<void>();
  const first = await build("first").openSession("s", {
    store: stopping(store, wakes.promise, stops.resolve),
  });
  const lost = first.next("Go");
  lost.catch(() => {});
  await stops.promise;
  // The second process takes the session over, and its call is running.
  const second = await build("second").openSession("s", { store, whenBusy: "interrupt" });
  const turn = second.resume();
  await running.promise;
  wakes.resolve();
  await assertRejects(() => lost, LeaseLostError, "its lease was lost");
  gate.resolve();
  assertEquals([(await turn).response, runs], ["done", ["second"]]);
  assertEquals((await storedEvents(store, "s", "first-boss/1/0")).map(({ type }) => type), [
    "user",
    "decision",
    "tool_started",
    "tool_finished",
    "decision",
  ]);
});

Deno.test("a child session whose dead writer still holds the lease is taken over at once", async () => {
  const store = memoryStore();
  const hangs = Promise.withResolvers<void>();
  let isDead = false;
  const wait = new Tool({
    name: "wait",
    description: "Wait",
    args: v.object({}),
    run: () => {
      if (isDead) return "waited";
      hangs.resolve();
      return new Promise<never>(() => {});
    },
  });
  const build = () => {
    const model = modelOf([decide.call("wait"), decide.respond("waited")]);
    const helper = agentOf("helper", model, [wait]).asTool({ name: "helper", description: "Help" });
    return agentOf("boss", modelOf([ask("helper"), decide.respond("done")]), [helper]);
  };
  const timers = { now: () => 0, setTimer: () => () => {} };
  const dead = await build().openSession("s", { store, clock: timers });
  dead.next("Go").catch(() => {});
  await hangs.promise;
  isDead = true;
  const session = await build().openSession("s", { store, whenBusy: "interrupt" });
  assertEquals((await session.resume()).response, "done");
});

Deno.test("an agent that fails beside one that waits leaves both open: each goes on when it can", async () => {
  let isBroken = true;
  const paid: string[] = [];
  const fragile = modelOf([() => {
    if (isBroken) throw new LLMError("down", { isRetryable: true });
    return decide.respond("An answer");
  }]);
  const pay = decide.call("pay", { to: "ann" });
  const clerk = agentOf("clerk", modelOf([pay, decide.respond("paid")]), [
    payer(paid, { needsApproval: true }),
  ]);
  const boss = agentOf("boss", modelOf([ask("clerk", "helper"), decide.respond("done")]), [
    clerk.asTool({ name: "clerk", description: "Pay" }),
    agentOf("helper", fragile, []).asTool({ name: "helper", description: "Help" }),
  ]);
  for (const store of [undefined, memoryStore()]) {
    isBroken = true;
    paid.length = 0;
    const session: Session = store === undefined
      ? boss.createSession({ id: "s" })
      : await boss.openSession("s", { store });
    await assertRejects(() => session.next("Go"), LLMError, "down");
    assertEquals([session.status, session.approvals.length], ["interrupted", 1]);
    await assertRejects(() => session.approve("boss/1/0/1/0"), LLMError, "down");
    // The approved payment has run nevertheless.
    assertEquals(paid, ["boss/1/0/1/0"]);
    isBroken = false;
    const turn = await session.resume();
    assertEquals([turn.response, paid.length], ["done", 1]);
  }
});
