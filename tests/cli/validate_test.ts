import { importInTime } from "../../src/config/tool/import_in_time.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { nomos, nomosJson, withFiles } from "./in_process.ts";

const CAFE = "docs/cafe/agent.yaml";

/** Agent file with a tool of `tools.ts`. */
const DESK = `name: desk
llm: { provider: anthropic, model: claude-sonnet-5, kwargs: { api_key: $DESK_KEY } }
start: talk
steps:
  - { id: talk, desc: Talk, tools: [refund], paths: [{ to: pay, when: x, guard: isOpen }] }
  - { id: pay, desc: Pay, paths: [{ to: talk, when: they go on }] }
tools: { files: [tools.ts] }
data: { drinks: { type: "List[str]", default: [] } }
`;

const TOOLS = `
import { Tool } from "${new URL("../../mod.ts", import.meta.url).href}";
import * as v from "${import.meta.resolve("valibot")}";
export const refund = new Tool({
  name: "refund",
  description: "Give money back",
  args: v.object({
    cents: v.pipe(v.number(), v.minValue(1)),
    codes: v.array(v.pipe(v.string(), v.maxLength(3))),
  }),
  needsApproval: true,
  run: () => "done",
});
export const isOpen = ({ data }) => data.drinks.length > 0;
`;

Deno.test("validate, counts the parts of a valid agent, and names what it needs", async () => {
  const { code, stdout, stderr } = await nomos("validate", CAFE);
  assertEquals([code, stderr], [0, ""]);
  const [first, schemas, needs] = stdout.split("\n");
  assertEquals(
    first,
    "Valid: barista, 3 steps, 3 tools, 1 guard, 1 approval. Every step can be reached and left.",
  );
  assert(/^Schemas for openai: [\d.]+ to [\d.]+ kB; anthropic: [\d.]+ kB$/.test(schemas!), schemas);
  assertEquals(
    needs,
    "Needs: --allow-read=. --allow-net=api.anthropic.com,api.openai.com " +
      "--allow-env=ANTHROPIC_API_KEY,ANTHROPIC_BASE_URL,OPENAI_API_KEY",
  );
});

Deno.test("validate, names a server by its address", () =>
  withFiles({
    "agent.yaml": `
name: desk
start: talk
llm:
  global: { provider: openai, model: qwen3, kwargs: { base_url: "http://127.0.0.1:8080/v1" } }
  far: { provider: openai, model: m, kwargs: { base_url: "https://llm.example.com/v1" } }
steps: [{ id: talk, desc: Talk, paths: [{ to: end, when: x }] }, { id: end, desc: End, overrides: { llm: far } }]
`,
  }, async (folder) => {
    const { schemas } = await nomosJson(0, "validate", `${folder}/agent.yaml`);
    assertEquals(Object.keys(schemas), ["127.0.0.1:8080", "llm.example.com"]);
  }));

Deno.test("validate --permissions, prints flags and nothing else", async () => {
  const { stdout } = await nomos("validate", CAFE, "--permissions");
  assert(stdout.trim().split(" ").every((flag) => /^--allow-\w+=\S+$/.test(flag)), stdout);
  const { permissions } = await nomosJson(0, "validate", CAFE, "--permissions");
  assertEquals(permissions.join(" "), stdout.trim());
});

Deno.test("validate, names the keywords that a vendor loses, and accepts variables that are not set", () =>
  withFiles({ "agent.yaml": DESK, "tools.ts": TOOLS }, async (folder) => {
    const report = await nomosJson(0, "validate", `${folder}/agent.yaml`, "--for", "openai");
    const lostBy = (vendor: string) => report.schemas[vendor].talk.lost;
    const length = { path: "refund.codes[]", keyword: "maxLength" };
    assertEquals(lostBy("openai"), [length]);
    assertEquals(lostBy("anthropic"), [{ path: "refund.cents", keyword: "minimum" }, length]);
    assert(report.schemas.openai.pay.bytes < report.schemas.openai.talk.bytes);
    const { stdout } = await nomos("validate", `${folder}/agent.yaml`);
    assertStringIncludes(
      stdout,
      "refund.cents loses its minimum, refund.codes[] loses its maxLength (described in words)",
    );
  }));

