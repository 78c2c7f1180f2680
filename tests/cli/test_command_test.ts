import { Agent, MockLLM } from "@nomos/agent";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { nomos, nomosJson, withFiles } from "./in_process.ts";

/** Agent of a local model, which needs no key. */
const AGENT = `name: cafe
llm: { provider: ollama, model: qwen3, kwargs: { max_retries: 0 } }
start: greet
steps:
  - { id: greet, desc: Greet, tools: [menu], paths: [{ to: order, when: they order }] }
  - { id: order, desc: Order }
tools: { files: [tools.ts], defs: { menu: { desc: The menu } } }
`;

const FILES = {
  "agent.yaml": AGENT,
  "tools.ts": "export const menu = () => 'latte';",
  "tests.agent.yaml": `unit:
  shows: { input: Menu?, script: [{ call: menu }, { respond: A latte }], check: { says: latte } }
  moves:
    input: "Two,\\u202e please"
    script: [{ call: menu }, { respond: "\\e[31mYes" }]
    check: { moves: [greet, order], says: /No/ }
  judged: { input: Hi, expectation: Greets }
`,
};

/** Runs a test while this function answers the calls of models. */
async function withModel(
  answer: (body: Record<string, unknown>) => unknown,
  run: () => Promise<void>,
): Promise<void> {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const content = JSON.stringify(answer(await new Request(input, init).json()));
    return Response.json({
      choices: [{ message: { content }, finish_reason: "stop" }],
      usage: { prompt_tokens: 90, completion_tokens: 10 },
    });
  };
  try {
    await run();
  } finally {
    globalThis.fetch = original;
  }
}

/** Answer of a model that judges, or else says this. */
function says(response: string, score: number = 1): (body: Record<string, unknown>) => unknown {
  return (body) => {
    const format = body.response_format as { json_schema: { name: string } };
    return format.json_schema.name === "verdict"
      ? { reason: "because", score }
      : { reasoning: ["x"], decision: { action: "RESPOND", response } };
  };
}

Deno.test("nomos test, shows each test, and of a failed one reasons, conversation and session", async () => {
  await withFiles(FILES, async (folder) => {
    const { code, stdout } = await nomos("test", folder);
    assertEquals(code, 1);
    const [file, shows, moves, judged, ...rest] = stdout.split("\n");
    assertMatch(file!, /tests\.agent\.yaml$/);
    assertMatch(shows!, /^ {2}ok {3}shows {4}[\d.]+ m?s$/);
    assertMatch(moves!, /^ {2}FAIL moves {4}[\d.]+ m?s$/);
    assertEquals(
      judged,
      "  skip judged   skipped: needs a model to play the agent and judge (--model real)",
    );
    const text = rest.join("\n");
    assertMatch(text, /moves {2}\S+tests\.agent\.yaml:3\n/);
    assertStringIncludes(text, "  check.moves: expected greet → order, went greet\n");
    assertStringIncludes(text, "    menu() = latte\n    agent: \\u001b[31mYes\n");
    assert(!stdout.includes("\x1b") && !stdout.includes("\u202e"));
    assertMatch(text, /\n1 failed, 1 passed, 1 skipped in [\d.]+ m?s\n$/);
    const [, state] = /nomos sessions show (\S+) prints/.exec(text)!;
    assertMatch(state!, /\.nomos\/failed\/moves\.json$/);
    const steps = { greet: { description: "Greet" }, order: { description: "Order" } };
    const agent = new Agent({ name: "cafe", llm: new MockLLM(), start: "greet", steps });
    const session = agent.createSession({ state: JSON.parse(await Deno.readTextFile(state!)) });
    assertEquals(session.state.events[0], {
      ...session.state.events[0]!,
      type: "user",
      text: "Two,\u202e please",
    } as never);
  });
});

Deno.test("nomos test, removes the session of a test that passes now, and leaves no file behind", async () => {
  await withFiles(FILES, async (folder) => {
    const list = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const before = list();
    assertEquals((await nomos("test", folder, "--filter", "shows")).code, 0);
    assertEquals(list(), before);
    assertEquals((await nomos("test", folder)).code, 1);
    assert(list().includes(".nomos"));
    await nomos("test", folder, "--filter", "shows");
    assertEquals([...Deno.readDirSync(`${folder}/.nomos`)].map(({ name }) => name), [".gitignore"]);
  });
});

