/** Features of agent files that `docs/nomos.md` lists and no other test shows by itself. */
import { decide, type LLM, MockLLM, Tool } from "@nomos/agent";
import { ConfigFileError, loadAgent, parseConfig, readConfig } from "@nomos/agent/config";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { fixture, loadText, withLines } from "./fixtures.ts";

/** Fixtures with tools of APIs and MCP servers, which wait. */
const WAITING = ["repository.yaml", "stars.yaml"];

const FILES = [...Deno.readDirSync(fixture(""))].map(({ name }) => name)
  .filter((name) => /\.(?:yaml|json)$/.test(name));

Deno.test("loadAgent, loads every fixture with its steps, or names the lines of what must wait", async () => {
  for (const name of FILES) {
    const load = () =>
      loadAgent(fixture(name), {
        llm: new MockLLM(),
        ignoreFlows: true,
        onConfigWarning: () => {},
      });
    if (WAITING.includes(name)) {
      const { problems } = await assertRejects(load, ConfigFileError);
      for (const { line, message } of problems) {
        assert(line > 1 && /@(?:api|mcp)\//.test(message), message);
      }
      continue;
    }
    const { config } = await readConfig(fixture(name), { ignoreFlows: true });
    const diagram = (await load()).diagram();
    for (const { step_id } of config.steps) assert(diagram.includes(`<b>${step_id}</b>`), name);
  }
});

Deno.test("parseConfig, fills in the defaults of what a file leaves out", async () => {
  const { config } = await readConfig(fixture("minimal.yaml"));
  const { max_errors, max_iter, max_examples, threshold, server } = config;
  assertEquals([max_errors, max_iter, max_examples, threshold], [3, 10, 5, 0.5]);
  assertEquals([server.port, server.session.default_ttl], [8000, 3600]);
});

Deno.test("parseConfig, a step that never responds needs a way on, and has no quick replies", () => {
  const text = `name: a
start: a
steps:
  - { id: a, desc: A, auto_flow: true }
  - { id: b, desc: B, auto_flow: true, quick_suggestions: true, paths: [{ to: a, when: x }] }
`;
  const { problems } = assertThrows(() => parseConfig("a.yaml", text), ConfigFileError);
  assertEquals(problems.map(({ path, line }) => [path, line]), [
    ["steps.a.auto_flow", 4],
    ["steps.b.auto_flow", 5],
  ]);
});

Deno.test("loadAgent, the schema of a step has its own routes, tools and actions, and quick replies on request", async () => {
  const text = withLines().replace(
    "steps: [{ id: a, desc: A }]",
    `steps:
  - { id: a, desc: A, tools: [z, b], paths: [{ to: d, when: x }, { to: c, when: y }] }
  - { id: c, desc: C, quick_suggestions: true }
  - { id: d, desc: D, auto_flow: true, tools: [z], paths: [{ to: c, when: y }] }`,
  );
  const [z, b] = ["z", "b"].map((name) =>
    new Tool({ name, description: name, args: v.object({}), run: () => name })
  );
  const llm = new MockLLM([
    decide.move("d"),
    decide.move("c"),
    decide.respond("Hello", { suggestions: ["Bye"] }),
  ]);
  const agent = await loadText(text, { llm, tools: [z!, b!] });
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.step, turn.suggestions], ["c", ["Bye"]]);
  const [first, second, third] = llm.requests.map(({ legal, schema }) => ({
    ...legal,
    hasSuggestions: JSON.stringify(schema).includes('"suggestions"'),
  }));
  assertEquals([first!.routes, first!.tools, first!.hasSuggestions], [
    ["d", "c"],
    ["b", "z"],
    false,
  ]);
  assertEquals([second!.actions, second!.tools], [["TOOL_CALL", "MOVE", "END"], ["z"]]);
  assertEquals([third!.routes, third!.tools, third!.hasSuggestions], [[], [], true]);
});

Deno.test("loadAgent, the threshold of a file hides an example that is less similar than it says", async () => {
  for (const [threshold, isShown] of [[0.99, false], [0.85, true]] as const) {
    const text = withLines(`threshold: ${threshold}`).replace(
      "desc: A",
      "desc: A, eg: [{ context: the example, decision: Do it }]",
    );
    const mock = new MockLLM([decide.respond("Hello")]);
    // The cosine of the two vectors is 0.9.
    const embed = (texts: readonly string[]) =>
      Promise.resolve(
        texts.map((one) => one === "the example" ? [1, 0] : [0.9, Math.sqrt(0.19)]),
      );
    const llm: LLM = { name: "mock", decide: (request) => mock.decide(request), embed };
    await (await loadText(text, { llm })).createSession().next("Hi");
    const prompt = JSON.stringify(mock.requests[0]!.messages);
    assertEquals(prompt.includes("the example"), isShown, `${threshold}`);
  }
});
