import {
  Agent,
  AgentError,
  type AnyTool,
  ConfigError,
  decide,
  GraphError,
  MockLLM,
  Tool,
} from "@nomos/agent";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";

/** Options as a JavaScript program could pass them. */
function options(changes: Record<string, unknown>): never {
  const steps = { a: { description: "A" } };
  return { name: "test", llm: new MockLLM(), start: "a", steps, ...changes } as never;
}

function tool(name: string, run: () => unknown = () => "done"): AnyTool<unknown> {
  return new Tool({ name, description: `Does ${name}`, args: v.object({}), run });
}

/** The problems of a graph by path; fails unless the agent is refused with a `GraphError`. */
function problemsOf(changes: Record<string, unknown>): Record<string, string> {
  try {
    new Agent(options(changes));
  } catch (error) {
    assertInstanceOf(error, GraphError);
    assertEquals(error.code, "GRAPH_INVALID");
    for (const { path, message } of error.problems) {
      assertStringIncludes(error.message, `${path}: ${message}`);
    }
    return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]));
  }
  throw new Error("The graph was accepted");
}

Deno.test("Agent, reports every problem of the graph at once", () => {
  const problems = problemsOf({
    start: "nowhere",
    tools: [tool("shared"), tool("shared")],
    steps: {
      a: { description: "A", routes: { b: "go", lost: "never" }, llm: "fast" },
      b: { description: "B", tools: ["unknown", tool("shared")] },
      c: { description: "C", auto: true, suggestions: true },
      d: { description: "D", auto: true, end: false },
      e: { description: "E", auto: true, answer: v.object({ x: v.string() }) },
    },
  });
  assertEquals(Object.keys(problems).sort(), [
    "start",
    "steps.a.llm",
    "steps.a.routes.lost",
    "steps.b.tools.0",
    "steps.b.tools.1",
    "steps.c",
    "steps.d",
    "steps.e",
    "tools.1",
  ]);
  assertEquals(
    problems["start"],
    'unknown step "nowhere": expected one of "a", "b", "c", "d", "e"',
  );
  assertStringIncludes(problems["steps.a.routes.lost"]!, 'unknown step "lost"');
  assertStringIncludes(problems["steps.a.llm"]!, 'unknown model "fast": expected "default"');
  assertStringIncludes(problems["steps.b.tools.0"]!, 'unknown tool "unknown"');
  assertStringIncludes(problems["steps.b.tools.1"]!, 'another tool is named "shared"');
  assertStringIncludes(problems["steps.c"]!, 'leave out "suggestions"');
  assertStringIncludes(problems["steps.d"]!, "no action is ever legal");
});

Deno.test("Agent, reports the other problems of a step without a description", () => {
  const problems = problemsOf({
    steps: {
      a: { routes: { lost: "never" }, tools: ["unknown"] },
      b: { description: "B", routes: { a: "back" } },
    },
  });
  // Step "a" exists, so no problem may call it unknown.
  assertEquals(Object.keys(problems).sort(), [
    "steps.a.description",
    "steps.a.routes.lost",
    "steps.a.tools.0",
  ]);
});

Deno.test("Agent, reports a schema that is too large along with the other problems", () => {
  const values = Array.from({ length: 1001 }, (_, index) => `v${index}`);
  const large = new Tool({
    name: "large",
    description: "Too large for the model",
    args: v.object({ one: v.picklist(values) }),
    run: () => "",
  });
  const steps = {
    a: { description: "A", tools: [large] },
    b: { description: "B", tools: [large] },
  };
  const problems = problemsOf({ steps });
  assertEquals(Object.keys(problems), ["steps.a", "steps.b"]);
  assertStringIncludes(problems["steps.a"]!, "1001 enum values");
});

Deno.test("Agent, refuses two tools of one name, and an unknown model", () => {
  const steps = {
    a: { description: "A", tools: [tool("t")] },
    b: { description: "B", tools: [tool("t")] },
  };
  assertEquals(Object.keys(problemsOf({ steps })), ["steps.b.tools.0"]);
  const llm = { default: new MockLLM(), small: new MockLLM() };
  const named = { a: { description: "A", llm: "large" } };
  assertEquals(problemsOf({ llm, steps: named }), {
    "steps.a.llm": 'unknown model "large": expected one of "default", "small"',
  });
});