Deno.test("nomos test, writes the sessions of tests with any name into its own folder", async () => {
  const names = ["../../escaped", "a/b", "a_b", "A_B", "", "x".repeat(300), "con:aux*?"];
  const tests = names.map((name) => `  ${JSON.stringify(name)}: *test\n`);
  const text =
    `unit:\n  first: &test { input: Hi, script: [{ respond: Hi }], check: { says: Bye } }\n`;
  await withFiles({ ...FILES, "tests.agent.yaml": text + tests.join("") }, async (folder) => {
    const { files: [file] } = await nomosJson(1, "test", folder);
    const states = file.tests.map(({ state }: { state: string }) => state);
    assertEquals(new Set(states.map((path: string) => path.toLowerCase())).size, names.length + 1);
    const kept = [...Deno.readDirSync(`${folder}/.nomos/failed`)].map(({ name }) => name);
    assertEquals(kept.length, names.length + 1);
    assertEquals([...Deno.readDirSync(folder)].length, Object.keys(FILES).length + 1);
  });
});

Deno.test("nomos test, removes nothing from a folder that a link of the project leads to", async () => {
  await withFiles(FILES, async (folder) => {
    await withFiles({ "mine.json": "{}" }, async (other) => {
      await Deno.mkdir(`${folder}/.nomos`);
      await Deno.symlink(other, `${folder}/.nomos/failed`);
      const { error } = await nomosJson(1, "test", folder);
      assertStringIncludes(error.message, "it is a link");
      assertEquals([...Deno.readDirSync(other)].map(({ name }) => name), ["mine.json"]);
    });
  });
});

Deno.test("nomos test --filter, chooses by text or regular expression, and refuses to test nothing", async () => {
  await withFiles(FILES, async (folder) => {
    const choose = async (filter: string) => {
      const { stdout } = await nomos("test", folder, "--filter", filter);
      return [...stdout.matchAll(/^ {2}(?:ok|FAIL|skip) +(\w+)/gm)].map(([, name]) => name);
    };
    assertEquals(await choose("how"), ["shows"]);
    assertEquals(await choose("/^.o|JUD/gi"), ["moves", "judged"]);
    const none = await nomosJson(1, "test", folder, "--filter", "nothing");
    assertEquals(none.error.code, "TESTS_NOT_FOUND");
    const broken = await nomosJson(2, "test", folder, "--filter", "/(/");
    assertStringIncludes(broken.error.message, "--filter");
  });
});

Deno.test("nomos test, fails skipped tests if it is strict, and stops at the first failure if it may", async () => {
  await withFiles(FILES, async (folder) => {
    const strict = await nomosJson(1, "test", folder, "--strict");
    const { tests } = strict.files[0];
    assertEquals(tests[2].status, "failed");
    assertEquals(strict.counts.failed, 2);
    const { stdout } = await nomos("test", folder, "--fail-fast");
    assertMatch(stdout, /1 failed, 1 passed, 1 not run in/);
  });
});

Deno.test("nomos test --model real, plays and judges by the models of the files, as often as it is told", async () => {
  await withFiles(FILES, async (folder) => {
    const args = ["test", folder, "--filter", "judged", "--model", "real"];
    let calls = 0;
    await withModel((body) => (calls++, says("Hello")(body)), async () => {
      const { files } = await nomosJson(0, ...args, "--runs", "3");
      const { status, runs, passes, score, modelCalls, usage } = files[0].tests[0];
      assertEquals([status, runs, passes, score, modelCalls], ["passed", 3, 3, 1, 3]);
      assertEquals([usage.input, usage.output, calls], [270, 30, 6]);
      const scripted = await nomosJson(0, "test", folder, "--filter", "shows", "--runs", "3");
      assertEquals([scripted.files[0].tests[0].runs, calls], [1, 6]);
    });
    await withModel(says("Hello", 0.2), async () => {
      const { code, stdout } = await nomos(...args, "--runs", "2");
      assertEquals(code, 1);
      assertStringIncludes(stdout, "0 of 2 runs");
      assertStringIncludes(stdout, 'expectation: score 0.2: "Greets": because');
    });
  });
});

