import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/commands.ts";
import { HELP } from "../../src/cli/help.ts";
import { nomos as nomosHere } from "./in_process.ts";
import { deno, nomos, ROOT } from "./process.ts";

const CAFE = "docs/cafe/agent.yaml";

/** Names of the commands that users call. */
const NAMES = Object.keys(HELP).filter((name) => name !== "nomos" && name !== "fork");

Deno.test("nomos --version and --help, print the version and all commands", async () => {
  assertEquals(await nomosHere("--version"), {
    code: 0,
    stdout: `${config.version}\n`,
    stderr: "",
  });
  const { stdout } = await nomosHere("--help");
  for (const name of NAMES) assertStringIncludes(stdout, `\n  ${name} `);
});

Deno.test("nomos, every command has help and refuses a wrong flag in one line, also as JSON", async () => {
  assertEquals(NAMES.toSorted(), Object.keys(COMMANDS).filter((name) => name !== "fork").sort());
  for (const name of NAMES) {
    const help = await nomosHere(name, "--help");
    assertEquals([help.code, help.stderr], [0, ""]);
    assertStringIncludes(help.stdout, `Usage: nomos ${name}`);
    const wrong = await nomosHere(name, "--jsn");
    assertEquals([wrong.code, wrong.stdout], [2, ""]);
    assertEquals(wrong.stderr.trimEnd().split("\n").length, 1);
    assertStringIncludes(wrong.stderr, "did you mean --json?");
    const { code, stdout } = await nomosHere(name, "--jsn", "--json");
    assertEquals([code, JSON.parse(stdout).error.code], [2, "USAGE"]);
  }
});

for (
  const [name, expected] of [
    ["train", "examples"],
    ["serve", "Deno.serve()"],
    ["display", "nomos graph"],
    ["yml2mm", "nomos graph FILE --output agent.mmd"],
  ] as const
) {
  Deno.test(`nomos ${name}, says in one line what to do instead`, async () => {
    const { code, stdout, stderr } = await nomosHere(name);
    assertEquals([code, stdout, stderr.trimEnd().split("\n").length], [2, "", 1]);
    assertStringIncludes(stderr, expected);
  });
}

Deno.test("nomos, an unknown command is one line that names the nearest", async () => {
  const { code, stderr } = await nomosHere("validat");
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'did you mean "validate"?');
});

Deno.test("nomos, in a pipe a conversation, its session and its drawing are results alone", async () => {
  const folder = await Deno.makeTempDir();
  const store = ["--store", `sqlite:${folder}/s.db`];
  const ann = ["--session", "ann"];
  const play = (...args: string[]) => nomos(args, { cwd: ROOT });
  const run = await nomos(["run", CAFE, "--model", "mock", ...ann, ...store], {
    cwd: ROOT,
    stdin: "What do you have?\n\nA large latte\n",
  });
  assertEquals(
    [run.code, run.stdout],
    [0, "Espresso and latte. What would you like?\nA large latte. Anything else?\n"],
  );
  const list = await play("sessions", ...store);
  assertEquals([list.code, list.stderr], [0, ""]);
  assert(/^ID +STEP .*\nann +order +waiting /.test(list.stdout), list.stdout);
  const file = `${folder}/new/graph.mmd`;
  const graph = await play("graph", CAFE, ...ann, ...store, "-o", file);
  assertEquals([graph.code, graph.stdout], [0, ""]);
  assertStringIncludes(await Deno.readTextFile(file), "class step0,step1 visited");
  const fork = await play("sessions", "fork", "ann", "--as", "bob", "--agent", CAFE, ...store);
  assertEquals([fork.code, fork.stdout], [0, "bob\n"]);
  const resume = await nomos(
    ["sessions", "resume", "bob", "--agent", CAFE, ...store, "--json"],
    { cwd: ROOT, stdin: "Hello\n" },
  );
  assertEquals(resume.code, 3);
  assertStringIncludes(resume.stderr, "OPENAI_API_KEY");
  const deleted = await play("sessions", "delete", "ann", "bob", "-y", ...store, "--json");
  assertEquals([deleted.stdout, deleted.stderr], ['{"ok":true,"deleted":["ann","bob"]}\n', ""]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "nomos, a disk that is full is one line on stderr",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const program = [Deno.execPath(), "run", "--allow-all", "--config", `${ROOT}deno.json`];
    for (const args of [["--help"], ["validate", CAFE, "--json"]]) {
      const line = [...program, `${ROOT}src/cli/mod.ts`, ...args];
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'exec "$0" "$@" > /dev/full', ...line],
        cwd: ROOT,
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertEquals([code, text.split("\n").length], [1, 2], text);
      assertStringIncludes(text, "Cannot write to stdout: ");
    }
  },
});

Deno.test("nomos validate --permissions, has the flags with which a program loads the agent", async () => {
  const { stdout } = await nomos(["validate", CAFE, "--permissions"], { cwd: ROOT });
  const flags = stdout.trim().split(" ");
  const program = `import { loadAgent } from "@nomos/agent/config";
console.log((await loadAgent("${CAFE}")).name);
`;
  const loaded = await deno(["run", "--no-prompt", ...flags, "-"], { cwd: ROOT, stdin: program });
  assertEquals([loaded.code, loaded.stdout], [0, "barista\n"], loaded.stderr);
});

Deno.test("nomos, broken and missing agents and tools that print leave a pipe readable", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write("broken.yaml", "a: [1, 2\nb: }");
  await write(
    "loud.yaml",
    `name: loud
llm: { provider: openai, model: gpt-5-mini }
start: s
steps: [{ id: s, desc: S, tools: [get] }]
tools: { files: [loud.ts], defs: { get: { desc: Get, args: [] } } }
`,
  );
  await write(
    "loud.ts",
    `console.log("loud");
Deno.stdout.writeSync(new TextEncoder().encode("louder"));
setInterval(() => {}, 1000);
export const get = () => "x";
`,
  );
  for (
    const [args, expected] of [
      [["validate", "broken.yaml"], 1],
      [["run", "broken.yaml"], 1],
      [["sessions"], 1],
      [["validate", "loud.yaml"], 0],
    ] as const
  ) {
    const { code, stdout } = await nomos([...args, "--json"], { cwd: folder });
    assertEquals([code, JSON.parse(stdout).ok], [expected, expected === 0], args.join(" "));
  }
  await Deno.remove(folder, { recursive: true });
});