Deno.test("Agent, accepts the same tool object many times: by object, by name, in several steps", async () => {
  const one = tool("one");
  const agent = new Agent(options({
    tools: [one, one],
    steps: {
      a: { description: "A", tools: [one, "one", one] },
      b: { description: "B", tools: ["one"] },
    },
  }));
  assertEquals((await agent.explain(agent.createSession())).legal.tools, ["one"]);
});

Deno.test("Agent, offers tools in the order of their names", async () => {
  const agent = new Agent(options({
    tools: [tool("b")],
    steps: { a: { description: "A", tools: [tool("c"), "b", tool("a")] } },
  }));
  assertEquals((await agent.explain(agent.createSession())).legal.tools, ["a", "b", "c"]);
});

Deno.test("Agent, a tool of one step is not known by name in another", () => {
  const steps = {
    a: { description: "A", tools: [tool("t")] },
    b: { description: "B", tools: ["t"] },
  };
  assertEquals(Object.keys(problemsOf({ steps })), ["steps.b.tools.0"]);
});

Deno.test("Agent, accepts names of Object.prototype as step ids, and finds no step of these names otherwise", async () => {
  const agent = new Agent(options({
    llm: new MockLLM([decide.move("constructor"), decide.move("__proto__"), decide.respond("x")]),
    start: "__proto__",
    steps: {
      ["__proto__"]: { description: "P", routes: { constructor: "go" } },
      constructor: { description: "C", routes: { ["__proto__"]: "back" } },
    },
  }));
  const turn = await agent.createSession().next("go");
  assertEquals([turn.step, turn.response], ["__proto__", "x"]);
  const continued = agent.createSession({ state: JSON.parse(JSON.stringify(turn.state)) });
  assertEquals(continued.step, "__proto__");

  const routes = { ["__proto__"]: "x", constructor: "y", toString: "z" };
  assertEquals(
    Object.keys(
      problemsOf({ start: "hasOwnProperty", steps: { a: { description: "A", routes } } }),
    ),
    ["start", "steps.a.routes.__proto__", "steps.a.routes.constructor", "steps.a.routes.toString"],
  );
  const step = { description: "A", tools: ["__proto__", "constructor"], llm: "__proto__" };
  assertEquals(
    Object.keys(problemsOf({ steps: { a: step } })).sort(),
    ["steps.a.llm", "steps.a.tools.0", "steps.a.tools.1"],
  );
});

Deno.test("Agent, accepts a thousand steps", async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `step ${index}`);
  const agent = new Agent(options({
    start: "step 0",
    llm: new MockLLM([decide.move("step 1"), decide.respond("here")]),
    steps: Object.fromEntries(ids.map((id, index) => {
      return [id, { description: id, routes: { [ids[(index + 1) % 1000]!]: "next" } }];
    })),
  }));
  assertEquals(agent.warnings, []);
  assertEquals((await agent.createSession().next("go")).step, "step 1");
  assertEquals(agent.diagram().match(/-->\|/g)?.length, 1000);
});

/** Invalid options of a JavaScript program. Each is refused with an AgentError and its message. */
const GARBAGE: Readonly<Record<string, Record<string, unknown>>> = {
  "no steps": { steps: undefined },
  "null steps": { steps: null },
  "text as steps": { steps: "abc" },
  "a map of steps": { steps: new Map([["a", { description: "A" }]]) },
  "no step": { steps: {} },
  "a list of steps": { steps: [{ id: "a", description: "A" }] },
  "a null step": { steps: { a: null } },
  "a list as a step": { steps: { a: [] } },
  "an empty id": { start: "", steps: { "": { description: "A" } } },
  "no description": { steps: { a: {} } },
  "a number as description": { steps: { a: { description: 5 } } },
  "a symbol as start": { start: Symbol("a") },
  "a big integer as start": { start: 1n },
  "null as start": { start: null },
  "a null tool": { tools: [null] },
  "a null tool beside a name": { tools: [null], steps: { a: { description: "A", tools: ["t"] } } },
  "null tools": { tools: null },
  "a record of tools": { tools: { t: tool("t") } },
  "a tool in place of tools": { tools: tool("t") },
};

