import { Agent, decide, MockLLM, MockLLMError, type SessionEvent, Tool } from "@nomos/agent";
import {
  benchAgent,
  type ConversationScript,
  profileAgent,
  type ScriptVerdict,
} from "@nomos/agent/profile";
import { memoryStore } from "@nomos/agent/store";
import { assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

type ScriptTurn = ConversationScript[number];

const refund = new Tool({
  name: "refund",
  description: "Give the money back",
  args: v.object({ cents: v.number() }),
  needsApproval: ({ cents }) => cents > 1000,
  run: ({ cents }) => `${cents} refunded`,
});

function createDesk(llm = new MockLLM()) {
  const steps = { desk: { description: "Help them", tools: [refund] } };
  return new Agent({ name: "desk", llm, start: "desk", steps });
}

type Agents = ReturnType<typeof createDesk>;

/** Plays a script once, and returns the events of its session. */
async function play(
  script: ConversationScript,
  { agent = createDesk(), model = "mock" }: { agent?: Agents; model?: "mock" | "real" } = {},
): Promise<readonly SessionEvent[]> {
  const ids: string[] = [];
  const store = memoryStore();
  const context = ({ sessionId }: { sessionId: string }) => void ids.push(sessionId);
  await profileAgent(agent, script, { context, store, model, iterations: 1 });
  return await Array.fromAsync((await agent.openSession(ids.at(-1)!, { store })).events());
}

const outcomesOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => event.type === "tool_finished" ? [[event.outcome, event.text]] : []);

const call = (cents: number) => decide.call("refund", { cents });
const turn = (...decisions: NonNullable<ScriptTurn["decisions"]>): ScriptTurn => ({
  input: "My money back",
  decisions,
});

Deno.test("a script denies a call, changes the arguments of one, and allows the others", async () => {
  const script = [
    turn(call(9000), { deny: "refund", reason: "Too much" }, decide.respond("I may not")),
    turn(call(9000), { approve: "refund", args: { cents: 2000 } }, decide.respond("Done")),
    turn(call(3000), decide.respond("Done")),
    turn(call(5000), { deny: "refund" }, decide.respond("I may not")),
  ];
  assertEquals(outcomesOf(await play(script)), [
    ["denied", "Too much"],
    ["ok", "2000 refunded"],
    ["ok", "3000 refunded"],
    ["denied", "A person did not allow it"],
  ]);
});

Deno.test("each verdict of a script is about the first call of its tool that has none", async () => {
  const calls = [2000, 3000, 4000].map((cents) => ({ tool: "refund", args: { cents } }));
  const verdicts = [{ approve: "refund" }, { deny: "refund" }];
  const script = [turn(decide.calls(calls), ...verdicts, decide.respond("Done"))];
  assertEquals(outcomesOf(await play(script)), [
    ["denied", "A person did not allow it"],
    ["ok", "2000 refunded"],
    ["ok", "4000 refunded"],
  ]);
});

Deno.test("a script decides about calls of agents that run as tools", async () => {
  let signed = 0;
  const sign = new Tool({
    name: "sign",
    description: "Sign it",
    args: v.object({}),
    needsApproval: true,
    run: () => {
      signed++;
      return "signed";
    },
  });
  const clerk = new Agent({
    name: "clerk",
    llm: new MockLLM(),
    start: "desk",
    steps: { desk: { description: "Sign it", tools: [sign] } },
  }).asTool({ name: "clerk", description: "Ask the clerk" });
  const steps = { door: { description: "Ask the clerk", tools: [clerk] } };
  const agent = new Agent({ name: "door", llm: new MockLLM(), start: "door", steps });
  const asked = decide.call("clerk", { input: "My money back" });
  const playWith = async (verdict: ScriptVerdict) => {
    signed = 0;
    await benchAgent(agent, [turn(asked, verdict, decide.respond("Done"))])();
    return signed;
  };
  assertEquals(await playWith({ approve: "sign" }), 1);
  assertEquals(await playWith({ deny: "sign" }), 0);
});

Deno.test("a verdict for which no call waits fails the play, and names its place", async () => {
  const deny = { deny: "refund", reason: "No" };
  const wrong: readonly (readonly [string, ScriptTurn])[] = [
    ["Turn 2, entry 2", turn(call(500), deny, decide.respond("Done"))],
    ["Turn 2, entry 3", turn(call(5000), deny, deny)],
    ["Turn 2, entry 2", turn(decide.respond("Hi"), deny)],
    ["Turn 2, entry 3", turn(decide.respond("Hi"), call(5000), deny)],
  ];
  for (const [place, second] of wrong) {
    const error = await assertRejects(
      () => play([turn(decide.respond("Hi")), second]),
      MockLLMError,
    );
    assertEquals(
      error.message,
      `${place}: Cannot play {"deny":"refund","reason":"No"}: no call of tool "refund" waits here: ` +
        "expected a verdict after the decision whose call waits",
    );
  }
  const args = { cents: "many" };
  await assertRejects(
    () => play([turn(call(5000), { approve: "refund", args })]),
    MockLLMError,
    "Turn 1, entry 2: Cannot approve call",
  );
});

Deno.test("with a real model, a verdict is skipped if no call waits for it", async () => {
  const llm = new MockLLM([decide.respond("How much?"), call(5000), decide.respond("No")], {
    whenDone: "repeat",
  });
  const script = [turn({ deny: "refund" }), turn(decide.end(), { deny: "refund", reason: "Wait" })];
  const events = await play(script, { agent: createDesk(llm), model: "real" });
  assertEquals(events.filter(({ type }) => type === "decision").length, 2);
});

Deno.test("the hash of a script includes its verdicts", async () => {
  const scripts = [
    [turn(call(5000), decide.respond("Hi"))],
    [turn(call(5000), { approve: "refund" }, decide.respond("Hi"))],
    [turn(call(5000), { deny: "refund" }, decide.respond("Hi"))],
  ];
  const hashes = await Promise.all(scripts.map(async (script) => {
    return (await profileAgent(createDesk(), script, { iterations: 1 })).script;
  }));
  assertEquals(new Set(hashes).size, 3);
});
