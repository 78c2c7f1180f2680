import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openStore } from "@nomos/agent/store";
import { nomos, nomosJson, withFiles } from "./in_process.ts";

const AGENT = `
name: desk
llm: { provider: openai, model: gpt-5-mini }
start: talk
data:
  paid: { type: "List[int]", default: [] }
steps:
  - id: talk
    desc: Help the customer
    tools: [look_up, pay]
    quick_suggestions: true
    paths: [{ to: close, when: they are done }]
  - { id: close, desc: Say goodbye, answer_model: { total: int } }
tools:
  files: [tools.ts]
  defs:
    look_up: { desc: Look something up, args: [{ key: what, type: str }] }
    pay: { desc: Pay, args: [{ key: cents, type: int }], approval: true }
`;
const TOOLS = `
console.log("a tool module that prints");
export const look_up = ({ what }: { what: string }) => {
  if (what === "trouble") throw new Error("the shelf is empty");
  return "found " + what;
};
export const pay = ({ cents }: { cents: number }) => cents + " cents paid";
`;
const SCRIPT = `
- user: Look
- { call: look_up, args: { what: "a\\tb\\e[31m" } }
- respond: "It is\\nhere: \\e[1mbold\\u202e"
  suggestions: [Pay]
- user: Pay
- { call: pay, args: { cents: 500 } }
- { deny: pay, reason: A verdict of the script is for profiles }
- respond: Done
- user: That is all
- move: close
- respond: { total: 500 }
- user: Bye
- end: Goodbye
`;
const FILES = { "agent.yaml": AGENT, "tools.ts": TOOLS, "conversation.yaml": SCRIPT };

/** Runs a test in the folder of an agent. */
function withDesk(
  run: (talk: (...args: string[]) => ReturnType<typeof nomos>, agent: string) => Promise<void>,
) {
  return withFiles(FILES, async (folder) => {
    const agent = `${folder}/agent.yaml`;
    await run((...args) => nomos("run", agent, "--model", "mock", ...args), agent);
  });
}

function says(...inputs: string[]): string[] {
  return inputs.flatMap((input) => ["--input", input]);
}

Deno.test("nomos run, prints the answers alone, each in one line that cannot harm a terminal", () =>
  withDesk(async (talk, agent) => {
    const { code, stdout, stderr } = await talk(...says("Look", "Pay", "That is all", "Bye"));
    assertEquals(code, 0, stderr);
    assertEquals(stdout, 'It is\\nhere: \\u{1b}[1mbold\\u{202e}\nDone\n{"total":500}\nGoodbye\n');
    assertStringIncludes(stderr, "played by conversation.yaml. Session ");
    assertEquals((await talk("-q", ...says("Look"))).stderr, "");
    // As the command of Nomos spells it.
    const named = await nomos("run", "-c", agent, "--model=mock", ...says("Look"));
    assertEquals(named.code, 0);
  }));

Deno.test("nomos run --json, prints one event of the log a line, exactly", () =>
  withDesk(async (talk) => {
    const { code, stdout } = await talk("--json", ...says("Look"));
    assertEquals(code, 0);
    const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(events.map(({ seq }) => seq), events.keys().toArray());
    assertEquals(
      events.map(({ type }) => type),
      ["data_set", "user", "decision", "tool_started", "tool_finished", "decision"],
    );
    assertEquals(events[5].decision.response, "It is\nhere: \x1b[1mbold\u202e");
    assert(!/[\p{Cc}\u202e]/u.test(stdout.replaceAll("\n", "")));
  }));

Deno.test("nomos run, goes on with a session, in another process as well", () =>
  withDesk(async (talk) => {
    await talk("--session", "ann", ...says("Look"));
    assertEquals((await talk("--session", "ann", ...says("Pay"))).stdout, "Done\n");
    const ended = await talk("-s", "ann", ...says("That is all", "Bye"));
    assertEquals(ended.stdout, '{"total":500}\nGoodbye\n');
    const late = await talk("-s", "ann", ...says("Hello"));
    assertEquals([late.code, late.stdout], [1, ""]);
    assertStringIncludes(late.stderr, 'Cannot continue session "ann": it has ended');
    // Nothing is kept in memory.
    await talk("-s", "bob", "--store", "memory:", ...says("Look"));
    const again = await talk("-s", "bob", "--store", "memory", ...says("Look"));
    assertStringIncludes(again.stdout, "It is");
  }));