const STEP_GARBAGE: Readonly<Record<string, Record<string, unknown>>> = {
  "null routes": { routes: null },
  "text as routes": { routes: "a" },
  "a number as routes": { routes: 5 },
  "a null route": { routes: { a: null } },
  "a number as route": { routes: { a: 5 } },
  "a route without a condition": { routes: { a: {} } },
  "a list of routes": { routes: [{ to: "a", when: "x" }] },
  "a list as a route": { routes: { a: ["x"] } },
  "a guard that is no function": { routes: { a: { when: "x", guard: true } } },
  "text as tools": { tools: "t" },
  "a record as tools": { tools: {} },
  "a tool in place of tools": { tools: tool("t") },
  "a null tool": { tools: [null] },
  "a likeness of a tool": {
    tools: [{ name: "t", description: "T", timeout: undefined, guard: undefined }],
  },
  "null as answer": { answer: null },
  "a function as answer": { answer: () => true },
  "a number as model": { llm: 5 },
  "null as model": { llm: null },
  "null examples": { examples: null },
  "a record of examples": { examples: {} },
  "a null example": { examples: [null] },
  "an example without a decision": { examples: [{ context: "x" }] },
  "an example without a context": { examples: [{ decision: "x" }] },
  "an example shown at an unknown time": {
    examples: [{ context: "x", decision: "y", show: "sometimes" }],
  },
  "a number as end": { end: 5 },
  "text as auto": { auto: "no" },
  "text as suggestions": { suggestions: "no" },
  "text as reasoning": { reasoning: "no" },
  "a number as persona": { persona: 5 },
};

function assertRefused(changes: Record<string, unknown>): void {
  try {
    new Agent(options(changes));
  } catch (error) {
    assertInstanceOf(error, AgentError);
    assert(["GRAPH_INVALID", "CONFIG_INVALID"].includes(error.code), error.code);
    assert(error.message.includes("expected"), error.message);
    return;
  }
  throw new Error("The graph was accepted");
}

for (const [what, changes] of Object.entries(GARBAGE)) {
  Deno.test(`Agent, refuses with a message: ${what}`, () => assertRefused(changes));
}

for (const [what, changes] of Object.entries(STEP_GARBAGE)) {
  Deno.test(`Agent, refuses with a message a step with ${what}`, () => {
    assertRefused({ steps: { a: { description: "A", ...changes } } });
  });
}

Deno.test("Agent, a step in which no action is ever legal is refused, unless guards decide that", () => {
  const dead = { description: "A", auto: true, end: false };
  assertStringIncludes(problemsOf({ steps: { a: dead } })["steps.a"]!, "no action is ever legal");
  const closed = { ...dead, routes: { a: { when: "never", guard: () => false } } };
  new Agent(options({ steps: { a: closed } }));
});

Deno.test("Agent, a misspelled option of an agent, a step or a route is refused, with the nearest name", () => {
  const step = { description: "A", rouets: { a: "go" }, ansver: null, zzz: 1 };
  const routes = { a: { when: "again", gaurd: () => true } };
  const error = assertThrows(
    () => new Agent(options({ steps: { a: step, b: { description: "B", routes } } })),
    GraphError,
  );
  assertEquals(error.problems.map(({ path }) => path), [
    "steps.a",
    "steps.a",
    "steps.a",
    "steps.b.routes.a",
  ]);
  const [rouets, ansver, zzz, gaurd] = error.problems.map(({ message }) => message);
  assertEquals(
    rouets,
    'unknown option "rouets": expected one of "description", "routes", "tools", "answer", "auto", ' +
      '"end", "suggestions", "persona", "llm", "history", "examples", "reasoning"; did you mean "routes"?',
  );
  assertStringIncludes(ansver!, '; did you mean "answer"?');
  assertEquals(zzz!.includes("did you mean"), false);
  assertEquals(
    gaurd,
    'unknown option "gaurd": expected one of "when", "guard"; did you mean "guard"?',
  );
  assertStringIncludes(
    assertThrows(() => new Agent(options({ maxError: 1 })), ConfigError).message,
    'Cannot build agent "test": unknown option "maxError": expected one of "name", ',
  );
  assertStringIncludes(
    assertThrows(() => new Agent(options({ llm: "gpt-5" })), ConfigError).message,
    'Cannot build agent "test": "llm" is "gpt-5": expected an LLM, such as that of openai(), ',
  );
  const misspelled = { context: "x", decision: "y", shown: "never" };
  assertStringIncludes(
    problemsOf({ steps: { a: { description: "A", examples: [misspelled] } } })[
      "steps.a.examples.0.shown"
    ]!,
    "expected an example with context, decision and show",
  );
});
