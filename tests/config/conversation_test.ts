import { Agent, decide, type LLM, Tool } from "@nomos/agent";
import { ConfigFileError, formatProblem } from "@nomos/agent/config";
import { jsonSchema } from "@nomos/agent/json-schema";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as v from "valibot";
import { parse } from "yaml";
import { conversationSchema } from "../../src/config/config_schema.ts";
import { readConversation } from "../../src/config/conversation/conversation.ts";
import { playConversation } from "../../src/config/conversation/play_conversation.ts";

const CAFE = `
- user: What do you have?
- call: get_menu
- respond: Espresso and latte
  suggestions: [A latte]
- user: A latte
- move: order
- calls:
    - { call: add, args: { drink: latte } }
    - { call: add, args: { drink: espresso } }
- respond: Anything else?
- user: No
- end: Goodbye
`;

async function withFile<Result>(text: string, use: (path: string) => Promise<Result>) {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const read = (text: string) => withFile(text, (path) => readConversation(path));

function createCafe(llm: LLM) {
  const getMenu = new Tool({
    name: "get_menu",
    description: "Menu",
    args: v.object({}),
    run: () => ["espresso", "latte"],
  });
  const add = new Tool({
    name: "add",
    description: "Add a drink",
    args: v.object({ drink: v.string() }),
    run: ({ drink }) => drink,
  });
  return new Agent({
    name: "cafe",
    llm,
    start: "greet",
    steps: {
      greet: {
        description: "Greet",
        suggestions: true,
        tools: [getMenu],
        routes: { order: "they order" },
      },
      order: { description: "Order", tools: [add] },
    },
  });
}

Deno.test("readConversation, returns inputs with the decisions that follow", async () => {
  const turns = await read(CAFE);
  assertEquals(turns.map(({ input }) => input), ["What do you have?", "A latte", "No"]);
  assertEquals(turns[0]!.decisions, [
    decide.call("get_menu"),
    decide.respond("Espresso and latte", { suggestions: ["A latte"] }),
  ]);
  const [greeting] = await read("- respond: Hello\n- user: Hi\n- end: true\n");
  assertEquals(greeting!.input, undefined);
});

Deno.test("readConversation, reports every problem with its place, and the nearest name", async () => {
  const text = "- user: Hi\n  respond: Hello\n- cal: x\n- call: get_men\n- move: ordr\n" +
    "- {}\n- respond: Hi\n  args: {}\n- user: 5\n";
  await withFile(text, async (path) => {
    const error = await assertRejects(() => readConversation(path), ConfigFileError);
    assertEquals(
      error.problems.map((problem) => formatProblem({ ...problem, file: "c.yaml" })),
      [
        'c.yaml:3:3  [1].cal: unknown key "cal": expected one of "user", "respond", ' +
        '"suggestions", "call", "args", "calls", "move", "end", "approve", "deny", "reason"; ' +
        'did you mean "call"?',
        "c.yaml:9:9  [6].user: it is 5: expected text in quotes",
      ],
    );
  });
  await withFile(text.replace("cal:", "call:").replace("5", "Bye"), async (path) => {
    const names = { steps: new Set(["greet", "order"]), tools: new Set(["get_menu"]) };
    const keys = "user, respond, call, calls, move, end, approve, deny";
    const error = await assertRejects(() => readConversation(path, names), ConfigFileError);
    assertEquals(
      error.problems.map((problem) => formatProblem({ ...problem, file: "c.yaml" })),
      [
        `c.yaml:1:3  [0]: it has user and respond: expected exactly one of ${keys}`,
        'c.yaml:3:9  [1].call: there is no tool "x": expected "get_menu"',
        'c.yaml:4:9  [2].call: there is no tool "get_men": expected "get_menu"; did you mean "get_menu"?',
        'c.yaml:5:9  [3].move: there is no step "ordr": expected one of "greet", "order"; did you mean ' +
        '"order"?',
        `c.yaml:6:3  [4]: a key is missing: expected exactly one of ${keys}`,
        "c.yaml:8:9  [5].args: there is no call or approve: expected call or approve beside it",
      ],
    );
  });
  const empty = await assertRejects(() => read("[]"), ConfigFileError);
  assertEquals(empty.problems.map(({ message }) => message), ["it is empty"]);
});

Deno.test("playConversation, goes on in another session of the same past, and plays a fork alike", async () => {
  const turns = await read(CAFE);
  const first = createCafe(playConversation(turns)).createSession();
  assertEquals((await first.next("What is there?")).response, "Espresso and latte");
  const agent = createCafe(playConversation(turns));
  const second = agent.createSession({ state: first.state });
  const turn = await second.next("A latte");
  assertEquals([turn.step, turn.response], ["order", "Anything else?"]);
  assertEquals(turn.toolResults.map(({ args }) => args.drink), ["latte", "espresso"]);
  const fork = await second.fork({ at: turn.events[0]!.seq });
  assertEquals((await fork.next("An espresso")).response, "Anything else?");
  assertEquals((await second.next("No")).status, "ended");
});

Deno.test("playConversation, goes on by itself where the script has no legal decision, or says so", async () => {
  const turns = await read("- user: Hi\n- call: add\n  args: { drink: latte }\n- end: true\n");
  const notes: string[] = [];
  const llm = playConversation(turns, (message) => notes.push(message));
  const session = createCafe(llm).createSession();
  const went = await session.next("Hi");
  assertEquals(went.decisions.map(({ action }) => action), ["TOOL_CALL", "END"]);
  assertEquals(notes.length, 1);
  assertMatch(notes[0]!, /^Cannot play the script in step "greet": .*"add".*:2\) is illegal/);
});

Deno.test("readConversation, returns verdicts after the decision whose call waits", async () => {
  const text = "- user: Money back\n- call: refund\n- { deny: refund, reason: Too much }\n" +
    "- call: refund\n- { approve: refund, args: { cents: 5 } }\n";
  assertEquals(await read(text), [{
    input: "Money back",
    decisions: [
      decide.call("refund"),
      { deny: "refund", reason: "Too much" },
      decide.call("refund"),
      { approve: "refund", args: { cents: 5 } },
    ],
  }]);
  const wrong = text.replace("deny: refund", "deny: refnd").replace("approve", "move");
  await withFile(`${wrong}- { user: Hi, reason: none }\n`, async (path) => {
    const names = { approvals: new Set(["refund"]) };
    const error = await assertRejects(() => readConversation(path, names), ConfigFileError);
    assertEquals(
      error.problems.map((problem) => formatProblem({ ...problem, file: "c.yaml" })),
      [
        'c.yaml:3:11  [2].deny: there is no tool "refnd": expected "refund"; did you mean "refund"?',
        "c.yaml:5:25  [4].args: there is no call or approve: expected call or approve beside it",
        "c.yaml:6:23  [5].reason: there is no deny: expected deny beside it",
      ],
    );
  });
});

Deno.test("schema/conversation.json, accepts conversations and refuses misspelled keys", async () => {
  const { validate } = jsonSchema(conversationSchema())["~standard"];
  assertEquals((await validate(parse(CAFE))).issues, undefined);
  for (const entry of [{ usr: "Hi" }, { call: "" }, { calls: [{ args: {} }] }, { user: 5 }]) {
    assert((await validate([entry])).issues !== undefined, JSON.stringify(entry));
  }
});

Deno.test("playConversation, streams", async () => {
  const session = createCafe(playConversation(await read(CAFE))).createSession();
  let text = "";
  for await (const part of session.stream("Hi")) {
    if (part.type === "delta" && part.field === "response") text += part.text;
  }
  assertEquals(text, "Espresso and latte");
});
