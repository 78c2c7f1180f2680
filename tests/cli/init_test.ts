import { ConfigFileError, parseConfig } from "@nomos/agent/config";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { CommandError } from "../../src/cli/exit_code.ts";
import { takeAgent } from "../../src/cli/init/from_file.ts";
import type { NewAgent } from "../../src/cli/init/new_agent.ts";
import { listNextSteps } from "../../src/cli/init/next_steps.ts";
import { listProjectFiles } from "../../src/cli/init/project_files.ts";
import { takeTemplate } from "../../src/cli/init/take_template.ts";
import { PACKAGES, TEMPLATES } from "../../src/cli/init/templates.ts";
import { VENDORS } from "../../src/cli/init/vendors.ts";
import { writeFiles } from "../../src/cli/init/write_files.ts";
import { countOffline } from "../../src/config/test_file/skip_reason.ts";
import { VERSION } from "../../src/version.ts";
import { fixture, inFolder } from "../config/fixtures.ts";
import { nomosJson, withFiles } from "./in_process.ts";
import { deno, expectCode, nomos, ROOT } from "./process.ts";

/** Flags of `nomos init` that are not given. */
const NO_FLAGS = {
  template: undefined,
  provider: undefined,
  ts: false,
  from: undefined,
  yes: false,
  generate: false,
  json: false,
  "env-file": [],
  color: true,
  quiet: false,
  version: false,
};

/** Writes a project into a new folder. */
function make(folder: string, agent: NewAgent): void {
  writeFiles(folder, listProjectFiles(agent, listNextSteps(folder, agent)));
}