Deno.test("nomos run, says that another process has the session, in words for a person", () =>
  withDesk(async (talk, agent) => {
    const url = `sqlite:${agent.replace("agent.yaml", "a.db")}`;
    await talk("--store", url, "--session", "ben", ...says("Look"));
    const held = await openStore(url);
    assert(await held.claim("ben", { owner: "another", ttl: 60_000 }) !== undefined);
    const { code, stderr } = await talk("--store", url, "--session", "ben", ...says("Pay"));
    assertEquals(code, 3);
    assertStringIncludes(stderr, "expected its turn to have ended\n");
    await held.close();
  }));

Deno.test("nomos run, says that the folder for sessions cannot be made", () =>
  withDesk(async (talk, agent) => {
    await Deno.writeTextFile(agent.replace("agent.yaml", ".nomos"), "a file");
    const { code, stderr } = await talk(...says("Look"));
    assertEquals(code, 3);
    assertStringIncludes(stderr, "for sessions: EEXIST");
    assertStringIncludes(stderr, "or another store, such as --store memory");
  }));

Deno.test("nomos run --approve, denies a call without a person, allows it, or leaves it waiting", () =>
  withDesk(async (talk) => {
    const outcome = async (...args: string[]) => {
      const { stdout } = await talk("--json", ...args, ...says("Look", "Pay"));
      const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
      return lines.find((event) => event.tool === "pay" && event.outcome)?.outcome;
    };
    assertEquals(await outcome(), "denied");
    assertEquals(await outcome("--approve", "always"), "ok");
    const asked = await talk("-s", "it's ann", "--approve", "ask", ...says("Look", "Pay"));
    assertEquals(asked.code, 1);
    assertStringIncludes(
      asked.stderr,
      "waits for approval: pay(cents: 500). Nothing is lost; " +
        "go on with: nomos run --session 'it'\\''s ann'",
    );
    const decided = await talk("-s", "it's ann", "--approve", "always", ...says("That is all"));
    assertEquals(decided.stdout, 'Done\n{"total":500}\n');
  }));

Deno.test("nomos run, says what a tool threw and where, and what limited a turn", () =>
  withFiles({
    ...FILES,
    "agent.yaml": `${AGENT}limits: { turn: { tool_calls: 1 } }\n`,
    "conversation.yaml": "- user: Go\n- { call: look_up, args: { what: trouble } }\n" +
      "- { call: look_up, args: { what: b } }\n- respond: Hm\n",
  }, async (folder) => {
    const { code, stdout, stderr } = await nomos(
      "run",
      `${folder}/agent.yaml`,
      "--model=mock",
      "--input=Go",
    );
    assertEquals([code, stdout], [1, ""]);
    assert(/Tool look_up failed at .*tools\.ts:4: the shelf is empty/.test(stderr), stderr);
    assert(
      /The turn was limited: toolCalls \d+ of 1 \(limits\.turn\.toolCalls\)/.test(stderr),
      stderr,
    );
  }));

Deno.test("nomos run, without a key no script plays unless it is asked for", () =>
  withDesk(async (_, agent) => {
    const { code, stdout, stderr } = await nomos("run", agent, "--input", "Look");
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, "no OPENAI_API_KEY. Set it in the shell or in .env");
    const { error } = await nomosJson(3, "run", agent, "--input", "Look", "--model", "real");
    assertEquals(error.code, "API_KEY_MISSING");
    assertEquals((await nomos("run", agent, "--input", "Look", "--model", "auto")).code, 0);
  }));

Deno.test("nomos run --trace=prompt, prints prompts beside the answer", () =>
  withDesk(async (talk) => {
    const { stdout, stderr } = await talk("--trace=prompt", ...says("Look"));
    assertEquals(stdout.split("\n").length, 2);
    assertStringIncludes(stderr, "[user] Look");
    assertEquals((await talk("--trace=all", ...says("Look"))).code, 2);
  }));

