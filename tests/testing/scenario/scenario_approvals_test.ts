import { Agent, ConfigError, decide, MockLLM, type PendingApproval, raw, Tool } from "@nomos/agent";
import {
  scenario,
  type ScenarioApprovals,
  simulatedUser,
  trajectoryOf,
} from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

const pay = new Tool({
  name: "pay",
  description: "Pay",
  args: v.object({ to: v.string() }),
  needsApproval: true,
  run: ({ to }) => `paid ${to}`,
});

const pays = (...to: string[]) =>
  decide.calls(to.map((name) => ({ tool: "pay", args: { to: name } })));

function payer(...script: ConstructorParameters<typeof MockLLM>): Agent<Record<"talk", unknown>> {
  return new Agent({
    name: "payer",
    llm: new MockLLM(...script),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay] } },
    ids: () => "s",
  });
}

const parts = { goal: "Pay Ann", user: ["Pay Ann"], checks: {} };

Deno.test("scenario() calls approvals for each waiting call, in the order of the calls", async () => {
  const asked: PendingApproval[] = [];
  const verdicts = [true, false, Promise.resolve("Bob was paid")];
  const result = await scenario({
    ...parts,
    agent: payer([pays("ann", "cy", "bob"), decide.respond("Done")]),
    user: ["Pay them"],
    approvals: (pending) => {
      asked.push(pending);
      return verdicts[asked.length - 1]!;
    },
  });
  assertEquals(asked.map(({ callKey, args, reason }) => [callKey, args.to, reason]), [
    ["s~s/1/0", "ann", "approval"],
    ["s~s/1/1", "cy", "approval"],
    ["s~s/1/2", "bob", "approval"],
  ]);
  assertEquals(result.ending, "user");
  assertEquals(result.turns.map(({ status }) => status), [
    "needs_approval",
    "needs_approval",
    "needs_approval",
    "waiting",
  ]);
  assertEquals(result.transcript.split("\n").slice(-4), [
    'approved: pay({"to":"ann"}) = paid ann',
    'denied: pay({"to":"cy"}): A person did not allow it',
    'denied: pay({"to":"bob"}): Bob was paid',
    "agent: Done",
  ]);
  assertEquals(result.messages, [{ by: "user", text: "Pay them" }, { by: "agent", text: "Done" }]);
  trajectoryOf(result).asked("pay").approved("pay").denied("pay").never.settled("pay");
});

Deno.test("scenario() does not count a verdict as an input of the user", async () => {
  const llm = [pays("ann"), decide.respond("Paid"), pays("bob"), decide.respond("Paid too")];
  const result = await scenario({
    ...parts,
    agent: payer(llm),
    user: ["Pay Ann", "Pay Bob"],
    approvals: () => true,
  });
  assertEquals([result.ending, result.turns.length], ["user", 4]);
  assertEquals(result.messages.map(({ text }) => text), [
    "Pay Ann",
    "Paid",
    "Pay Bob",
    "Paid too",
  ]);
  const player = new MockLLM([
    raw({ message: "Pay Ann", isDone: false }),
    raw({ message: "Bye", isDone: true }),
  ]);
  const simulated = await scenario({
    ...parts,
    agent: payer([pays("ann"), decide.respond("Paid"), decide.end("Bye")]),
    user: simulatedUser(player),
    approvals: () => true,
  });
  assertEquals([simulated.ending, simulated.turns.length], ["ended", 3]);
});

Deno.test("scenario() counts inputs for maxTurns, not verdicts", async () => {
  const result = await scenario({
    ...parts,
    agent: payer([pays("ann"), decide.respond("1"), decide.respond("2")]),
    user: () => "more",
    maxTurns: 2,
    approvals: () => true,
  });
  assertEquals([result.ending, result.turns.length], ["maxTurns", 3]);
});

Deno.test("scenario() throws if a call waits and approvals is missing", async () => {
  const error = await assertRejects(
    () => scenario({ ...parts, agent: payer([pays("ann")]) }),
    ConfigError,
  );
  assertEquals(
    error.message,
    'Cannot play scenario "Pay Ann" to its end: a call of tool "pay" waits for approval: ' +
      'pass the option "approvals" to decide about it',
  );
});

Deno.test("scenario() throws if approvals returns no verdict or throws", async () => {
  for (const verdict of [undefined, null, 1, {}]) {
    await assertRejects(
      () => scenario({ ...parts, agent: payer([pays("ann")]), approvals: () => verdict as never }),
      ConfigError,
      "expected true, false or the reason of a denial",
    );
  }
  const thrown = new Error("nobody is there");
  const approvals: ScenarioApprovals = () => Promise.reject(thrown);
  const error = await assertRejects(() =>
    scenario({ ...parts, agent: payer([pays("ann")]), approvals })
  );
  assert(error === thrown);
});
