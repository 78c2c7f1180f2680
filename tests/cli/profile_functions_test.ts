import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFiles } from "./in_process.ts";
import { expectCode, nomos, ROOT } from "./process.ts";

/** Agent with a tool that calls itself, and prints a line in each play. */
const FILES = {
  "deno.json": JSON.stringify({ imports: { "@nomos/agent": `${ROOT}mod.ts` } }),
  "agent.yaml": `
name: clerk
llm: { provider: openai, model: gpt-5-mini }
start: desk
steps: [{ id: desk, desc: Help, tools: [count] }]
tools: { files: [tools.ts], defs: { count: { desc: Counts } } }
`,
  "tools.ts": `import { writeSync } from "node:fs";
export const count = () => {
  console.log("one play");
  writeSync(1, "by its number\\n");
  return fibonacci(4);
};
const fibonacci = (n: number): number => n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
`,
  "conversation.yaml": "- user: Go\n- call: count\n- respond: Done\n",
};

/** Plays that the process that samples makes with \`-n 1\`: two for each kind of table. */
const PLAYS = 4;

Deno.test("nomos profile --functions, counts calls exactly, in a process of which nothing is seen", () =>
  withFiles(FILES, async (cwd) => {
    const args = ["profile", "--functions", "-n", "1"];
    const { stdout, stderr } = await expectCode(0, nomos(args, { cwd }));
    assertEquals(stderr, "one play\n".repeat(PLAYS), "the tables are piped, without progress");
    assertEquals(stdout.match(/by its number/g)?.length, PLAYS);
    assertStringIncludes(stdout, "Calls are exact");
    assertMatch(stdout, /Calls of native code are missing: \d+ rows? marked -/);
  }));

Deno.test("nomos profile --functions, counts the mean of the plays, and recursive calls apart", () =>
  withFiles({
    ...FILES,
    "tools.ts": FILES["tools.ts"].replace("  writeSync", "  // writeSync"),
  }, async (cwd) => {
    const args = ["profile", "--functions", "-n", "3", "-o", "clerk", "--json"];
    const { stdout } = await expectCode(0, nomos(args, { cwd }));
    const { functions, uncounted } = JSON.parse(stdout);
    assertEquals(uncounted, undefined);
    const own = (functions as Record<string, unknown>[]).filter(({ file }) => file === "tools.ts")
      .map((row) => [row.function, row.line, row.calls, row.primitiveCalls]);
    assertEquals(own.toSorted(), [["count", 2, 1, 1], ["fibonacci", 7, 9, 1]]);
    const { nodes } = JSON.parse(await Deno.readTextFile(`${cwd}/clerk.cpuprofile`));
    assertEquals(Array.isArray(nodes), true);
  }));

Deno.test("nomos profile --functions, says why calls are missing if the agent fails where they are counted", () =>
  withFiles({
    ...FILES,
    // Nothing is compiled where calls are counted, so that there is no WebAssembly.
    "tools.ts":
      `export const count = () => new WebAssembly.Memory({ initial: 1 }).buffer.byteLength;
new WebAssembly.Memory({ initial: 1 });`,
  }, async (cwd) => {
    const args = ["profile", "--functions", "-n", "1"];
    const { stdout } = await expectCode(0, nomos(args, { cwd }));
    assertMatch(stdout, /Calls are not counted: .*tools\.ts.*WebAssembly is not defined/);
  }));
