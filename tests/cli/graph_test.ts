import { decide, MockLLM } from "@nomos/agent";
import { loadAgent } from "@nomos/agent/config";
import { sqliteStore } from "@nomos/agent/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { widthOf } from "../../src/cli/terminal/table.ts";
import { readTags } from "../profile/draw/xml_tags.ts";
import { nomos, nomosJson, withFiles } from "./in_process.ts";

const CAFE = "docs/cafe/agent.yaml";

/** Agent file with texts that must be escaped, a step that nobody reaches, and a key that is not set. */
const DESK = `name: desk
llm: { provider: anthropic, model: m, kwargs: { api_key: $NO_SUCH_KEY } }
start: talk
steps:
  - id: talk
    desc: "<b>Help</b> & \\e[31mred 日本語 ${"and be brief ".repeat(30)}"
    paths: [{ to: pay, when: 'they say "pay" ]] ${
  "or so ".repeat(30)
}' }, { to: talk, when: again }]
  - { id: pay, desc: Pay }
  - { id: alone, desc: Alone }
`;

Deno.test("graph, a pipe gets Mermaid, the text of agent.diagram()", async () => {
  const agent = await loadAgent(CAFE, { llm: new MockLLM([]) });
  assertEquals(await nomos("graph", CAFE), { code: 0, stdout: agent.diagram(), stderr: "" });
});

Deno.test("graph --format text, draws a box for each step and an arrow for each route", async () => {
  const { stdout } = await nomos("graph", CAFE, "-f", "text");
  const lines = stdout.trimEnd().split("\n");
  assert(lines[0]!.startsWith("┌─ greet ─ start ──"), lines[0]);
  assertStringIncludes(stdout, "│ tools: add_drink, refund (approval) ");
  assertStringIncludes(stdout, "\n └─▶ checkout  they are done (guarded)\n");
  const boxes = lines.filter((line) => /^[┌│└][─┬ ]/.test(line));
  assertEquals(new Set(boxes.map(widthOf)).size, 1);
});

Deno.test("graph, shows hostile and long texts escaped, cut and within the width, without a key", () =>
  withFiles({ "agent.yaml": DESK }, async (folder) => {
    const { code, stdout } = await nomos("graph", `${folder}/agent.yaml`, "-f", "text");
    assertEquals(code, 0);
    assert(!stdout.includes("\x1b"), stdout);
    assertStringIncludes(stdout, "┌─ alone ─");
    for (const line of stdout.split("\n")) assert(widthOf(line) <= 80, line);
  }));

Deno.test("graph --output, writes a format by the name, in a new folder too, SVG with escaped text", () =>
  withFiles({ "agent.yaml": DESK }, async (folder) => {
    const file = `${folder}/graph.svg`;
    const { code, stdout } = await nomos("graph", `${folder}/agent.yaml`, "-o", file);
    assertEquals([code, stdout], [0, ""]);
    const svg = await Deno.readTextFile(file);
    assertEquals(readTags(svg).filter((name) => name === "g").length, 3);
    assertStringIncludes(svg, "&lt;b&gt;Help&lt;/b&gt; &amp; \\u{1b}[31mred");
    assertStringIncludes(svg, "↺ again");
    // No script, and nothing that a viewer would load.
    assert(!/<script|@import|href|https?:(?!\/\/www\.w3\.org\/2000\/svg")/.test(svg), svg);
    assert(!/NaN|undefined|Infinity/.test(svg), svg);
    const json = await nomosJson(0, "graph", `${folder}/agent.yaml`, "-o", `${folder}/new/g.mmd`);
    assertEquals([json.format, json.file], ["mermaid", `${folder}/new/g.mmd`]);
    assert((await Deno.readTextFile(`${folder}/new/g.mmd`)).startsWith("flowchart TD"));
  }));

Deno.test("graph --session, marks the way of a stored session in each format", async () => {
  const folder = await Deno.makeTempDir();
  const url = `sqlite:${folder}/s.db`;
  const store = await sqliteStore(`${folder}/s.db`);
  const llm = new MockLLM([decide.move("order"), decide.respond("What can I get you?")]);
  const session = await (await loadAgent(CAFE, { llm })).openSession("ann", { store });
  await session.next("A latte");
  await store.close();
  const draw = async (format: string) => {
    const args = ["graph", CAFE, "-f", format, "--session", "ann", "--store", url];
    return (await nomos(...args)).stdout;
  };
  const text = await draw("text");
  assertStringIncludes(text, "┌─ greet ─ start ─ visited 1× ─");
  assertStringIncludes(text, "┌─ order ─ visited 1× ─ here ─");
  assertStringIncludes(text, "└─▶ order  they want to order 1×");
  const mermaid = await draw("mermaid");
  assertStringIncludes(mermaid, "class step0,step1 visited");
  // Link 0 leads to the start, 1 to 3 to the tools, 4 is the first route.
  assertStringIncludes(mermaid, "linkStyle 4 ");
  const svg = await draw("svg");
  assertEquals(svg.match(/<g class="step visited/g)?.length, 2);
  assertEquals(svg.match(/class="route taken"/g)?.length, 1);
  const missing = ["graph", CAFE, "--session", "bob", "--store", url];
  assertEquals((await nomosJson(1, ...missing)).error.code, "SESSION_NOT_FOUND");
  await Deno.writeTextFile(
    `${folder}/other.yaml`,
    "name: other\nllm: { provider: openai, model: m }\nstart: a\nsteps: [{ id: a, desc: A }]\n",
  );
  const other = ["graph", `${folder}/other.yaml`, "--session", "ann", "--store", url];
  assertEquals((await nomosJson(1, ...other)).error.code, "SESSION_MISMATCH");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("graph, a wrong format, name or file is one line on stderr, and a document with --json", async () => {
  for (
    const [args, code, expected] of [
      [[CAFE, "-f", "svgg"], 2, "one of text, mermaid, svg"],
      [[CAFE, "-o", "graph.png"], 2, ".svg"],
      [[CAFE, "--formt", "svg"], 2, "did you mean --format?"],
      [["nowhere.yaml"], 1, "Cannot find the agent"],
      [[CAFE, "-o", "deno.json/graph.svg"], 1, "Cannot write"],
    ] as const
  ) {
    const ended = await nomos("graph", ...args);
    assertEquals([ended.code, ended.stdout, ended.stderr.split("\n").length], [code, "", 2]);
    assertStringIncludes(ended.stderr, expected);
    assertStringIncludes((await nomosJson(code, "graph", ...args)).error.message, expected);
  }
});