function listFolder(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("nomos init, has the templates of the repository, and the versions of its packages", async () => {
  for (const [template, files] of Object.entries(TEMPLATES)) {
    const folder = `${ROOT}templates/${template}`;
    const texts = listFolder(folder).map((
      name,
    ) => [name, Deno.readTextFileSync(`${folder}/${name}`)]);
    assertEquals(files, Object.fromEntries(texts), "run: deno task templates");
  }
  assertEquals(Object.keys(TEMPLATES).sort(), listFolder(`${ROOT}templates`));
  const { imports, version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const { valibot, "@ai-sdk/anthropic": anthropic } = imports;
  assertEquals(PACKAGES, { valibot, "@ai-sdk/anthropic": anthropic });
  assertEquals(VERSION, version);
});

Deno.test("nomos init, every template with every vendor is formatted, without warnings, and type-checks", async () => {
  await inFolder(async (folder) => {
    for (const template of Object.keys(TEMPLATES)) {
      for (const provider of VENDORS) {
        const yaml = takeTemplate({ ...NO_FLAGS, template, provider });
        const text = yaml.files.get("agent.yaml")!;
        assertEquals(
          (parseConfig("agent.yaml", text).config.llm as { provider: string }).provider,
          provider,
        );
        make(
          `${folder}/${template}-${provider}`,
          takeTemplate({ ...NO_FLAGS, template, provider, ts: true }),
        );
      }
      make(`${folder}/${template}`, takeTemplate({ ...NO_FLAGS, template }));
    }
    await expectCode(0, deno(["fmt", "--check", "."], { cwd: folder }));
    await expectCode(0, deno(["lint", "."], { cwd: folder }));
    const config = ["--config", `${folder}/empty-anthropic/deno.json`];
    await expectCode(0, deno(["check", ...config, "."], { cwd: folder }));
  });
});

Deno.test("nomos init, overwrites nothing, and names all files that are in the way", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/agent.yaml`, "mine");
    await Deno.symlink(`${folder}/nowhere`, `${folder}/.gitignore`);
    await Deno.mkdir(`${folder}/tools.ts`);
    const error = assertThrows(() => make(folder, takeTemplate(NO_FLAGS)), CommandError);
    assertEquals(error.details.files, ["agent.yaml", "tools.ts", ".gitignore"]);
    assertStringIncludes(error.message, "agent.yaml, tools.ts, and .gitignore are in the way");
    assertEquals(listFolder(folder), [".gitignore", "agent.yaml", "tools.ts"]);
    assertEquals(await Deno.readTextFile(`${folder}/agent.yaml`), "mine");
  });
});

Deno.test("nomos init, leaves nothing if a file cannot be written", async () => {
  await inFolder(async (folder) => {
    const files = new Map([["a/b/one.ts", "1"], ["two.ts", "2"], ["two.ts/three.ts", "3"]]);
    assertThrows(() => writeFiles(folder, files), CommandError, "two.ts");
    assertEquals(listFolder(folder), []);
    await Deno.writeTextFile(`${folder}/file`, "");
    assertThrows(
      () => make(`${folder}/file`, takeTemplate(NO_FLAGS)),
      CommandError,
      "Cannot write",
    );
    assertThrows(() => make(`${folder}/file/below`, takeTemplate(NO_FLAGS)), CommandError);
    assertEquals(listFolder(folder), ["file"]);
  });
});

Deno.test("nomos init, refuses unknown templates and vendors, and names the nearest", () => {
  for (
    const [flags, message] of [
      [{ template: "suport" }, 'did you mean "support"?'],
      [{ provider: "antropic" }, 'did you mean "anthropic"?'],
      [{ template: "constructor" }, "expected one of barista, support, empty"],
    ] as const
  ) {
    const error = assertThrows(
      () => takeTemplate({ ...NO_FLAGS, ...flags }),
      CommandError,
      message,
    );
    assertEquals(error.exitCode, 2);
  }
});

Deno.test("nomos init --from, writes the signatures of Python tools and leaves out flows", async () => {
  const { files, variables, notes } = await takeAgent(fixture("bakery.yaml"), "new");
  assertEquals([...files.keys()], [
    "agent.yaml",
    "tools.ts",
    "conversation.yaml",
    "tests.agent.yaml",
  ]);
  const text = files.get("agent.yaml")!;
  assertStringIncludes(text, "# A bakery: both spellings of keys in one file.\n");
  const { config } = parseConfig("agent.yaml", text);
  assertEquals([config.tools.tool_files, config.flows], [["tools.ts"], []]);
  for (const name of ["list_breads", "put_into_bag", "take_out", "take_payment", "print_receipt"]) {
    assertStringIncludes(files.get("tools.ts")!, `${name} is not written yet`);
  }
  assertEquals(variables, ["OPENAI_API_KEY", "DATABASE_URL"]);
  assertEquals(notes.length, 2);
  const typed = await takeAgent(fixture("homes.yaml"), "new");
  assertStringIncludes(typed.files.get("tools.ts")!, "_args: { number: string; board:");
});

Deno.test("nomos init --from, writes the signatures of external tools that cannot be loaded", async () => {
  const tags = [
    "@api/GET/https://api.example/{id}",
    "@pkg/itertools.combinations",
    "@pkg/./a.ts.b",
  ];
  const tools = {
    external_tools: tags.map((tag, index) => ({ tag, name: ["get_order", undefined, "b"][index] })),
    tool_defs: { get_order: { desc: "An order", args: [{ key: "id", type: "int" }] } },
  };
  const available_tools = ["get_order", "combinations", "b"];
  const steps = [{ step_id: "help", description: "Help", available_tools }];
  const agent = JSON.stringify({ name: "shop", start_step_id: "help", steps, tools });
  await withFiles({ "shop.json": agent, "a.ts": "export const b = 1;\n" }, async (folder) => {
    const { files, notes } = await takeAgent(`${folder}/shop.json`, "new");
    const { config } = parseConfig("agent.yaml", files.get("agent.yaml")!);
    assertEquals(config.tools.external_tools.map(({ tag }) => tag), ["@pkg/./a.ts.b"]);
    assertEquals(config.tools.tool_files, ["tools.ts"]);
    assertStringIncludes(files.get("tools.ts")!, "function get_order(_args: { id: number })");
    assertStringIncludes(files.get("tools.ts")!, 'name: "combinations"');
    assertStringIncludes(notes[0]!, `tools.ts has the signatures of ${tags[0]} and ${tags[1]}. `);
  });
});

Deno.test("nomos init --from, copies modules, schemas, conversations and tests that stand beside it", async () => {
  const { files } = await takeAgent(fixture("trip.yaml"), "new");
  assertEquals(
    files.get("schemas/trip.json"),
    await Deno.readTextFile(fixture("schemas/trip.json")),
  );
  assert(files.has("trip_tools.ts") && !files.has("tools.ts"));
  const cafe = await takeAgent(`${ROOT}docs/cafe/agent.yaml`, "new");
  const tests = await Deno.readTextFile(`${ROOT}docs/cafe/tests.agent.yaml`);
  assertEquals(cafe.files.get("tests.agent.yaml"), tests);
});

Deno.test("nomos init --from, leaves the files that stand in the folder, and adds a model if there is none", async () => {
  await inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    await write(
      "config.agent.yaml",
      "name: a\nstart: a\nsteps: [{ id: a, desc: A }]\ntools: { files: [own.ts] }\n",
    );
    await write("own.ts", "export const own = 1;");
    await write(
      "tests.agent.yaml",
      "unit: { a: { input: Hi, script: [{ respond: Hi }], check: { says: Hi } } }",
    );
    const agent = await takeAgent(`${folder}/config.agent.yaml`, folder);
    make(folder, agent);
    assertEquals(await Deno.readTextFile(`${folder}/own.ts`), "export const own = 1;");
    const text = await Deno.readTextFile(`${folder}/agent.yaml`);
    assertStringIncludes(text, "provider: openai");
    assertEquals(agent.variables, ["OPENAI_API_KEY"]);
    assertThrows(() => make(folder, agent), CommandError, "agent.yaml");
    assert(listNextSteps(folder, agent).some(({ meaning }) => meaning === "its 1 test, offline"));
  });
});

Deno.test("nomos init --from, begins with a step that can answer", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/config.agent.yaml`;
    const write = (end: string) =>
      Deno.writeTextFile(
        path,
        `name: a
start: one
steps:
  - { id: one, desc: One, auto_flow: true, paths: [{ to: two, when: always }] }
  - { id: two, desc: Two, ${end} }
`,
      );
    await write("tools: []");
    const { files } = await takeAgent(path, "new");
    assertEquals(
      files.get("conversation.yaml")!.split("\n").slice(1),
      ["- user: Hello", '- move: "two"', "- respond: Hello! How can I help?", ""],
    );
    await write("auto_flow: true, paths: [{ to: one, when: always }]");
    assertEquals([...(await takeAgent(path, "new")).files.keys()], ["agent.yaml"]);
  });
});

