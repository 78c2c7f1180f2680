import { ConfigError } from "@nomos/agent";
import {
  type AgentConfig,
  type ConfigFile,
  ConfigFileError,
  loadAgent,
  readConfig,
  saveConfig,
  type StepConfig,
} from "@nomos/agent/config";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fixture, inFolder } from "./fixtures.ts";

const TEXT = `# Head
name: barista # our best
persona: $PERSONA
start: greet

llm: { provider: openai, model: gpt-5-mini, kwargs: { api_key: "\${KEY}" } }

# The steps
steps:
  # First
  - id: greet
    desc: >
      Greet the customer,
      kindly.
    tools: [menu]   # the only one
    paths: [{to: order, when: they want to order}]
  - id: order # Second
    desc: Take the order
    paths:
      - { to: greet, when: "they start over" } # back
tools:
  defs: { menu: { desc: The menu, args: [] } }
`;

/** Saves a change of a text, and returns the new text. */
async function save(
  text: string,
  change: (config: AgentConfig) => AgentConfig,
  name = "agent.yaml",
): Promise<string> {
  let saved = "";
  await inFolder(async (folder) => {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, text);
    const file = await readConfig(path);
    const config = change(file.config);
    const result = await saveConfig(file, config);
    saved = await Deno.readTextFile(path);
    assertEquals(result.text, saved);
    assertEquals((await readConfig(path)).config, JSON.parse(JSON.stringify(config)));
    assertEquals([...Deno.readDirSync(folder)].length, 1, "a temporary file is left behind");
  });
  return saved;
}

/** Returns the lines of a new text that an old one does not have, and those that it lost. */
function changes(before: string, after: string): string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`),
  ];
}

function withStep(
  config: AgentConfig,
  at: number,
  change: (step: StepConfig) => StepConfig,
): AgentConfig {
  return { ...config, steps: config.steps.map((step, i) => i === at ? change(step) : step) };
}

Deno.test("saveConfig, without a change the text stays as it is", async () => {
  assertEquals(await save(TEXT, (config) => config), TEXT);
  assertEquals(await save(TEXT, (config) => structuredClone(config)), TEXT);
});

Deno.test("saveConfig, changes only the line of a value, and keeps comments, quotes and variables", async () => {
  const text = await save(
    TEXT,
    (config) =>
      withStep({ ...config, max_iter: 4 }, 1, (step) => ({ ...step, description: "Take it" })),
  );
  assertEquals(changes(TEXT, text), [
    "- desc: Take the order",
    "+ desc: Take it",
    "+ max_iter: 4",
  ]);
});

Deno.test("saveConfig, a new step before another one moves its comments with it", async () => {
  const added = { step_id: "hello", description: "yes", available_tools: ["menu"] };
  const text = await save(TEXT, (config) => {
    const [first, ...rest] = config.steps;
    const step = { ...first!, ...added, routes: [{ target: "greet", condition: "no" }] };
    return { ...config, steps: [step, first!, ...rest] };
  });
  assertStringIncludes(text, '    description: "yes"\n');
  assertStringIncludes(text, '        condition: "no"\n');
  assertStringIncludes(text, "  # First\n  - id: greet\n");
  assertStringIncludes(text, "  - id: order # Second\n");
});

Deno.test("saveConfig, adds an example in the spelling of the step", async () => {
  const example = {
    context: "Hi: there",
    decision: "Greet # them",
    visibility: "dynamic",
  } as const;
  const text = await save(
    TEXT,
    (config) => withStep(config, 1, (step) => ({ ...step, examples: [example] })),
  );
  assertStringIncludes(
    text,
    '    eg:\n      - context: "Hi: there"\n        decision: "Greet # them"\n',
  );
});

Deno.test("saveConfig, removes keys and items, and keeps the rest", async () => {
  const text = await save(TEXT, ({ persona: _, ...config }) => ({
    ...withStep(config, 0, (step) => ({ ...step, routes: [] })),
    tools: { ...config.tools, tool_defs: {} },
  }));
  assertEquals(text.includes("persona"), false);
  assertStringIncludes(text, "paths: []");
  assertStringIncludes(text, "# back");
  const fewer = await save(TEXT, (config) => ({
    ...config,
    start_step_id: "order",
    steps: [{ ...config.steps[1]!, routes: [] }],
  }));
  assertEquals(fewer.includes("Greet the customer"), false);
});

Deno.test("saveConfig, an edit of an alias or a merged key changes one place only", async () => {
  const text = `name: a
start: a
steps:
  - &a { id: a, desc: A, paths: &paths [{ to: b, when: x }] }
  - { <<: *a, id: b }
  - { id: c, desc: C, paths: *paths }
