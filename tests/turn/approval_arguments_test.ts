/** Arguments of a request for approval, which are those that run. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  ApprovalError,
  decide,
  MockLLM,
  type Session,
  type StandardSchema,
  Tool,
  ToolArgumentsError,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { ManualClock, replaySession } from "@nomos/agent/testing";
import * as v from "valibot";
import { copyState, dyingAt, outcomesIn, payer } from "./approver.ts";

/** Makes an agent that calls `book` once, and the arguments with which it ran. */
function booker(schema: StandardSchema<unknown, unknown>, input: Record<string, unknown>) {
  const ran: unknown[] = [];
  const book = new Tool({
    name: "book",
    description: "Book",
    args: schema,
    needsApproval: true,
    run: (args) => {
      ran.push(args);
      return "booked";
    },
  });
  const agent = new Agent({
    name: "booker",
    llm: new MockLLM([decide.call("book", input), decide.respond("Done")], { whenDone: "repeat" }),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [book] } },
  });
  return { agent, ran };
}

let made = 0;
const SCHEMAS: readonly [kind: string, schema: StandardSchema<unknown, unknown>, input: object][] =
  [
    ["none", v.object({ n: v.number() }), { n: 2 }],
    ["random default", v.object({ id: v.optional(v.string(), () => `id ${++made}`) }), {}],
    ["not idempotent", v.object({ n: v.pipe(v.number(), v.transform((n) => n * 2)) }), { n: 2 }],
    ["another type", v.object({ n: v.pipe(v.string(), v.transform(Number)) }), { n: "2" }],
    [
      "random and strict",
      v.pipe(
        v.strictObject({ n: v.number() }),
        v.transform(({ n }) => ({ n, id: `id ${++made}` })),
      ),
      { n: 2 },
    ],
  ];

Deno.test("a request shows the arguments that run, whatever the schema transforms", async () => {
  for (const [kind, schema, input] of SCHEMAS) {
    for (const isElsewhere of [false, true]) {
      const { agent, ran } = booker(schema, input as Record<string, unknown>);
      let session: Session = agent.createSession();
      const { approvals: [request] } = await session.next("Book");
      if (isElsewhere) session = agent.createSession({ state: copyState(session) });
      await session.approve(request!.callKey, { hash: request!.hash });
      assertEquals(ran, [request!.args], kind);
    }
  }
});

Deno.test("a request shows the input if the output is not plain JSON, and validates it again", async () => {
  const day = v.pipe(v.string(), v.isoDate(), v.transform((text) => new Date(text)));
  const { agent, ran } = booker(v.object({ day }), { day: "2026-01-02" });
  const first = agent.createSession();
  await first.next("Book");
  const session: Session = agent.createSession({ state: copyState(first) });
  const [request] = session.approvals;
  assertEquals(request!.args, { day: "2026-01-02" });
  await session.approve(request!.callKey, { hash: request!.hash, args: { day: "2026-03-04" } });
  assertEquals(ran, [{ day: new Date("2026-03-04") }]);
});

Deno.test("arguments that the schema refuses by the time of the verdict are not run", async () => {
  const atMost = (most: number, value: number) =>
    booker(v.object({ n: v.optional(v.pipe(v.number(), v.maxValue(most)), value) }), {});
  const before = atMost(200, 100).agent.createSession();
  await before.next("Book");
  const { agent, ran } = atMost(60, 50);
  const session: Session = agent.createSession({ state: copyState(before) });
  const [request] = session.approvals;
  const turn = await session.approve(request!.callKey, { hash: request!.hash });
  const [[outcome, text]] = outcomesIn(turn) as [[string, string]];
  assertEquals([outcome, ran], ["not_run", []]);
  assert(text.startsWith("The tool no longer takes these arguments: n: "), text);
});

Deno.test("approve() with arguments runs them, and the model and the author are told", async () => {
  const { agent, paid, llm } = payer();
  const session: Session = agent.createSession();
  const { approvals: [request] } = await session.next("Pay");
  const { callKey, hash } = request!;
  const turn = await session.approve(callKey, { hash, args: { to: "bob" } });
  assertEquals([paid, turn.toolResults[0]!.args], [["bob"], { to: "bob" }]);
  assertEquals(
    llm.requests.at(-1)!.messages.at(-2)!.content,
    'Result of pay (ran with changed arguments {"to":"bob"}):\npaid bob',
  );
  assertEquals(await replaySession(session, agent), undefined);
});

Deno.test("approve() with arguments that the schema refuses throws, and changes nothing", async () => {
  const { agent, paid } = payer();
  const session: Session = agent.createSession();
  const { approvals: [request] } = await session.next("Pay");
  const before = JSON.stringify(session.state);
  for (const args of [{ to: "" }, { to: 1 }, {}, null, "bob", [], { to: () => "bob" }]) {
    await assertRejects(
      () => session.approve(request!.callKey, { hash: request!.hash, args: args as never }),
      ToolArgumentsError,
      "with other arguments: ",
    );
  }
  assertEquals([JSON.stringify(session.state), session.status, paid], [
    before,
    "needs_approval",
    [],
  ]);
});

Deno.test("an edited approval killed before or after the call runs it with the same arguments", async () => {
  for (const once of [false, true]) {
    for (
      const [at, isAfter, ran] of [
        ["approval_given", false, 0],
        ["approval_given", true, 0],
        ["tool_finished", false, 1],
        ["tool_finished", true, 1],
      ] as const
    ) {
      const what = `once: ${once}, died ${isAfter ? "after" : "before"} ${at}`;
      const { agent, paid } = payer(["ann"], { needsApproval: true, once });
      const clock = new ManualClock();
      const store = memoryStore({ clock: () => clock.now() });
      const first = await agent.openSession("s", { store, clock });
      const { approvals: [request] } = await first.next("Pay");
      const { callKey, hash } = request!;
      const dying = await agent.openSession("s", { store: dyingAt(store, at, isAfter), clock });
      await assertRejects(() => dying.approve(callKey, { hash, args: { to: "bob" } }));
      assertEquals(paid, new Array(ran).fill("bob"), what);
      await clock.advance(15_000); // The lease of the dead process runs out.
      const session: Session = await agent.openSession("s", { store, clock });
      const isWaiting = at === "approval_given" && !isAfter;
      assertEquals(session.status, isWaiting ? "needs_approval" : "interrupted", what);
      if (isWaiting) await session.approve(callKey, { hash, args: { to: "bob" } });
      else {
        await session.resume();
        // A click that is repeated after the crash allows nothing.
        await assertRejects(
          () => session.approve(callKey, { hash }),
          ApprovalError,
          undefined,
          what,
        );
        const [unknown] = session.approvals;
        const isUnknown = once && !(at === "tool_finished" && isAfter);
        assertEquals(unknown?.reason, isUnknown ? "unknown" : undefined, what);
        if (unknown !== undefined) {
          assertEquals([unknown.args, unknown.hash === hash], [{ to: "bob" }, false], what);
          await session.retry(callKey, { hash: unknown.hash });
        }
      }
      assertEquals([session.status, [...new Set(paid)]], ["waiting", ["bob"]], what);
      assertEquals(paid.length, at === "tool_finished" && !isAfter ? 2 : 1, what);
    }
  }
});
