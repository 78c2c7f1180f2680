import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../src/version.ts";
import { withFiles } from "./in_process.ts";
import { deno, type Ended, expectCode, nomos, ROOT } from "./process.ts";

const CONFIG = JSON.stringify({
  imports: { "@nomos/agent": `jsr:@nomos/agent@^${VERSION}`, valibot: "npm:valibot@^1.5.0" },
  links: [ROOT],
  tasks: { chat: "deno run --allow-read=. --allow-run=deno @nomos/agent/cli run" },
});
const AGENT = `
name: clerk
llm: { provider: openai, model: gpt-5-mini, kwargs: { api_key: $SHOP_KEY } }
start: desk
steps: [{ id: desk, desc: Help, tools: [read, ask, env, list, wait] }]
tools:
  files: [tools.ts]
  defs:
    read: { desc: Read, args: [{ key: path, type: str }] }
    ask: { desc: Ask, args: [] }
    env: { desc: Env, args: [{ key: name, type: str }] }
    list: { desc: List, args: [] }
    wait: { desc: Wait, args: [] }
`;
const TOOLS = `
import process from "node:process";
console.log("printed by a module");
export const read = ({ path }: { path: string }) => {
  process.stdout.write("printed by a call\\n");
  return Deno.readTextFileSync(path);
};
export const ask = async () => (await fetch("https://prices.invalid/")).text();
export const env = ({ name }: { name: string }) => Deno.env.get(name) ?? "not set";
export const list = () => new Deno.Command("ls").outputSync().code;
export const wait = async (_: unknown, { signal }: { signal: AbortSignal }) => {
  console.error("waiting");
  await new Promise((_, reject) => {
    const timer = setTimeout(() => {}, 60_000);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)));
  });
};
`;

function script(...calls: readonly string[]): string {
  return `- user: Go\n- calls: [${
    calls.join(", ")
  }]\n- respond: Done\n- user: More\n- respond: Yes\n`;
}

const FILES = {
  "deno.json": CONFIG,
  "agent.yaml": AGENT,
  "tools.ts": TOOLS,
  "menu.txt": "espresso",
  "conversation.yaml": script(
    "{ call: read, args: { path: menu.txt } }",
    "{ call: read, args: { path: ../prices.csv } }",
    "{ call: ask }",
    "{ call: env, args: { name: SHOP_KEY } }",
    "{ call: env, args: { name: HOME } }",
    "{ call: list }",
  ),
  ".env": "SHOP_KEY=from .env\n",
  ".env.local": "SHOP_KEY=from .env.local\n",
  "other.env": "SHOP_KEY=from other.env\n",
};

/** Returns the results of the tools in a log, by tool. */
function results({ stdout }: Ended): readonly (readonly [tool: string, text: string])[] {
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return events.filter(({ type }) => type === "tool_finished").map((
    { tool, text },
  ) => [tool, text]);
}

Deno.test("nomos run, a pipe gets answers alone, and the agent has the permissions of its file alone", () =>
  withFiles(FILES, async (cwd) => {
    const { stdout, stderr } = await expectCode(
      0,
      nomos(["run", "--model", "mock"], { cwd, stdin: "Go\n\nMore\n" }),
    );
    assertEquals(stdout, "Done\nYes\n");
    assertStringIncludes(stderr, "printed by a module\n");
    assertStringIncludes(stderr, "printed by a call\n");
    const denied = [
      'tools.ts:6 reads "../prices.csv", which agent.yaml does not allow. If it should: ' +
      "permissions: { read: [../prices.csv] }",
      'tools.ts:8 connects to "prices.invalid", which agent.yaml does not allow. If it should: ' +
      "permissions: { net: [prices.invalid] }",
      'tools.ts:9 reads the variable "HOME", which agent.yaml does not allow. If it should: ' +
      "permissions: { env: [HOME] }",
      'tools.ts:10 runs "ls", which agent.yaml does not allow. If it should: ' +
      "permissions: { run: [ls] }",
    ];
    for (const message of denied) assertStringIncludes(stderr, message);
    assert(!stderr.includes("\x1b"));
  }));

Deno.test("nomos run, of several files of variables the later wins, and the shell over all", () =>
  withFiles(FILES, async (cwd) => {
    const key = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const flags = ["run", "--model=mock", "--input=Go", "--json", "--store=memory", ...args];
      const found = results(await expectCode(0, nomos(flags, { cwd, env })));
      return found.find(([tool]) => tool === "env")?.[1];
    };
    const keys = await Promise.all([
      key([]),
      key(["--env-file=other.env"]),
      key(["--env-file=.env.local", "--env-file=.env"]),
      key([], { SHOP_KEY: "from the shell" }),
    ]);
    assertEquals(keys, ["from .env.local", "from other.env", "from .env", "from the shell"]);
  }));

Deno.test("nomos validate, ignores a folder .env, such as a virtual environment of Python", () => {
  const { ".env": _, ".env.local": __, ...files } = FILES;
  return withFiles(files, async (cwd) => {
    await Deno.mkdir(`${cwd}/.env`);
    await expectCode(0, nomos(["validate"], { cwd }));
    const { stderr } = await expectCode(1, nomos(["validate", "--env-file=.env"], { cwd }));
    assertEquals(stderr, 'Cannot read ".env" (--env-file): expected a file\n');
  });
});