`;
  await save(text, (config) => withStep(config, 1, (step) => ({ ...step, description: "B" })));
  await save(text, (config) => withStep(config, 2, (step) => ({ ...step, routes: [] })));
  await save(text, (config) => withStep(config, 0, (step) => ({ ...step, description: "Z" })));
});

Deno.test("saveConfig, saves a text with irregular indentation, blocks and Windows lines", async () => {
  const text = `name:   a
start: >-
      b
steps:
      - id: a
        desc: |+
            Keep


        paths: [
          { to: b, when: x }, # why
        ]
      -   id: b
          desc: "Two
             lines"
limits:
 turn:
    {
    cost: 1 }
`;
  for (const form of [text, text.replaceAll("\n", "\r\n")]) {
    const saved = await save(form, (config) => ({ ...config, persona: "x", steps: config.steps }));
    assertEquals(saved.includes("\r\n"), form.includes("\r\n"));
    await save(form, (config) => withStep(config, 1, (step) => ({ ...step, description: "B" })));
    await save(form, (config) => withStep(config, 0, (step) => ({ ...step, description: "A" })));
    await save(form, (config) => ({ ...config, steps: config.steps.toReversed() }));
  }
});

Deno.test("saveConfig, saves JSON as JSON, with its indentation", async () => {
  const text = await Deno.readTextFile(fixture("minimal.json"));
  const saved = await save(text, (config) => ({ ...config, persona: "x" }), "agent.json");
  assertEquals(JSON.parse(saved), { ...JSON.parse(text), persona: "x" });
  assertStringIncludes(saved, '\n      "id": "start"');
});

Deno.test("saveConfig, never writes values of the environment", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/agent.yaml`;
    await Deno.writeTextFile(path, TEXT.replace("tools: [menu]   # the only one", "end: true"));
    const env = (name: string) => `secret-${name}`;
    const file = await readConfig(path);
    await loadAgent(path, { env });
    await saveConfig(file, { ...file.config, max_errors: 1 });
    const text = await Deno.readTextFile(path);
    assert(!text.includes("secret"), text);
    assertStringIncludes(text, "persona: $PERSONA");
    assertStringIncludes(text, 'api_key: "${KEY}"');
  });
});

/** Runs with a file, and checks that its text stays. */
async function withUnchanged(run: (file: ConfigFile) => Promise<unknown>): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/agent.yaml`;
    await Deno.writeTextFile(path, TEXT);
    await run(await readConfig(path));
    assertStringIncludes(await Deno.readTextFile(path), TEXT);
  });
}

Deno.test("saveConfig, refuses content with problems, and leaves the file as it is", async () => {
  await withUnchanged(async (file) => {
    const config = { ...file.config, start_step_id: "gone" };
    const error = await assertRejects(() => saveConfig(file, config), ConfigFileError);
    assertStringIncludes(error.message, 'there is no step "gone"');
  });
});

Deno.test("saveConfig, refuses to overwrite a change of somebody else", async () => {
  await withUnchanged(async (file) => {
    await Deno.writeTextFile(file.path, `${TEXT}# later\n`);
    const config = { ...file.config, persona: "x" };
    await assertRejects(() => saveConfig(file, config), ConfigError, "it was changed since");
  });
});

for (
  const name of [
    "bakery.yaml",
    "advisor.yaml",
    "general.yaml",
    "homes.yaml",
    "trip.yaml",
    "agent.yaml",
  ]
) {
  Deno.test(`saveConfig, keeps every comment and value of ${name} whatever is changed`, async () => {
    const text = (await Deno.readTextFile(fixture(name))).replace(/^flows:[^]*?^tools:/m, "tools:")
      .replace(/^[ -]*(id|step_id|provider): .*$/gm, "$& # note $1");
    const notes = text.match(/# note/g)!.length;
    const edits: ((config: AgentConfig) => AgentConfig)[] = [
      (config) => ({ ...config, name: "other" }),
      (config) => withStep(config, 0, (step) => ({ ...step, description: "x: # y" })),
      (config) => ({ ...config, steps: config.steps.toReversed() }),
      (config) => ({ ...config, server: { ...config.server, port: 1 } }),
      (config) => ({ ...config, tools: { ...config.tools, tool_files: ["other.ts"] } }),
      (config) => withStep(config, 0, (step) => ({ ...step, routes: step.routes.toReversed() })),
    ];
    for (const edit of edits) {
      const saved = await save(text, edit);
      assertEquals(saved.match(/# note/g)?.length, notes);
    }
  });
}
