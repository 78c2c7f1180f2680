/** Texts of agent files that are damaged, or made to harm their reader. */
import { ConfigFileError, parseConfig, readConfig } from "@nomos/agent/config";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fixture, withLines } from "./fixtures.ts";

/** Returns the error of a text. */
function refuse(text: string): ConfigFileError {
  return assertThrows(() => parseConfig("agent.yaml", text), ConfigFileError);
}

const BOMB = [
  "name: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, i) => `k${i}: &a${i + 1} [${Array(10).fill(`*a${i}`)}]`),
].join("\n");

const HOSTILE: Readonly<Record<string, readonly [text: string, words: string]>> = {
  "an alias bomb": [BOMB, "too many values or characters, with its aliases resolved"],
  "aliases of a long text": [
    `a: &a ${"x".repeat(100_000)}\nb: [*a, *a]`,
    "too many values or characters, with its aliases resolved",
  ],
  "a million aliases": [`a: &a x\nb: [${Array(100_000).fill("*a")}]`, "at most 250000"],
  "an alias of itself": ["name: &a [*a]", "contains itself"],
  "an unknown alias": ["name: *a", "has no value"],
  "deep lists": ["[".repeat(100_000), "nested too deeply"],
  "deep items": [`${"- ".repeat(100_000)}x`, "nested too deeply"],
  "deep lists on line 2": [`a: 1\nb: ${"[".repeat(100_000)}`, ".yaml:2:"],
  "a depth of 100": ["[".repeat(100) + "]".repeat(100), "at most 64 levels"],
  "a long text": ["x".repeat(250_001), "at most 250000"],
  "a key that stands twice": ["name: a\nname: b", 'the key "name" stands here twice'],
  "a key of a tool that stands twice": [
    withLines("tools: { defs: { x: {}, x: {} } }"),
    "stands here twice",
  ],
  "an object of Python": ["name: !!python/object:os.system x", "Unresolved tag"],
  "several documents": ["name: a\n---\nname: b", "it has several documents: expected one"],
  "a tab": ["name:\n\t- b", "Tabs"],
  "an unfinished text": ['name: "a', "quote"],
  "nothing": ["", "expected an object"],
  "a list": ["- a", "expected an object"],
  "text": ["just text", "expected an object"],
};

for (const [what, [text, words]] of Object.entries(HOSTILE)) {
  Deno.test(`parseConfig, refuses ${what}`, () => {
    const error = refuse(text);
    assertStringIncludes(error.message, words);
    assert(error.problems[0].line >= 1 && error.problems[0].column >= 1);
  });
}

Deno.test("parseConfig, reads aliases and merged keys", () => {
  const { config } = parseConfig(
    "agent.yaml",
    `name: a
start: a
steps:
  - &a { id: a, desc: A, paths: &paths [{ to: b, when: x }] }
  - { <<: *a, id: b, auto_flow: Yes }
`,
  );
  const [a, b] = config.steps;
  assertEquals(b, { ...a!, step_id: "b", auto_flow: true });
});

Deno.test("parseConfig, any text is refused with problems or read, never anything else", () => {
  const text = withLines("llm: { provider: openai, model: m }", "tools: { defs: { a: {} } }");
  for (let length = 0; length < text.length; length++) {
    for (const part of [text.slice(0, length), text.slice(length), `${text.slice(0, length)}: [`]) {
      try {
        parseConfig("agent.yaml", part);
      } catch (error) {
        assert(error instanceof ConfigFileError, String(error));
      }
    }
  }
});

const VALUES: readonly unknown[] = [null, 1, "x", true, [], [1], {}, { a: 1 }, [[]], [{}], NaN];

Deno.test("parseConfig, every value of another type is refused with problems or read", async () => {
  const keys = Object.keys((await readConfig(fixture("agent.yaml"))).config);
  for (const key of keys) {
    for (const value of VALUES) {
      const base = { name: "a", start: "a", steps: [{ id: "a", desc: "A" }] };
      for (
        const config of [
          { ...base, [key]: value },
          { ...base, steps: [{ id: "a", desc: "A", [key]: value, eg: value, paths: value }] },
          { ...base, tools: { files: value, ext: value, defs: value }, llm: { global: value } },
        ]
      ) {
        try {
          parseConfig("agent.json", JSON.stringify(config));
        } catch (error) {
          assert(error instanceof ConfigFileError, String(error));
        }
      }
    }
  }
});

Deno.test("parseConfig, reports merges of what is no map, and keys that are no text", () => {
  const { problems } = refuse("name: { <<: [1, { a: 1 }] }\n? [a]\n: b\nnull: c");
  assertEquals(problems.map(({ line, column, path }) => `${line}:${column} ${path}`), [
    "1:9 name",
    "2:3 ",
    "4:1 ",
  ]);
});
