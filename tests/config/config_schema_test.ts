import { ConfigFileError, configSchema, parseConfig, readConfig } from "@nomos/agent/config";
import { jsonSchema } from "@nomos/agent/json-schema";
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { conversationSchema, testFileSchema } from "../../src/config/config_schema.ts";
import { fixture } from "./fixtures.ts";

const schema = jsonSchema(configSchema());

/** Returns true if the JSON Schema accepts a file. */
async function accepts(file: unknown): Promise<boolean> {
  return (await schema["~standard"].validate(file)).issues === undefined;
}

const CURRENT = {
  agent: configSchema(),
  conversation: conversationSchema(),
  tests: testFileSchema(),
};

for (const [name, current] of Object.entries(CURRENT)) {
  Deno.test(`schema/${name}.json is the current schema; "deno task config-schema" writes it`, async () => {
    const file = new URL(`../../schema/${name}.json`, import.meta.url);
    assertEquals(JSON.parse(await Deno.readTextFile(file)), current);
  });
}

const FILES = [...Deno.readDirSync(fixture(""))].map(({ name }) => name)
  .filter((name) => /\.(?:yaml|json)$/.test(name));

for (const name of FILES) {
  Deno.test(`configSchema, accepts ${name}`, async () => {
    const text = await Deno.readTextFile(fixture(name));
    assertEquals((await schema["~standard"].validate(parse(text))).issues, undefined);
  });
}

Deno.test("configSchema, accepts long and short spellings, and what readConfig() returns", async () => {
  const { config } = await readConfig(fixture("bakery.yaml"), { ignoreFlows: true });
  assert(await accepts(JSON.parse(JSON.stringify(config))));
  const short = JSON.stringify(config)
    .replaceAll('"step_id"', '"id"').replaceAll('"description"', '"desc"')
    .replaceAll('"routes"', '"paths"').replaceAll('"available_tools"', '"tools"')
    .replaceAll('"target"', '"to"').replaceAll('"condition"', '"when"')
    .replaceAll('"examples"', '"eg"').replaceAll('"tool_files"', '"files"')
    .replaceAll('"tool_defs"', '"defs"').replaceAll('"external_tools"', '"ext"')
    .replaceAll('"flow_id"', '"id"').replaceAll('"start_step_id"', '"start"');
  assert(await accepts(JSON.parse(short)));
  assertEquals(parseConfig("a.json", short, { ignoreFlows: true }).config, config);
});

const BASE = { name: "a", start: "a", steps: [{ id: "a", desc: "A" }] };

const PATCHES: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { persona: null },
  { foo: 1 },
  { name: 5 },
  { name: "" },
  { steps: {} },
  { steps: [{ id: "a" }] },
  { steps: [{ desc: "A" }] },
  { steps: [{ step_id: "a", description: "A", unknown: 1 }] },
  { steps: [{ id: "a", desc: "A", end: "they go", reasoning: false }] },
  { steps: [{ id: "a", desc: "A", end: 5 }] },
  { steps: [{ id: "a", desc: "A", eg: [{ context: "x", decision: "y", visibility: "some" }] }] },
  { steps: [{ id: "a", desc: "A", answer_model: { x: "int", y: { type: "str" } } }] },
  { steps: [{ id: "a", desc: "A", answer_model: { x: 1 } }] },
  { llm: { provider: "openai", model: "m", kwargs: { temperature: 0.2, seed: "1" } } },
  { llm: { global: { provider: "openai", model: "m" } } },
  { llm: { global: { provider: "unknown", model: "m" } } },
  { max_iter: 0 },
  { max_errors: 1.5 },
  { threshold: 1.5 },
  { limits: { turn: { time: "60s", cost: 1 } } },
  { limits: { turn: { time: 60 } } },
  { limits: { turns: {} } },
  { history: { max_tokens: 8000, keep_turns: 0, keep_first: true, summarize: true } },
  { history: { max_tokens: 0 } },
  { history: { max_tokens: 8000, summarise: true } },
  { permissions: { read: ["."], net: true } },
  { permissions: { read: [1] } },
  { permissions: { read: ["a,b"] } },
  { permissions: { net: ["api.example.com:443", "*.example.com", "10.0.0.0/8", "[::1]:80"] } },
  { permissions: { net: ["a.example.com,*"] } },
  { permissions: { net: ["unix:/run/docker.sock"] } },
  { permissions: { env: ["HOME", "AWS_*"] } },
  { permissions: { env: ["A=B"] } },
  { tools: { defs: { x: { args: [{ key: "a", default: 1 }], approval: "isLarge" } } } },
  { tools: { defs: { x: { args: [{ desc: "a" }] } } } },
  { server: { port: "8000" } },
];

for (const patch of PATCHES) {
  const file = { ...BASE, ...patch };
  Deno.test(`configSchema, agrees with parseConfig() about ${JSON.stringify(patch)}`, async () => {
    let isValid = true;
    try {
      parseConfig("a.json", JSON.stringify(file));
    } catch (error) {
      assert(error instanceof ConfigFileError);
      isValid = false;
    }
    assertEquals(await accepts(file), isValid);
  });
}

Deno.test("schema/tests.json, accepts the tests of the example, and refuses misspelled keys", async () => {
  const schema = jsonSchema(testFileSchema())["~standard"];
  const text = await Deno.readTextFile(
    new URL("../../docs/cafe/tests.agent.yaml", import.meta.url),
  );
  assertEquals((await schema.validate(parse(text))).issues, undefined);
  const refused = [
    { units: {} },
    { unit: { a: { expectation: "x" } } },
    { unit: { a: { input: "x", chek: {} } } },
    { unit: { a: { input: "x", check: { say: "x" } } } },
    { unit: { a: { input: "x", script: [{ cal: "x" }] } } },
    { unit: { a: { input: "x", context: { history: [{ type: "massage" }] } } } },
    { e2e: { a: { user: "x" } } },
    { e2e: { a: { scenario: "x", max_steps: 0 } } },
  ];
  for (const file of refused) {
    assert((await schema.validate(file)).issues !== undefined, JSON.stringify(file));
  }
});