Deno.test("nomos init --from, refuses broken files, files elsewhere, and flags of templates", async () => {
  const { problems } = await assertRejects(
    () => takeAgent(fixture("repository.yaml"), "new"),
    ConfigFileError,
  );
  assertEquals(problems.map(({ line }) => line), [7]);
  await assertRejects(
    () => takeAgent(fixture("nowhere.yaml"), "new"),
    ConfigFileError,
    "cannot be read",
  );
  await inFolder(async (folder) => {
    const agent = (file: string) =>
      `name: a\nstart: a\nsteps: [{ id: a, desc: A }]\ntools: { files: [${file}] }\n`;
    await Deno.mkdir(`${folder}/project`);
    await Deno.writeTextFile(`${folder}/secret.ts`, "");
    await Deno.symlink(`${folder}/secret.ts`, `${folder}/project/link.ts`);
    folder = `${folder}/project`;
    for (
      const file of ["../secret.ts", `${folder}/../secret.ts`, "a/../../secret.ts", "./link.ts"]
    ) {
      await Deno.writeTextFile(`${folder}/agent.yaml`, agent(file));
      await assertRejects(() => takeAgent(`${folder}/agent.yaml`, "new"), CommandError, "outside");
    }
    await Deno.writeTextFile(`${folder}/agent.yaml`, agent("missing.ts"));
    await assertRejects(
      () => takeAgent(`${folder}/agent.yaml`, "new"),
      CommandError,
      "Cannot copy",
    );
  });
  for (const flag of [{ ts: true }, { template: "support" }, { provider: "groq" }]) {
    const { exitCode } = await assertRejects(
      () => takeAgent(fixture("bakery.yaml"), "new", flag),
      CommandError,
      `Cannot use --${Object.keys(flag)[0]} with --from`,
    );
    assertEquals(exitCode, 2);
  }
});

