import { type Agent, decide, GuardError, MockLLM, raw, type State, type Tool } from "@nomos/agent";
import { replayDifferences, replaySession } from "@nomos/agent/testing";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { shopOf, toolOf } from "./replay_fixture.ts";

const args = v.object({ to: v.string() });

interface Cart {
  readonly full: boolean;
  readonly limit: string;
}

/** Creates a shop whose guards read the cart. */
function guarded(pay: Tool, llm?: MockLLM): Agent {
  const forbid = llm === undefined;
  const ask = <Result>(answer: (cart: Cart) => Result) => ({ context }: { context: unknown }) => {
    if (forbid && context === undefined) throw new Error("a guard was asked");
    return answer(context as Cart);
  };
  return shopOf({
    greet: {
      description: "Greet",
      tools: [pay],
      routes: { order: { when: "they pay", guard: ask(({ full }) => full) } },
    },
    order: { description: "Order" },
  }, llm && { llm, ids: () => "s" });
}

const byAmount =
  (asked: string[]) => ({ to }: { to: string }, { context }: { context: unknown }) => {
    asked.push(to);
    return (context as Cart).limit === to;
  };

async function record(): Promise<State> {
  const attempt = { reasoning: [], decision: { action: "MOVE", step: "order" } };
  const calls = ["ann", "bob"].map((to) => ({ tool: "pay", args: { to } }));
  const llm = new MockLLM([
    raw(attempt),
    decide.calls(calls),
    decide.move("order"),
    decide.respond("Thanks"),
  ]);
  const context = { full: false, limit: "bob" };
  const pay = toolOf("pay", args, {
    run: () => {
      context.full = true;
      return "paid";
    },
    needsApproval: byAmount([]),
  });
  const session = guarded(pay, llm).createSession({ context });
  await session.next("I pay");
  await session.approve("s~s/2/1");
  llm.assertDone();
  assertEquals(session.state.events.map(({ type }) => type), [
    "user",
    "error",
    "decision",
    "tool_started",
    "approval_requested",
    "tool_finished",
    "approval_given",
    "tool_started",
    "tool_finished",
    "decision",
    "moved",
    "decision",
  ]);
  return session.state;
}

Deno.test("replaySession() without a context calls no guard and takes approvals from the recording", async () => {
  const asked: string[] = [];
  const agent = guarded(toolOf("pay", args, { needsApproval: byAmount(asked) }));
  assertEquals(await replaySession(await record(), agent), undefined);
  assertEquals(asked, []);
});

Deno.test("replaySession() compares the declared approval of a tool", async () => {
  const state = await record();
  const always = guarded(toolOf("pay", args, { needsApproval: true }));
  const first = await replaySession(state, always);
  assertEquals([first?.seq, first?.path, first?.reason], [
    3,
    "type",
    'a call of tool "pay" needs approval now',
  ]);
  assertEquals(first?.actual, {
    type: "approval_requested",
    call: 0,
    tool: "pay",
    args: { to: "ann" },
    reason: "approval",
  });
  const never = guarded(toolOf("pay", args));
  const second = await replaySession(state, never);
  assertEquals([second?.seq, second?.path, second?.reason], [
    4,
    "type",
    'a call of tool "pay" no longer needs approval',
  ]);
  assertEquals((second?.expected as { args: unknown }).args, { to: "bob" });
});

Deno.test("replaySession() with a context calls guards and needsApproval functions", async () => {
  const state = await record();
  const asked: string[] = [];
  const pay = toolOf("pay", args, { needsApproval: byAmount(asked) });
  const replay = (context: unknown) =>
    Array.fromAsync(replayDifferences(state, guarded(pay), { context }));
  // No tool runs, so the cart does not change: either the refused or the accepted move differs.
  const empty = await replay({ full: false, limit: "bob" });
  assertEquals(empty.map(({ seq }) => seq), [9]);
  assertStringIncludes(empty[0]!.reason, "the recorded decision is refused");
  const full = await replay({ full: true, limit: "bob" });
  assertEquals(full.map(({ seq, reason }) => [seq, reason]), [
    [1, "the recorded output was refused but is legal now"],
  ]);
  assertEquals(asked, ["ann", "bob", "ann", "bob"]);
  const other = await replay({ full: false, limit: "ann" });
  assertEquals(other.map(({ seq }) => seq), [3, 9]);
});

Deno.test("replaySession() throws a GuardError if a guard fails", async () => {
  const state = await record();
  const agent = guarded(toolOf("pay", args));
  const replaying = () => replaySession(state, agent, { context: undefined });
  const error = await assertRejects(replaying, GuardError);
  assertStringIncludes(error.message, 'the route to "order"');
});
