/** Several verdicts at once, verdicts that come late, and long reasons. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ApprovalError,
  ApprovalExpiredError,
  type CallVerdict,
  ConfigError,
  type PendingApproval,
  type Session,
} from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import { outcomesIn, payer } from "./approver.ts";

type Three = [PendingApproval, PendingApproval, PendingApproval];

/** Opens a session whose three payments wait. Appends to its store are counted. */
async function threeWaiting() {
  const { agent, paid } = payer(["ann", "bob", "cy"]);
  let appends = 0;
  const store: Store = new Proxy(memoryStore(), {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      if (name === "append") appends++;
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
  const session: Session = await agent.openSession("s", { store });
  const { approvals } = await session.next("Pay");
  return { session, paid, approvals: approvals as unknown as Three, appends: () => appends };
}

Deno.test("decideAll() gives verdicts of every kind in one append", async () => {
  const { session, paid, approvals: [ann, bob, cy], appends } = await threeWaiting();
  const before = appends();
  const head = session.state.events.length;
  const turn = await session.decideAll([
    { key: cy.callKey, verdict: "settle", result: { paid: "by hand" }, hash: cy.hash },
    { key: ann.callKey, verdict: "approve", args: { to: "anna" }, hash: ann.hash },
    { key: bob.callKey, verdict: "deny", reason: "No", hash: bob.hash },
  ]);
  assertEquals([turn.status, paid], ["waiting", ["anna"]]);
  assertEquals(outcomesIn(turn), [["ok", "paid anna"], ["denied", "No"], [
    "ok",
    '{"paid":"by hand"}',
  ]]);
  const given = turn.events.filter(({ type }) => type === "approval_given");
  assertEquals([given.length, given[0]!.seq, given[0]!.joined], [3, head, undefined]);
  // The verdicts, the end of the payment, and the answer.
  assertEquals(appends() - before, 3);
  assert(turn.events.slice(1, 6).every(({ joined }) => joined));
});

Deno.test("decideAll() records nothing if one verdict is refused", async () => {
  const { session, paid, approvals: [ann, bob], appends } = await threeWaiting();
  const before = [appends(), JSON.stringify(session.state)];
  const good: CallVerdict = { key: ann.callKey, verdict: "approve", hash: ann.hash };
  const bad: readonly [unknown, new (message: string) => Error][] = [
    [{ key: bob.callKey, verdict: "approve", hash: ann.hash }, ApprovalError],
    [{ key: "x/1/0", verdict: "approve" }, ApprovalError],
    [{ key: bob.callKey, verdict: "retry" }, ApprovalError],
    [{ key: bob.callKey, verdict: "deny" }, ConfigError],
    [{ key: bob.callKey, verdict: "deny", reason: "No", args: {} }, ConfigError],
    [{ key: bob.callKey, verdict: "expire" }, ConfigError],
    [{ key: bob.callKey, verdict: "toString" }, ConfigError],
    [{ verdict: "approve" }, ConfigError],
    [null, ConfigError],
    [good, ConfigError],
  ];
  for (const [verdict, type] of bad) {
    await assertRejects(() => session.decideAll([good, verdict as CallVerdict]), type);
  }
  await assertRejects(() => session.decideAll([]), ConfigError, "expected at least one verdict");
  assertEquals([appends(), JSON.stringify(session.state)], before);
  assertEquals([session.status, session.approvals.length, paid], ["needs_approval", 3, []]);
});

Deno.test("a verdict after expiresAfter throws and changes nothing; the next resume() or input goes on without the call", async () => {
  for (const goesOn of [false, true]) {
    let now = 0;
    const options = { needsApproval: true, expiresAfter: 1_000 };
    const { agent, paid } = payer(["ann", "bob"], options, { clock: () => now });
    const session: Session = agent.createSession();
    const { approvals: [ann, bob] } = await session.next("Pay");
    assertEquals(ann!.expiresAt, 1_000);
    now = 1_000;
    await session.approve(ann!.callKey, { hash: ann!.hash });
    now = 1_001;
    const before = JSON.stringify(session.state);
    const { callKey, hash } = bob!;
    const late: readonly (() => Promise<unknown>)[] = [
      () => session.approve(callKey, { hash }),
      () => session.deny(callKey, "No"),
      () => session.settle(callKey, "paid"),
      () => session.decideAll([{ key: callKey, verdict: "approve" }]),
    ];
    for (const decide of late) {
      const error = await assertRejects(decide, ApprovalExpiredError, "1970-01-01T00:00:01.000Z");
      assertEquals(error.code, "APPROVAL_EXPIRED");
    }
    assertEquals([JSON.stringify(session.state), session.status], [before, "needs_approval"]);
    const turn = goesOn ? await session.next("Never mind") : await session.resume();
    const text = goesOn ? "The user went on" : "No person decided about it in time";
    assertEquals([turn.status, outcomesIn(turn)], ["waiting", [["not_run", text]]]);
    assertEquals(paid, ["ann"]);
  }
});

Deno.test("a picture as the result of a settled call is refused, and the call still waits", async () => {
  const { agent } = payer(["ann"], { needsApproval: true });
  const session: Session = agent.createSession();
  const { approvals: [ann] } = await session.next("Pay");
  const receipt = { type: "image", mediaType: "image/png", data: Uint8Array.of(1) };
  for (const result of [receipt, [{ type: "text", text: "Paid" }, receipt]]) {
    const settle = () => session.settle(ann!.callKey, result);
    await assertRejects(settle, ConfigError, "its result has a picture or a file: expected text");
  }
  assertEquals(session.approvals, [ann!]);
});

Deno.test("the reason of a denial is cut like a result", async () => {
  const { agent } = payer(["ann"], { needsApproval: true }, { maxResultChars: 100 });
  const session: Session = agent.createSession();
  const { approvals: [request] } = await session.next("Pay");
  const turn = await session.deny(request!.callKey, "n".repeat(5_000), { hash: request!.hash });
  assertEquals(outcomesIn(turn), [
    ["denied", `${"n".repeat(100)}\n[cut: 100 of 5000 characters]`],
  ]);
});
