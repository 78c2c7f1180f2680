import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFiles } from "./in_process.ts";
import { expectCode, nomos, ROOT } from "./process.ts";

const TOOLS = ["leave", "leaveNode", "late", "reject", "lose", "never", "write"];

const FILES = {
  "deno.json": JSON.stringify({ imports: { "@nomos/agent": `${ROOT}mod.ts` } }),
  "agent.yaml": `
name: clerk
llm: { provider: openai, model: gpt-5-mini }
start: desk
steps: [{ id: desk, desc: Help, tools: [${TOOLS}] }]
tools: { files: [tools.ts], defs: { ${TOOLS.map((name) => `${name}: { desc: Does it }`)} } }
`,
  "tools.ts": `import fs from "node:fs";
import process from "node:process";
export const leave = () => Deno.exit(0);
export const leaveNode = () => process.exit(0);
export const late = () => new Promise(() => setTimeout(() => { throw new Error("\\x1b[31mlate") }));
export const reject = () => new Promise(() => { Promise.reject(new Error("rejected")) });
export const lose = () => { Promise.reject(new Error("lost")); };
export const never = () => new Promise(() => {});
export const write = () => fs.writeSync(1, "written by its number\\n");
`,
};

/** Returns tests of one tool each. */
function testsOf(...tools: readonly string[]): string {
  return `unit: { ${
    tools.map((tool) =>
      `${tool}: { input: Go, script: [{ call: ${tool} }, { respond: Done }], check: { says: Done } }`
    )
  } }\n`;
}

/** Returns the results of the tools in a log. */
function results(stdout: string): readonly string[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "tool_finished").map(({ outcome, text }) =>
      `${outcome} ${text}`
    );
}

Deno.test("nomos run, a tool cannot end the process, and what it writes to stdout is no result", () =>
  withFiles({
    ...FILES,
    "conversation.yaml":
      "- user: Go\n- calls: [{ call: leave }, { call: leaveNode }, { call: write }]\n- respond: Done\n",
  }, async (cwd) => {
    const args = ["run", "--model", "mock", "--input", "Go", "--json"];
    const { stdout, stderr } = await expectCode(0, nomos(args, { cwd }));
    const [leave = "", leaveNode = "", write] = results(stdout);
    assertStringIncludes(leave, "error Cannot call Deno.exit() in the code of an agent");
    assertStringIncludes(leaveNode, "error Cannot call process.exit() in the code of an agent");
    assertEquals(write, "ok 22");
    assertStringIncludes(stderr, "written by its number\n");
  }));

Deno.test("nomos test, an error that nothing catches is reported with its place, and fails", async () => {
  for (const [tool, line, message] of [["late", 5, "\x1b[31mlate"], ["reject", 6, "rejected"]]) {
    await withFiles({ ...FILES, "tests.agent.yaml": testsOf(`${tool}`) }, async (cwd) => {
      const { stdout, stderr } = await expectCode(1, nomos(["test", "--json"], { cwd }));
      const { ok, error } = JSON.parse(stdout);
      assertEquals(ok, false);
      assertEquals(error, {
        code: "UNCAUGHT_ERROR",
        message: `Cannot go on: the code of the agent failed at tools.ts:${line}, and nothing ` +
          `waited for it: ${message}`,
      });
      assertEquals(stderr.includes("\x1b"), false);
    });
  }
});

Deno.test("nomos test, a tool that never settles fails", () =>
  withFiles({ ...FILES, "tests.agent.yaml": testsOf("never") }, async (cwd) => {
    const { stdout } = await expectCode(1, nomos(["test", "--json"], { cwd }));
    assertMatch(JSON.parse(stdout).error.message, /returned a promise that never settles/);
  }));

Deno.test("nomos run, sessions can be read after an error that nothing caught", () =>
  withFiles({
    ...FILES,
    "conversation.yaml": "- user: Go\n- call: late\n- respond: Done\n",
  }, async (cwd) => {
    const args = ["run", "--model", "mock", "--input", "Go", "--session", "ann"];
    await expectCode(1, nomos(args, { cwd }));
    const { stdout } = await expectCode(0, nomos(["sessions", "--json"], { cwd }));
    assertEquals(JSON.parse(stdout).sessions.length, 1);
  }));

Deno.test("nomos profile, an error that nothing waits for fails before anything is printed", () =>
  withFiles({
    ...FILES,
    "conversation.yaml": "- user: Go\n- call: lose\n- respond: Done\n",
  }, async (cwd) => {
    const { stdout } = await expectCode(1, nomos(["profile", "-n", "1", "--json"], { cwd }));
    assertStringIncludes(JSON.parse(stdout).error.message, "nothing waited for it: lost");
  }));