const MODULE = `
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import { genaiPrices } from "@nomos/agent/prices";
import * as v from "valibot";
const whoami = new Tool({
  name: "whoami",
  description: "Who they are",
  args: v.object({}),
  run: (_: unknown, { context }: { context: { customer: string } }) => context.customer,
});
const make = (llm: ReturnType<typeof openai>) =>
  new Agent({ name: "desk", llm, cost: genaiPrices(), limits: { turn: { cost: 1 } }, start: "talk", steps: { talk: { description: "Help", tools: [whoami] } } });
export const desk = make(openai({ model: "gpt-5-mini" }));
export const context = ({ sessionId }: { sessionId: string }) => ({ customer: "the one of " + sessionId });
export const close = () => Deno.writeTextFile(new URL("closed", import.meta.url), "x", { append: true });
`;

Deno.test("nomos run agent.ts, opens a context for each session and closes what it opened, and a script plays where a key is missing", () =>
  withFiles({
    "agent.ts": MODULE,
    "two.ts": 'import { desk } from "./agent.ts";\nexport const a = desk, b = desk;\n',
    "made.ts":
      'export { context } from "./agent.ts";\nimport { desk } from "./agent.ts";\nexport default () => Promise.resolve(desk);\n',
    "none.ts": "export const x = 5;\n",
    "broken.ts": "const a = 1;\nthrow new Error('not today');\n",
    "conversation.yaml": "- user: Who am I?\n- call: whoami\n- respond: Somebody\n",
  }, async (folder) => {
    const run = (name: string, ...args: string[]) =>
      nomos(
        "run",
        `${folder}/${name}`,
        "-s",
        "ann",
        "--store=memory:",
        "--input=Who am I?",
        ...args,
      );
    const { code, stdout, stderr } = await run("agent.ts", "--model=auto", "--json");
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, '"text":"the one of ann"');
    assertStringIncludes(stderr, "agent.ts#desk, the only export that is an agent");
    assertStringIncludes(stderr, "Played by conversation.yaml: Cannot call model");
    const closed = () => Deno.readTextFile(`${folder}/closed`);
    assertEquals(await closed(), "x");
    const refused = await run("agent.ts");
    assertEquals(refused.code, 3);
    assertStringIncludes(refused.stderr, "OPENAI_API_KEY");
    assertEquals((await run("made.ts", "--model=mock")).stdout, "Somebody\n");
    // The store cannot be opened.
    const flags = ["--model=mock", "--input=Hi", `--store=sqlite:${folder}/none.ts`];
    assertEquals((await nomos("run", `${folder}/agent.ts`, ...flags)).code, 3);
    assertEquals(await closed(), "xxx");
    const failures: Readonly<Record<string, string>> = {
      "two.ts": "two.ts#a, ",
      "two.ts#c": 'Cannot find the export "c"',
      "none.ts#x": "it is 5: expected an Agent",
      "none.ts": "expected export default new Agent",
      "broken.ts": "broken.ts:2: not today",
    };
    for (const [name, expected] of Object.entries(failures)) {
      const failed = await run(name, "--model=mock");
      assertEquals([failed.code, failed.stdout], [1, ""], name);
      assertStringIncludes(failed.stderr, expected);
    }
  }));

Deno.test("nomos, refuses a command line that it does not understand, and names what is near", async () => {
  const cases: readonly [args: string[], expected: string][] = [
    [["rum"], 'did you mean "run"?'],
    [["run", "--sesion", "x"], "did you mean --session?"],
    [["run", "--model", "best"], "expected one of auto, real, mock"],
    [["run", "--approve", "maybe"], "expected one of ask, deny, always"],
    [["run", "--input", ""], "expected a text that is not empty"],
    [["run", "a.yaml", "b.yaml"], '"b.yaml"'],
    [["run", "a.yaml", "-c", "b.yaml"], "expected one agent"],
    [["--quiet", "run"], "expected the command first"],
    [["serve"], "there is no server yet"],
    [["train"], "write decisions that should have been different"],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await nomos(...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, expected);
    const { error } = await nomosJson(2, ...args);
    assertEquals(error.code, "USAGE");
  }
});
