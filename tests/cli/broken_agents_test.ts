import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { nomos, withFiles } from "./in_process.ts";

const STEPS = "start: a\nsteps:\n  - { id: a, desc: A }\n";
const NAMED = "name: x\nllm: { provider: ollama, model: m }\n";

/** Broken agent files, and what the command says about them. */
const BROKEN: Readonly<Record<string, readonly [text: string, expected: RegExp]>> = {
  "a million aliases": [
    `${NAMED}${STEPS}persona: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n` +
    Array.from({ length: 8 }, (_, i) => {
      const before = i === 0 ? "b" : `c${i - 1}`;
      return `c${i}: &c${i} [${Array(10).fill(`*${before}`).join(", ")}]\n`;
    }).join(""),
    /agent\.yaml:\d+:\d+ .*too many values/,
  ],
  "an alias of itself": [`${NAMED}${STEPS}persona: &a [*a]\n`, /contains itself/],
  "a huge file": [
    `${NAMED}${STEPS}# ${"x".repeat(1_000_000)}`,
    /it has \d+ characters: expected at most/,
  ],
  "a deep file": [`${NAMED}${STEPS}persona: ${"[".repeat(100_000)}`, /nested too deeply/],
  "a tag of another language": [
    `${NAMED}${STEPS}persona: !!js/function "x"\n`,
    /agent\.yaml:6:10 /,
  ],
  "a key that stands twice": [
    `${NAMED}name: y\n${STEPS}`,
    /agent\.yaml:3:1 .*"name" stands here twice/,
  ],
  "a key of prototypes": [`${NAMED}${STEPS}__proto__: { x: 1 }\n`, /unknown key "__proto__"/],
  "a misspelled key": [
    `${NAMED}${STEPS}max_itr: 5\n`,
    /unknown key "max_itr".*did you mean "max_iter"/,
  ],
  "a limit below zero": [`${NAMED}${STEPS}max_iter: -1\n`, /agent\.yaml:6:11 +max_iter: /],
  "a limit without end": [
    `${NAMED}${STEPS}limits: { turn: { cost: .inf } }\n`,
    /limits\.turn\.cost/,
  ],
  "no time": [
    `${NAMED}${STEPS}limits: { turn: { time: 0s } }\n`,
    /limits\.turn\.time: it is "0s": expected a number above 0/,
  ],
  "a variable that is not set": [
    "name: x\nllm: { provider: openai, model: m, kwargs: { api_key: $NOMOS_NOT_SET } }\n" + STEPS,
    /NOMOS_NOT_SET/,
  ],
  "problems of the graph, all of them": [
    `${NAMED}start: z\nsteps:\n  - { id: a, desc: A, paths: [{ to: b, when: w }] }\n  - { id: a, desc: B }\n`,
    /agent\.yaml:3:8 .*"z"[^]*agent\.yaml:5:\d+ .*"b"[^]*agent\.yaml:6:\d+ .*another step has the id "a"/,
  ],
  "a tool file that is missing": [`${NAMED}${STEPS}tools: { files: [none.ts] }\n`, /none\.ts/],
};

Deno.test("nomos run, reports a broken agent file by its lines, without expanding it and without a stack", () =>
  withFiles({}, async (folder) => {
    const path = `${folder}/agent.yaml`;
    for (const [name, [text, expected]] of Object.entries(BROKEN)) {
      await Deno.writeTextFile(path, text);
      const begin = performance.now();
      const { code, stdout, stderr } = await nomos(
        "run",
        path,
        "--input=Hi",
        "--store=memory:",
        "--json",
      );
      assert(
        code === 1 || name.startsWith("a variable") && code === 3,
        `${name}: ${code} ${stderr}`,
      );
      const lines = stdout.trimEnd().split("\n");
      assertEquals(lines.length, 1, `${name}: ${stdout}`);
      const { ok, error } = JSON.parse(stdout);
      assertEquals(ok, false, name);
      assert(expected.test(stderr), `${name}: ${stderr.slice(0, 2_000)}`);
      assert(error.message.length > 0 && !/\n {4}at /.test(stderr), `${name}: ${stderr}`);
      // A file that is expanded before it is refused would take minutes, or all memory.
      assert(performance.now() - begin < 30_000, `${name} took ${performance.now() - begin} ms`);
    }
  }));

Deno.test("nomos run, keeps the values of variables out of its messages", () =>
  withFiles({
    "agent.yaml":
      "name: x\nllm: { provider: openai, model: m, kwargs: { base_url: $NOMOS_TEST_URL } }\n" +
      STEPS,
  }, async (folder) => {
    const secret = "not a url \n${NOMOS_OTHER} sk-secret";
    Deno.env.set("NOMOS_TEST_URL", secret);
    try {
      const { code, stdout, stderr } = await nomos("run", `${folder}/agent.yaml`, "--input=Hi");
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, "$NOMOS_TEST_URL");
      assert(!stderr.includes("sk-secret"), stderr);
    } finally {
      Deno.env.delete("NOMOS_TEST_URL");
    }
  }));

Deno.test("nomos run, reports a broken script by its lines", () =>
  withFiles({
    "agent.yaml": NAMED + STEPS,
    "conversation.yaml": "- user: Hi\n- move: b\n- cal: x\n",
  }, async (folder) => {
    const { code, stderr } = await nomos(
      "run",
      `${folder}/agent.yaml`,
      "--model=mock",
      "--input=Hi",
    );
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'conversation.yaml:3:3  [2].cal: unknown key "cal"');
  }));
