/** Verdicts about calls of child sessions, given to their parent. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  type Agent,
  ApprovalError,
  ApprovalExpiredError,
  decide,
  type PendingApproval,
  type Session,
  ToolArgumentsError,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { agentOf, modelOf, payer } from "./agents.ts";

const payments = decide.calls(["ann", "bob"].map((to) => ({ tool: "pay", args: { to } })));

interface Case {
  readonly what: string;
  readonly session: Session;
  readonly paid: string[];
  /** Cards of the two payments, which one child session makes at once. */
  readonly cards: [PendingApproval, PendingApproval];
}

/** Sessions whose child, or grandchild, waits with two payments; in memory and in a store. */
async function* waitingCases(options: object = {}, clock = () => 0): AsyncGenerator<Case> {
  for (const levels of [1, 2]) {
    for (const isDurable of [false, true]) {
      const paid: string[] = [];
      let agent: Agent<Record<"work", unknown>> = agentOf(
        "clerk",
        modelOf([payments, decide.respond("paid all")]),
        [payer(paid, { needsApproval: true, ...options })],
        { clock },
      );
      for (let level = 0; level < levels; level++) {
        const ask = decide.call("delegate", { input: "Pay" });
        const tool = agent.asTool({ name: "delegate", description: "Delegate" });
        agent = agentOf(`boss${level}`, modelOf([ask, decide.respond("done")]), [tool], { clock });
      }
      const session: Session = isDurable
        ? await agent.openSession("s", { store: memoryStore() })
        : agent.createSession({ id: "s" });
      const { approvals } = await session.next("Go");
      const what = `${levels} levels, durable: ${isDurable}`;
      yield { what, session, paid, cards: approvals as unknown as Case["cards"] };
    }
  }
}

Deno.test("two cards of one child are decided in either order with their first hashes", async () => {
  for (const order of [[0, 1], [1, 0]] as const) {
    for await (const { what, session, paid, cards } of waitingCases()) {
      for (const place of order) {
        const { callKey, hash } = cards[place];
        await session.approve(callKey, { hash });
      }
      assertEquals([session.status, paid.length], ["waiting", 2], what);
      assertEquals(paid, order.map((place) => cards[place].callKey), what);
      const events = await Array.fromAsync(session.events());
      const requests = events.filter(({ type }) => type === "approval_requested");
      assertEquals(requests.length, 2, `${what}: a request was forwarded twice`);
      for (const { callKey, hash } of cards) {
        await assertRejects(() => session.approve(callKey, { hash }), ApprovalError);
      }
      assertEquals(paid.length, 2, what);
    }
  }
});

Deno.test("decideAll() decides about both cards of one child", async () => {
  for await (const { what, session, paid, cards: [ann, bob] } of waitingCases()) {
    const turn = await session.decideAll([
      { key: bob.callKey, verdict: "deny", reason: "No", hash: bob.hash },
      { key: ann.callKey, verdict: "approve", hash: ann.hash },
    ]);
    assertEquals([turn.status, turn.response, paid], ["waiting", "done", [ann.callKey]], what);
  }
});

Deno.test("a call of a child runs with changed arguments, which the schema of its tool checks first", async () => {
  const ran: string[] = [];
  const run = ({ to }: { to: string }) => ran.push(to);
  for await (const { what, session, cards: [ann, bob] } of waitingCases({ run })) {
    ran.length = 0;
    const before = (await Array.fromAsync(session.events())).length;
    const { callKey, hash } = ann;
    await assertRejects(
      () => session.approve(callKey, { hash, args: { to: 5 } }),
      ToolArgumentsError,
      "with other arguments: to: ",
    );
    assertEquals((await Array.fromAsync(session.events())).length, before, what);
    await session.approve(callKey, { hash, args: { to: "anna" } });
    await session.approve(bob.callKey, { hash: bob.hash });
    assertEquals([session.status, ran], ["waiting", ["anna", "bob"]], what);
  }
});

Deno.test("a card of a child expires, and resume() goes on without its call", async () => {
  let now = 0;
  const cases = waitingCases({ expiresAfter: 1_000 }, () => now);
  for await (const { what, session, paid, cards: [ann, bob] } of cases) {
    await session.approve(ann.callKey, { hash: ann.hash });
    now = 1_001;
    await assertRejects(
      () => session.approve(bob.callKey, { hash: bob.hash }),
      ApprovalExpiredError,
    );
    assertEquals([session.status, session.approvals.length], ["needs_approval", 1], what);
    const turn = await session.resume();
    assertEquals([turn.status, turn.response, paid], ["waiting", "done", [ann.callKey]], what);
    now = 0;
  }
});