Deno.test("nomos test, distinguishes a model that failed from a test that failed", async () => {
  await withFiles(FILES, async (folder) => {
    const fails = () => {
      throw new TypeError("connection refused");
    };
    await withModel(fails, async () => {
      const args = ["test", folder, "--model", "real"];
      const only = await nomosJson(3, ...args, "--filter", "judged");
      assertEquals([only.error.code, only.counts.unanswered], ["NO_ANSWER", 1]);
      assertStringIncludes(only.files[0].tests[0].reasons[0], "connection refused");
      const mixed = await nomosJson(1, ...args);
      assertEquals([mixed.counts.failed, mixed.counts.unanswered], [1, 1]);
      const { stdout } = await nomos(...args, "--filter", "judged", "--junit", "-");
      assertMatch(stdout, /failures="0" errors="1"[^]*<error type="unanswered"/);
    });
  });
});

Deno.test("nomos test --record, records the tapes alone by the real model, which are played offline then", async () => {
  const text = `unit:
  taped: { input: Hi, tape: tapes/hi.json, check: { says: Hello } }
  played: { input: Hi, check: { says: Hello } }
`;
  await withFiles({ ...FILES, "tests.agent.yaml": text }, async (folder) => {
    const missing = await nomosJson(1, "test", folder);
    assertStringIncludes(missing.files[0].tests[0].reasons[0], "hi.json");
    let calls = 0;
    await withModel((body) => (calls++, says("Hello")(body)), async () => {
      const { files } = await nomosJson(0, "test", folder, "--record");
      assertEquals(files[0].tests.map(({ status }: { status: string }) => status), [
        "passed",
        "skipped",
      ]);
      assertEquals(calls, 1);
      await nomosJson(0, "test", folder);
      assertEquals(calls, 1);
    });
  });
});

Deno.test("nomos test, plays other files although one, or its agent, is broken", async () => {
  const files = {
    ...FILES,
    "a.tests.yaml": "unit: { a: { input: 5 } }",
    "b.tests.yaml": "unit: { b: { input: Hi, script: [{ respond: Hi }], check: { says: Hi } } }",
    "notes.yaml": "not tests",
  };
  await withFiles(files, async (folder) => {
    const { code, stdout } = await nomos("test", folder, "--filter", "/^[abs]/");
    assertEquals(code, 1);
    assertMatch(stdout, /a\.tests\.yaml:1:\d+ {2}unit\.a\.input/);
    assertMatch(stdout, /1 file not played, 2 passed in/);
    await Deno.writeTextFile(`${folder}/agent.yaml`, AGENT.replace("tools.ts", "gone.ts"));
    const { files } = await nomosJson(1, "test", folder);
    for (const { problem, tests } of files) assert(problem !== undefined && tests.length === 0);
    await Deno.writeTextFile(`${folder}/agent.yaml`, "name: cafe");
    assertEquals((await nomosJson(1, "test", `${folder}/b.tests.yaml`)).counts.broken, 1);
  });
});

Deno.test("nomos test --ignore-flows, tests an agent without its flows", async () => {
  const agent = `${AGENT}flows: [{ id: f, enters: [greet], exits: [order] }]\n`;
  await withFiles({ ...FILES, "agent.yaml": agent }, async (folder) => {
    assertEquals((await nomosJson(1, "test", folder)).counts.broken, 1);
    const { code, stderr } = await nomos("test", folder, "--ignore-flows");
    assertEquals(code, 1);
    // The agent is loaded for each test.
    assertMatch(stderr, /^[^\n]* {2}warning: flows: flows are ignored\n$/);
  });
});

Deno.test("nomos test, refuses files that do not exist, folders without tests, and two documents at once", async () => {
  await withFiles({ "agent.yaml": AGENT }, async (folder) => {
    for (const place of [folder, `${folder}/none.yaml`, `${folder}/agent.yaml/x`]) {
      assertEquals((await nomosJson(1, "test", place)).error.code, "TESTS_NOT_FOUND");
    }
    await Deno.writeTextFile(`${folder}/tests.agent.yaml`, FILES["tests.agent.yaml"]);
    assertEquals((await nomos("test", folder, "--json", "--junit", "-")).code, 2);
    await Deno.remove(`${folder}/agent.yaml`);
    const lost = await nomosJson(1, "test", `${folder}/tests.agent.yaml`);
    assertEquals(lost.error.code, "AGENT_NOT_FOUND");
  });
});