Deno.test("validate --explore, plays every path, with data by which guards are true", () =>
  withFiles({ "agent.yaml": DESK, "tools.ts": TOOLS }, async (folder) => {
    const report = await nomosJson(0, "validate", `${folder}/agent.yaml`, "--explore");
    assertEquals([report.errors, report.warnings, report.explored.missed], [[], [], 0]);
    assert(report.explored.paths > 10);
  }));

Deno.test("validate, reports all problems at once with their places, and shows no escape sequence", () =>
  withFiles({
    "agent.yaml": `name: desk
llm: { provider: openai, model: gpt-5-mini }
start: gret
steps:
  - id: greet
    desc: Greet
    suggestion: true
    paths: [{ to: "\\e[31mred", when: x, guard: nope }]
`,
  }, async (folder) => {
    const file = `${folder}/agent.yaml`;
    const { code, stdout } = await nomos("validate", file);
    assertEquals(code, 1);
    assert(!stdout.includes("\x1b"));
    assertStringIncludes(stdout, `${file}:3:8  start: there is no step "gret"`);
    assertStringIncludes(stdout, `${file}:7:5  warning: steps.greet.suggestion: unknown key`);
    assert(stdout.endsWith("Not valid: 3 errors, 1 warning\n"), stdout);
    const { errors, error, agent } = await nomosJson(1, "validate", file);
    assertEquals(errors.map(({ line, column }: Record<string, number>) => [line, column]), [
      [3, 8],
      [8, 19],
      [8, 48],
    ]);
    assertEquals([agent, error.code], ["desk", "AGENT_INVALID"]);
  }));

Deno.test("validate --strict, fails for a step that cannot be reached, at its line", () =>
  withFiles({
    "agent.yaml": `name: desk
llm: { provider: openai, model: gpt-5-mini }
start: talk
steps:
  - { id: talk, desc: Talk }
  - { id: alone, desc: Alone }
`,
  }, async (folder) => {
    const { warnings } = await nomosJson(0, "validate", `${folder}/agent.yaml`);
    assertEquals(warnings.map(({ line, path }: Record<string, unknown>) => [line, path]), [
      [6, "steps.alone"],
    ]);
    const { code, stdout } = await nomos("validate", `${folder}/agent.yaml`, "--strict");
    assertEquals(code, 1);
    assertStringIncludes(stdout, "Not valid: 0 errors, 1 warning (--strict)");
  }));

Deno.test("validate, refuses flows with their line, and leaves them out on request", () =>
  withFiles({
    "agent.yaml": `name: desk
llm: { provider: openai, model: gpt-5-mini }
start: talk
steps: [{ id: talk, desc: Talk }]
flows: [{ id: order, enters: [talk], exits: [talk] }]
`,
  }, async (folder) => {
    const { errors } = await nomosJson(1, "validate", `${folder}/agent.yaml`);
    assertEquals([errors.length, errors[0].line, errors[0].path], [1, 5, "flows"]);
    const { warnings } = await nomosJson(0, "validate", `${folder}/agent.yaml`, "--ignore-flows");
    assertEquals(warnings.length, 1);
  }));

Deno.test("validate, shows the stub of missing Python tools below all problems, and what writes it", async () => {
  const text = await Deno.readTextFile("tests/fixtures/config/bakery.yaml");
  await withFiles({ "config.agent.yaml": text }, async (folder) => {
    const { stdout, stderr } = await nomos("validate", `${folder}/config.agent.yaml`);
    const [problems, stub] = stdout.split("Not valid: 2 errors, 1 warning\n");
    assertEquals(problems!.trimEnd().split("\n").length, 3);
    assertStringIncludes(stub!, "export function list_breads(): unknown {");
    assertStringIncludes(stderr, `nomos init FOLDER --from ${folder}/config.agent.yaml`);
  });
});

Deno.test("validate, reports what a tool module threw without the colours in its message", () =>
  withFiles({
    "agent.yaml": DESK,
    "tools.ts": 'throw new Error("boom \\x1b[31mred");\n',
  }, async (folder) => {
    const { errors } = await nomosJson(1, "validate", `${folder}/agent.yaml`);
    assertEquals(errors[0].line, 7);
    assertStringIncludes(errors[0].message, "boom red");
  }));

