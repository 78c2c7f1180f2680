import {
  Agent,
  type AgentOptions,
  decide,
  LLMError,
  type LLMRequest,
  MockLLM,
  raw,
  type ScriptEntry,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import * as v from "valibot";

const transfer = new Tool({
  name: "transfer",
  description: "Send money",
  args: v.object({
    cents: v.pipe(v.number(), v.check((cents) => cents <= 1_000, "over the daily limit")),
  }),
  run: ({ cents }) => `sent ${cents}`,
});

function play(
  script: readonly ScriptEntry[],
  options: Partial<AgentOptions> = {},
): { readonly agent: Agent; readonly llm: MockLLM } {
  const llm = new MockLLM(script);
  const steps = { talk: { description: "Talk", tools: [transfer], routes: { talk: "again" } } };
  return { agent: new Agent({ name: "bank", llm, start: "talk", steps, ...options }), llm };
}

/** Creates the output of a model for a transfer, legal or not. */
function sending(cents: number): ScriptEntry {
  return raw({
    reasoning: [],
    decision: { action: "TOOL_CALL", calls: [{ tool: "transfer", args: { cents } }] },
  });
}

/** Returns the notices of a request; undefined if it has none. */
function noticesOf({ messages, stable }: LLMRequest): string | undefined {
  const behind = messages.slice(stable);
  assertEquals(behind.at(-1)!.role, "system");
  assertEquals(behind.slice(0, -1).map(({ role }) => role), behind.length === 1 ? [] : ["tool"]);
  return behind.length === 1 ? undefined : behind[0]!.content;
}

function refusal(cents: number, count: string): string {
  return `Refused (${count} in this turn); nothing was done. At decision.calls.0.args.cents: ` +
    'over the daily limit. You sent: {"reasoning":[],"decision":{"action":"TOOL_CALL",' +
    `"calls":[{"tool":"transfer","args":{"cents":${cents}}}]}}.`;
}

const WAY_ON = "Correct it, choose another action below, or answer the user.";

Deno.test("notices: refusals are numbered, and have the path, the reason and the output", async () => {
  const { agent, llm } = play([sending(5_000), sending(4_000), decide.respond("Please visit us")]);
  await agent.createSession().next("Send 5000 to Ann");
  assertEquals(llm.requests.map(noticesOf), [
    undefined,
    `${refusal(5_000, "1 of 4")}\n${WAY_ON}`,
    `${refusal(5_000, "1 of 4")}\n${refusal(4_000, "2 of 4")}\n${WAY_ON}`,
  ]);
  // Notices follow the stable messages.
  assertEquals(llm.requests.map(({ stable }) => stable), [2, 2, 2]);
});

Deno.test("notices: requests differ after two equal outputs in a row", async () => {
  const { agent, llm } = play([sending(5_000), sending(5_000), decide.respond("No")]);
  await agent.createSession().next("Hi");
  const texts = llm.requests.map(({ messages }) => JSON.stringify(messages));
  assertEquals(new Set(texts).size, 3);
});

Deno.test("notices: an output without a path, or that is not JSON, is quoted too", async () => {
  const { agent, llm } = play([raw("Sure!"), decide.respond("ok")]);
  await agent.createSession().next("Hi");
  const text = noticesOf(llm.requests[1]!)!;
  assert(
    text.startsWith("Refused (1 of 4 in this turn); nothing was done. Invalid output: "),
    text,
  );
  assert(text.endsWith(`You sent: Sure!\n${WAY_ON}`), text);
});

Deno.test("notices: the reasoning of the turn precedes its refusals, in the same message", async () => {
  const { agent, llm } = play([
    decide.call("transfer", { cents: 1 }, { reasoning: ["They want one", "It is allowed"] }),
    sending(5_000),
    decide.move("talk", { reasoning: "Start over" }),
    decide.respond("Done"),
  ]);
  await agent.createSession().next("Hi");
  const reasons = "Your reasoning in this turn:\n- They want one\n- It is allowed";
  const refused = `${refusal(5_000, "1 of 4")}\n${WAY_ON}`;
  assertEquals(llm.requests.map(noticesOf), [
    undefined,
    reasons,
    `${reasons}\n\n${refused}`,
    `${reasons}\n- Start over\n\n${refused}`,
  ]);
});

Deno.test("notices: nothing of a finished turn is sent again", async () => {
  const round = (n: number) => [
    decide.call("transfer", { cents: n }, { reasoning: `thought ${n} of the call` }),
    sending(5_000 + n),
    decide.respond(`answer ${n}`, { reasoning: `thought ${n} of the answer` }),
  ];
  const { agent, llm } = play(Array.from({ length: 10 }, (_, n) => round(n)).flat());
  const session = agent.createSession();
  for (let turn = 0; turn < 10; turn++) await session.next("Go on");
  for (const [index, { messages, stable }] of llm.requests.entries()) {
    const now = Math.floor(index / 3);
    const history = messages.slice(0, stable).map(({ content }) => content).join("\n");
    assertFalse(/thought|Refused/.test(history), history);
    const tail = messages.slice(stable).map(({ content }) => content).join("\n");
    for (const [, turn] of tail.matchAll(/thought (\d+)/g)) assertEquals(Number(turn), now);
    for (const [, cents] of tail.matchAll(/"cents":(\d+)/g)) {
      assertEquals(Number(cents), 5_000 + now);
    }
    if (index % 3 === 0) assertEquals(noticesOf(llm.requests[index]!), undefined);
  }
});

Deno.test("notices: a resumed turn keeps its notices, also after a restore from a state", async () => {
  const script = [
    decide.call("transfer", { cents: 1 }, { reasoning: "first" }),
    sending(5_000),
    new Error("down"),
  ];
  const { agent } = play(script);
  const session = agent.createSession();
  await assertRejects(() => session.next("Hi"), LLMError);
  const state = JSON.parse(JSON.stringify(session.state));
  const later = play([sending(6_000), decide.respond("ok")]);
  await later.agent.createSession({ state }).resume();
  const reasons = "Your reasoning in this turn:\n- first\n\n";
  assertEquals(later.llm.requests.map(noticesOf), [
    `${reasons}${refusal(5_000, "1 of 4")}\n${WAY_ON}`,
    `${reasons}${refusal(5_000, "1 of 4")}\n${refusal(6_000, "2 of 4")}\n${WAY_ON}`,
  ]);
});

Deno.test("notices: a new input or a resumed limit clears them", async () => {
  const { agent, llm } = play([raw("1"), new Error("down"), sending(5_000), decide.respond("ok")]);
  const session = agent.createSession();
  await assertRejects(() => session.next("Hi"), LLMError);
  await session.next("Send it");
  assertEquals(noticesOf(llm.requests[2]!), undefined);
  assertEquals(noticesOf(llm.requests[3]!), `${refusal(5_000, "1 of 4")}\n${WAY_ON}`);

  const limited = play([raw("1"), raw("2"), decide.respond("ok")], { maxErrors: 0 });
  const other = limited.agent.createSession();
  assertEquals((await other.next("Hi")).reason, "errors");
  await other.resume();
  assertEquals(noticesOf(limited.llm.requests[2]!), undefined);
});

Deno.test("notices: refusals are counted up to maxErrors + 1, and without a limit beyond it", async () => {
  const last = play([raw("1"), raw("2"), decide.respond("ok")], { maxErrors: 1 });
  await last.agent.createSession().next("Hi");
  const lines = noticesOf(last.llm.requests[2]!)!.split("\n").map((line) => line.slice(0, 16));
  assertEquals(lines.slice(0, 2), ["Refused (1 of 2 ", "Refused (2 of 2 "]);

  // There may be more errors that are not in a row.
  const good = decide.call("transfer", { cents: 1 });
  const more = play([raw("1"), good, raw("2"), good, raw("3"), decide.respond("ok")], {
    maxErrors: 1,
  });
  await more.agent.createSession().next("Hi");
  const all = noticesOf(more.llm.requests.at(-1)!)!.split("\n").map((line) => line.slice(0, 22));
  assertEquals(all.slice(0, 3), [
    "Refused (1 of 2 in thi",
    "Refused (2 of 2 in thi",
    "Refused (3 in this tur",
  ]);
});