Deno.test("nomos test, plays the agent of a module, with its context, and closes it", async () => {
  const root = new URL("../../", import.meta.url);
  const agent = `
import { Agent, Tool } from "${new URL("mod.ts", root)}";
import { openai } from "${new URL("src/provider/openai/mod.ts", root)}";
import { genaiPrices } from "${new URL("src/prices/mod.ts", root)}";
import * as v from "${import.meta.resolve("valibot")}";
export const closed = [];
const whoami = new Tool({
  name: "whoami",
  description: "Who it is",
  args: v.object({}),
  context: v.object({ id: v.string() }),
  run: (_, { context }) => context.id,
});
const llm = openai({ model: "gpt-5-mini", apiKey: "none" });
const steps = { think: { description: "Think" } };
const thinker = new Agent({ name: "thinker", llm, start: "think", steps });
const think = thinker.asTool({ name: "think", description: "Thinks" });
export default new Agent({
  name: "desk",
  llm,
  cost: genaiPrices(),
  limits: { turn: { cost: 1 } },
  start: "talk",
  steps: { talk: { description: "Talk", tools: [whoami, think] } },
});
export const context = ({ sessionId }) => ({ id: sessionId });
export const close = () => closed.push("closed");
`;
  const tests = `unit:
  asks: { input: Who?, script: [{ call: whoami }, { respond: You }], check: { calls: [whoami] } }
  lies: { input: Who?, script: [{ call: whoami }, { respond: You }], check: { says: Me } }
  thinks: { input: Why?, script: [{ call: think, args: { input: Why? } }], check: { calls: [think] } }
`;
  await withFiles({ "agent.ts": agent, "tests.agent.yaml": tests }, async (folder) => {
    const { code, stdout } = await nomos("test", folder);
    assertEquals(code, 1, stdout);
    assertStringIncludes(stdout, "whoami() = test-2");
    assertStringIncludes(
      stdout,
      'Cannot call model "openai/gpt-5-mini": real models are forbidden',
    );
    assertMatch(stdout, /2 failed, 1 passed/);
    assertEquals((await import(`file://${folder}/agent.ts`)).closed, ["closed"]);
  });
});

Deno.test("nomos test, refuses hostile files at once, each with its place", async () => {
  const test = "{ input: Hi, script: [{ respond: Hi }], check: { says: Hi } }";
  const aliases = Array.from(
    { length: 8 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join()}]\n`,
  );
  const hostile: readonly (readonly [text: string, problem: RegExp])[] = [
    [`a0: &a0 [x]\n${aliases.join("")}unit: *a8\n`, /too many values/],
    [`unit: ${"[".repeat(100_000)}`, /nested too deeply/],
    [`unit: { a: { input: ${"x".repeat(1_000_000)} } }`, /characters: expected at most/],
    [`unit:\n  a: ${test}\n  a: ${test}\n`, /:3:3 {2}unit\.a: the key "a" stands here twice/],
    ["unit: { a: !!js/function 'x' }", /:1:\d+ {2}Unresolved tag/],
    [`unit: { a: { <<: [*b], input: Hi } }`, /:1:\d+ {2}/],
    ["unit: { ~: { input: Hi } }", /a key that is not text/],
    [
      `unit: { a: { input: Hi, script: [{ respond: Hi }], check: { model_calls: -1 } } }`,
      /:1:\d+ {2}unit\.a\.check\.model_calls: it is -1: expected a whole number from 0/,
    ],
    [
      `unit: { a: { input: Hi, runs: .inf, check: { says: Hi } } }`,
      /unit\.a\.runs: it is Infinity/,
    ],
    [`unit: { a: { input: Hi, runs: 0, check: { says: Hi } } }`, /unit\.a\.runs: it is 0/],
    [`unit: { a: { imput: Hi, check: { says: Hi } } }`, /did you mean "input"\?/],
  ];
  for (const [text, problem] of hostile) {
    await withFiles({ ...FILES, "tests.agent.yaml": text }, async (folder) => {
      const { counts, files } = await nomosJson(1, "test", folder);
      assertEquals(counts.broken, 1);
      assertMatch(files[0].problem, problem);
    });
  }
  const named = `unit: { __proto__: ${test}, constructor: ${test}, NO: ${test}, 1.10: ${test} }`;
  await withFiles({ ...FILES, "tests.agent.yaml": named }, async (folder) => {
    const { files } = await nomosJson(0, "test", folder);
    assertEquals(files[0].tests.map(({ name }: { name: string }) => name), [
      "__proto__",
      "constructor",
      "NO",
      "1.10",
    ]);
  });
});