Deno.test("validate, checks the agent of a module, and places its problems in it", async () => {
  const agent = (target: string) => `
import { Agent, MockLLM } from "${new URL("../../mod.ts", import.meta.url).href}";
export default new Agent({
  name: "desk",
  llm: new MockLLM([]),
  start: "talk",
  steps: { talk: { description: "Talk", routes: { ${target}: "go" } }, pay: { description: "Pay" } },
});
`;
  const files = { "valid.ts": agent("pay"), "wrong.ts": agent("nowhere"), "throws.ts": "throw 1" };
  await withFiles(files, async (folder) => {
    assertEquals((await nomosJson(0, "validate", `${folder}/valid.ts`)).agent, "desk");
    const { errors } = await nomosJson(1, "validate", `${folder}/wrong.ts`);
    assertEquals([errors[0].path, errors[0].line], ["steps.talk.routes.nowhere", 3]);
    assertEquals((await nomosJson(1, "validate", `${folder}/throws.ts`)).errors.length, 1);
    const { error } = await nomosJson(1, "validate", `${folder}/valid.ts`, "--permissions");
    assertEquals(error.code, "PERMISSIONS_UNKNOWN");
  });
});

Deno.test("validate --explore, opens the context of a module for its guards, and closes it after them", () =>
  withFiles({
    "agent.ts": `
import { Agent, MockLLM } from "${new URL("../../mod.ts", import.meta.url).href}";
let isOpen = true;
const guard = ({ context }) => {
  if (!isOpen) throw new Error("it is closed");
  return context.may;
};
export default new Agent({
  name: "desk",
  llm: new MockLLM([]),
  start: "talk",
  steps: {
    talk: { description: "Talk", routes: { pay: { when: "go", guard } } },
    pay: { description: "Pay" },
  },
});
export const context = () => ({ may: true });
export const close = () => { isOpen = false; };
`,
  }, async (folder) => {
    const report = await nomosJson(0, "validate", `${folder}/agent.ts`, "--explore", "--strict");
    assertEquals([report.warnings, report.explored.missed], [[], 0]);
  }));

for (
  const [kind, text] of Object.entries({
    "an empty file": "",
    "broken YAML": "a: [1, 2\nb: }",
    "a file of 1 MB": `name: ${"x".repeat(1_000_000)}`,
    "bytes that are no text": "\x00\x01\x1b\x7f",
    "an alias bomb": [..."abcdefgh"].map((key, index) =>
      `${key}: &${key} [${
        Array(9).fill(index === 0 ? "x" : `*${"abcdefgh"[index - 1]}`).join(",")
      }]`
    ).join("\n"),
  })
) {
  Deno.test(`validate, refuses ${kind} with a line`, () =>
    withFiles({ "agent.yaml": text }, async (folder) => {
      const { errors } = await nomosJson(1, "validate", `${folder}/agent.yaml`);
      assert(errors[0].line >= 1);
    }));
}

Deno.test("validate, a wrong vendor, flag or file is one line on stderr", async () => {
  const vendor = await nomos("validate", CAFE, "--for", "antropic");
  assertEquals([vendor.code, vendor.stdout], [2, ""]);
  assertStringIncludes(vendor.stderr, 'did you mean "anthropic"?');
  const flag = await nomos("validate", CAFE, "--strct");
  assertEquals([flag.code, flag.stdout], [2, ""]);
  assertStringIncludes(flag.stderr, "did you mean --strict?");
  const folder = await nomos("validate", "docs");
  assertEquals([folder.code, folder.stdout], [1, ""]);
  for (const { stderr } of [vendor, flag, folder]) assertEquals(stderr.split("\n").length, 2);
});

Deno.test("importInTime, a module that does not finish loading in time is a failure", async () => {
  const loading = Promise.withResolvers<void>();
  Object.assign(globalThis, { loading: loading.promise });
  const module = "data:text/javascript,await globalThis.loading";
  await assertRejects(() => importInTime(module, 1), Error, "within 0.001 s");
  loading.resolve();
  await import(module);
});
