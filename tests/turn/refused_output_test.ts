/** A refused output leaves all actions legal, the answer included. */
import { Agent, decide, type LLMRequest, MockLLM, raw, type ScriptEntry, Tool } from "@nomos/agent";
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

function play(tool: Tool<never, unknown>, script: readonly ScriptEntry[]) {
  const llm = new MockLLM(script);
  const agent = new Agent({
    name: "helper",
    llm,
    start: "help",
    steps: { help: { description: "Help", tools: [tool] } },
  });
  return { session: agent.createSession(), llm };
}

/** A call of a model whose server does not constrain it by the schema. */
function calling(tool: string, args: unknown): ScriptEntry {
  return raw({ reasoning: [], decision: { action: "TOOL_CALL", calls: [{ tool, args }] } });
}

/** Text of the offered actions in a request. */
function offered({ messages }: LLMRequest): string {
  return messages.at(-1)!.content.split("Choose one action:")[1]!.trim();
}

Deno.test("after a refused transfer the model can answer the user", async () => {
  const sent: unknown[] = [];
  const transfer = new Tool({
    name: "transfer",
    description: "Send money",
    args: v.object({
      to: v.string(),
      amount: v.pipe(
        v.number(),
        v.check(
          (amount) => amount <= 1_000,
          "Over the daily limit: tell the user to visit the branch",
        ),
      ),
    }),
    run: (args) => {
      sent.push(args);
      return "sent";
    },
  });
  const { session, llm } = play(transfer as never, [
    calling("transfer", { to: "Ann", amount: 5_000 }),
    ({ schema }) => {
      // This model answers if its schema allows that.
      const canAnswer = JSON.stringify(schema).includes('"RESPOND"');
      return canAnswer
        ? decide.respond("Please visit the branch")
        : calling("transfer", { to: "Ann", amount: 1_000 });
    },
  ]);
  const turn = await session.next("Send 5000 to Ann");
  assertEquals([turn.response, sent], ["Please visit the branch", []]);
  const [first, second] = llm.requests;
  assertEquals(second!.schema, first!.schema);
  assertStringIncludes(second!.messages.at(-2)!.content, "tell the user to visit the branch");
});

Deno.test("after a call of an unknown tool all actions are offered, not only tools", async () => {
  let deleted = false;
  const remove = new Tool({
    name: "delete_account",
    description: "Delete the account",
    args: v.object({}),
    run: () => {
      deleted = true;
    },
  });
  const { session, llm } = play(remove as never, [
    calling("web_search", { q: "opening hours" }),
    decide.respond("From nine to five"),
  ]);
  const turn = await session.next("When are you open?");
  assertEquals([turn.response, deleted], ["From nine to five", false]);
  assertEquals(turn.events.map(({ type }) => type), ["user", "error", "decision"]);
  const [first, second] = llm.requests;
  assertEquals(offered(second!), offered(first!));
  assertStringIncludes(offered(second!), "RESPOND");
});

Deno.test("after a move to an unknown step all actions are offered, not only routes", async () => {
  const llm = new MockLLM([
    raw({ reasoning: [], decision: { action: "MOVE", step: "nowhere" } }),
    decide.respond("We stay here"),
  ]);
  const agent = new Agent({
    name: "guide",
    llm,
    start: "here",
    steps: { here: { description: "Guide", routes: { there: "go" } }, there: { description: "T" } },
  });
  const turn = await agent.createSession().next("Go nowhere");
  assertEquals([turn.response, turn.step], ["We stay here", "here"]);
  assertEquals(llm.requests[1]!.legal, llm.requests[0]!.legal);
});

Deno.test("the attempted action of a refused output is recorded, without its arguments", async () => {
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({ at: v.string() }),
    run: () => "seen",
  });
  const { session, llm } = play(look as never, [calling("look", { at: 7 }), decide.respond("ok")]);
  const turn = await session.next("Hi");
  const [, error] = turn.events;
  assert(error?.type === "error");
  assertEquals(error.attempt, { action: "TOOL_CALL", tools: ["look"] });
  // The request of the next turn no longer mentions it.
  llm.push(decide.respond("still here"));
  await session.next("And now?");
  const text = JSON.stringify(llm.requests.at(-1)!.messages);
  assertFalse(text.includes("Refused"), text);
});