Deno.test("nomos run, a file that asks for more than an agent needs is refused in a pipe without flags", () =>
  withFiles({
    ...FILES,
    "agent.yaml":
      AGENT.replace("files: [tools.ts]", "files: [tools.ts, https://example.invalid/x.ts]") +
      "permissions: { run: [ls], net: true, env: true, read: [../prices.csv], sys: [hostname] }\n",
    "tame.yaml": `${AGENT}permissions: { net: [prices.invalid], run: [ls] }\n`,
  }, async (cwd) => {
    const [refused, allowed, all] = await Promise.all([
      expectCode(1, nomos(["run", "--model=mock", "--input=Go", "--json"], { cwd })),
      expectCode(
        0,
        nomos(["run", "tame.yaml", "--model=mock", "--input=Go", "--json", "--allow-run=ls"], {
          cwd,
        }),
      ),
      expectCode(
        0,
        nomos(["run", "tame.yaml", "--model=mock", "--input=Go", "--json", "-A"], { cwd }),
      ),
    ]);
    const { ok, error } = JSON.parse(refused.stdout);
    assertEquals([ok, error.code], [false, "PERMISSION_REFUSED"]);
    assertStringIncludes(
      error.message,
      "it asks for --allow-read=../prices.csv --allow-net --allow-env --allow-run=ls " +
        "--allow-sys=hostname --allow-import=example.invalid,jsr.io. If you trust it, pass these flags",
    );
    assertEquals(results(allowed).find(([tool]) => tool === "list"), ["list", "0"]);
    assert(!allowed.stderr.includes("connects to"), allowed.stderr);
    assertStringIncludes(allowed.stderr, 'reads the variable "HOME"');
    assert(!all.stderr.includes("does not allow"), all.stderr);
  }));

Deno.test("nomos run, a task of the project starts it with the permission to read it and to run deno", () =>
  withFiles(FILES, async (cwd) => {
    const flags = ["--model=mock", "--input=Go", "--store=memory"];
    const { stdout } = await expectCode(0, deno(["task", "-q", "chat", ...flags], { cwd }));
    assertEquals(stdout, "Done\n");
  }));

Deno.test("nomos validate, reports an access that a module was denied at its line", () =>
  withFiles({ "agent.ts": '// A key.\nDeno.env.get("KEY");\n' }, async (cwd) => {
    const { stdout } = await expectCode(1, nomos(["validate"], { cwd }));
    assertStringIncludes(
      stdout,
      'agent.ts:2:1  reads the variable "KEY", which is not allowed. If it should: pass --allow-env=KEY\n',
    );
  }));

Deno.test("nomos graph, writes a file outside of the folder that its launcher may read", () =>
  withFiles(FILES, (cwd) =>
    withFiles({}, async (other) => {
      const flags = [`--allow-read=${cwd},${ROOT}`, "--allow-env", "--allow-run=deno"];
      const program = ["--config", `${ROOT}deno.json`, `${ROOT}src/cli/mod.ts`];
      const file = `${other}/graph.mmd`;
      await expectCode(0, deno(["run", ...flags, ...program, "graph", "-o", file], { cwd }));
      assert((await Deno.readTextFile(file)).startsWith("flowchart TD"));
    })));

Deno.test("nomos run, SIGTERM waits until the turn is stored, and another process goes on with it", () =>
  withFiles({ ...FILES, "conversation.yaml": script("{ call: wait }") }, async (cwd) => {
    const args = ["run", "-A", "--config", `${ROOT}deno.json`, `${ROOT}src/cli/mod.ts`];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args, "run", "--model=mock", "-s", "ann", "--input=Go"],
      cwd,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = child.stdout.pipeTo(new WritableStream());
    let said = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (text.includes("waiting")) child.kill("SIGTERM");
    }
    await ended;
    assertEquals((await child.status).code, 143, said);
    assertStringIncludes(said, "Stopping.");
    const later = await expectCode(
      0,
      nomos(["run", "--model=mock", "-s", "ann", "--input=More"], { cwd }),
    );
    assertEquals(later.stdout, "Done\nYes\n");
  }));

Deno.test("the agent's process, refuses a launcher of another protocol, and says which one to update", () =>
  withFiles(FILES, async (cwd) => {
    const host = (protocol: number) => {
      const call = { protocol, version: "9.9.9", args: ["run", "--json"], project: {} };
      const args = ["run", "--config", "deno.json", "@nomos/agent/cli/host", JSON.stringify(call)];
      return expectCode(2, deno(args, { cwd }));
    };
    const [older, newer] = await Promise.all([host(0), host(1_000)]);
    const both =
      `the command nomos has version 9.9.9, and the project's @nomos/agent has version ${VERSION}`;
    for (
      const [{ stdout }, update] of [
        [older, "deno install --global --force --allow-all --name nomos jsr:@nomos/agent/cli"],
        [newer, "deno update --latest @nomos/agent"],
      ] as const
    ) {
      const { error } = JSON.parse(stdout);
      assertEquals(error.code, "VERSION_MISMATCH");
      assertStringIncludes(error.message, both);
      assertStringIncludes(error.message, update);
    }
  }));
