/** Forks of sessions with calls that wait, or that have not started. */
import { assertEquals, assertRejects } from "@std/assert";
import { ApprovalError, type Session } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { payer } from "../turn/approver.ts";

/** Opens a session in memory, or in a store. */
async function openers(isDurable: boolean, tool: object, limits: object = {}) {
  const { agent, paid } = payer(["ann"], tool);
  const store = memoryStore();
  const session: Session = isDurable
    ? await agent.openSession("s", { store, limits })
    : agent.createSession({ id: "s", limits });
  return { session, paid };
}

Deno.test("a once call that waits is not allowed in a fork by the approval of the original, nor of another fork", async () => {
  for (const isDurable of [false, true]) {
    const { session, paid } = await openers(isDurable, { needsApproval: true, once: true });
    const { approvals: [request] } = await session.next("Pay");
    const { callKey, hash } = request!;
    const forks = [await session.fork(), await session.fork({ at: 3 })];
    const hashes = new Set([hash]);
    for (const fork of forks) {
      const [own] = fork.approvals;
      assertEquals([own!.callKey, own!.args, own!.alsoIn], [callKey, { to: "ann" }, "s"]);
      for (const other of hashes) {
        await assertRejects(() => fork.approve(callKey, { hash: other }), ApprovalError);
      }
      hashes.add(own!.hash);
    }
    assertEquals([hashes.size, paid], [3, []]);
    await session.approve(callKey, { hash });
    assertEquals(paid, ["ann"]);
    const turn = await forks[0]!.approve(callKey, { hash: forks[0]!.approvals[0]!.hash });
    assertEquals([turn.status, paid], ["waiting", ["ann", "ann"]]);
    assertEquals(forks[1]!.status, "needs_approval");
  }
});

Deno.test("an approval of a deleted fork allows nothing in another fork with the same id", async () => {
  const { agent, paid } = payer(["ann"], { needsApproval: true });
  const store = memoryStore();
  const session = await agent.openSession("s", { store });
  await session.next("Pay");
  const { approvals: [old] } = await session.fork({ id: "fork" });
  await store.delete("fork");
  const fork = await session.fork({ id: "fork" });
  const { callKey, hash } = old!;
  await assertRejects(() => fork.approve(callKey, { hash }), ApprovalError);
  assertEquals(paid, []);
});

Deno.test("a call that was allowed and has not started waits in a fork", async () => {
  for (const isDurable of [false, true]) {
    const { session, paid } = await openers(isDurable, { needsApproval: true });
    const { approvals: [request] } = await session.next("Pay");
    const { callKey, hash } = request!;
    const signal = AbortSignal.abort();
    await session.approve(callKey, { hash, args: { to: "bob" }, signal });
    const fork = await session.fork();
    assertEquals([fork.status, fork.approvals[0]!.args], ["needs_approval", { to: "bob" }]);
    await session.resume();
    assertEquals(paid, ["bob"]);
  }
});

Deno.test("a once call that has not started waits in a fork, and another call does not", async () => {
  for (const once of [true, false]) {
    const { session, paid } = await openers(false, { once }, { turn: { toolCalls: 0 } });
    await session.next("Pay");
    const fork = await session.fork({ limits: {} });
    assertEquals(fork.approvals.map(({ alsoIn, reason }) => [alsoIn, reason]), [
      ...once ? [["s", "approval"]] : [],
    ]);
    if (!once) await fork.resume();
    assertEquals(paid, once ? [] : ["ann"]);
  }
});