Deno.test("nomos init, the tests of every template pass, in YAML and in TypeScript", async () => {
  await inFolder(async (folder) => {
    for (const template of Object.keys(TEMPLATES)) {
      for (const ts of [false, true]) {
        const project = `${folder}/${template}-${ts}`;
        const agent = takeTemplate({ ...NO_FLAGS, template, ts });
        make(project, agent);
        const { counts } = await nomosJson(0, "test", project);
        const { passed, skipped } = counts;
        assertEquals([passed, skipped], [countOffline(agent.files.get("tests.agent.yaml")!), 1]);
      }
    }
  });
});

Deno.test("nomos init, every line that it prints runs, without a key", async () => {
  await inFolder(async (folder) => {
    for (
      const [name, cd, ...flags] of [
        ["my cafe", "  cd 'my cafe'"],
        ["desk", "  cd desk", "--template=support", "--ts", "--provider=anthropic"],
      ] as const
    ) {
      const made = await expectCode(0, nomos(["init", name, ...flags], { cwd: folder }));
      assertEquals(made.stderr, "");
      const [first, ...lines] = made.stdout.trimEnd().split("\n").filter((line) => line !== "");
      const cwd = `${folder}/${name}`;
      assertEquals(first!.replace(`Made ${name}/: `, "").split(", ").sort(), listFolder(cwd));
      assertEquals(lines.shift(), cd);
      const tasks = lines.map((line) => /^ {2}deno task (\w+) +\S/.exec(line)![1]!);
      assertEquals(tasks.slice(0, 4), ["chat", "test", "validate", "graph"]);
      // The needs of a module are not known before it runs.
      assertEquals(made.stdout.includes("print the permissions"), name === "my cafe");
      const run = (...args: string[]) => deno(["task", "--quiet", ...args], { cwd, stdin: "Hi\n" });
      // A pipe gets no invented answers unless it asks for them.
      const given = tasks.map((task) => task === "chat" ? [task, "--model", "auto"] : [task]);
      await Promise.all([
        expectCode(3, run("chat")),
        ...given.map(async (args) => {
          assert((await expectCode(0, run(...args))).stdout !== "", args[0]);
        }),
      ]);
    }
    const again = await expectCode(1, nomos(["init", "desk", "--json"], { cwd: folder }));
    assertEquals(JSON.parse(again.stdout).error.code, "FILES_IN_THE_WAY");
    const refused = await expectCode(2, nomos(["init", "--generate", "a cafe"], { cwd: folder }));
    assertEquals(refused.stderr.trimEnd().split("\n").length, 1);
    assertEquals(listFolder(folder), ["desk", "my cafe"]);
  });
});

Deno.test("docs/getting-started.md, the way without a program has the tasks of a new agent", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/getting-started.md`);
  const [, way] = /## Without a program\n([^]*?)\n## /.exec(page)!;
  const named = [...way!.matchAll(/^deno task (\w+)/gm)].map(([, task]) => task!);
  const steps = listNextSteps(".", takeTemplate(NO_FLAGS));
  assertEquals(named, ["chat", "validate", "graph", "test"]);
  for (const task of named) assert(steps.some(({ command }) => command === `deno task ${task}`));
});
