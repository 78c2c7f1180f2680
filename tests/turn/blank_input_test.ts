/** Input of white space only, which some vendors refuse in every later request of a session. */
import { Agent, decide, MockLLM, type State, Tool } from "@nomos/agent";
import type { ObservedTurn } from "@nomos/agent/observer";
import { assertEquals } from "@std/assert";
import * as v from "valibot";

const BLANKS = ["", " ", "\n", "\t\r\n", "\u00a0", "\u2003\u3000", "\ufeff", "\u0085", "\u001c"];

function talker(llm: MockLLM, onTurn: (turn: ObservedTurn) => void = () => {}): Agent {
  return new Agent({
    name: "talker",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
    observers: [{
      beginTurn(turn) {
        onTurn(turn);
        return {};
      },
    }],
  });
}

for (const blank of BLANKS) {
  const title = JSON.stringify(blank);

  Deno.test(`a turn with the input ${title} has no input`, async () => {
    const llm = new MockLLM([decide.respond("Hello")], { whenDone: "repeat" });
    const inputs: unknown[] = [];
    const session = talker(llm, ({ input }) => inputs.push(input)).createSession();
    const turn = await session.next(blank);
    assertEquals([turn.events.map(({ type }) => type), turn.status], [["decision"], "waiting"]);
    await session.stream(blank).turn;
    await session.next();
    assertEquals(inputs, [undefined, undefined, undefined]);
    for (const { messages } of llm.requests) {
      assertEquals(messages.some(({ role }) => role === "user"), false);
    }
  });

  Deno.test(`the input ${title} of a stored log is left out of requests`, async () => {
    const llm = new MockLLM([decide.respond("Hello")]);
    const agent = talker(llm);
    const events = ["Hi", blank].map((text, seq) => ({ seq, time: 0, type: "user", text }));
    const { state } = agent.createSession();
    const stored = { ...state, status: "interrupted", events } as State;
    const session = agent.createSession({ state: stored });
    const turn = await session.next("Are you there?");
    assertEquals(
      llm.requests[0]!.messages.slice(1, -1).map(({ content }) => content),
      ["Hi", "Are you there?"],
    );
    assertEquals(llm.requests[0]!.stable, 3);
    assertEquals(turn.prompt!.messages, 4);
  });

  Deno.test(`the tool result ${title} is sent as "(no output)"`, async () => {
    const llm = new MockLLM([decide.call("run"), decide.respond("Done")]);
    const run = new Tool({ name: "run", description: "Run", args: v.object({}), run: () => blank });
    const steps = { talk: { description: "Talk", tools: [run] } };
    const turn = await new Agent({ name: "a", llm, start: "talk", steps }).createSession()
      .next("Go");
    assertEquals(turn.toolResults[0]!.text, blank);
    assertEquals(llm.requests[1]!.messages[3]!.content, "Result of run:\n(no output)");
  });
}

Deno.test("an invisible character that is no white space is input", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const turn = await talker(llm).createSession().next("\u200d");
  assertEquals(turn.events[0]!.type, "user");
});

Deno.test("similar examples are chosen by the last input that is not blank", async () => {
  const embedded: string[] = [];
  const llm = new MockLLM([decide.respond("Hello")]);
  const embed = llm.embed;
  llm.embed = (texts) => {
    embedded.push(...texts);
    return embed(texts);
  };
  const agent = new Agent({
    name: "talker",
    llm,
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        examples: [{ context: "tea", decision: decide.respond("Tea"), show: "similar" }],
      },
    },
  });
  const events = ["Hi", " "].map((text, seq) => ({ seq, time: 0, type: "user", text }));
  const { state } = agent.createSession();
  const stored = { ...state, status: "interrupted", events } as State;
  await agent.createSession({ state: stored }).resume();
  assertEquals(embedded.toSorted(), ["Hi", "tea"]);
});
