import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkExample, checkRun, EXAMPLE_OUTPUT } from "../../../scripts/check/example.ts";
import { inTemporaryFolder } from "../../../scripts/child.ts";

/** Writes a `mod.ts` that can only play the example. `extra` runs when it is imported. */
async function writeStandInCore(folder: URL, extra: string): Promise<void> {
  const write = (name: string, text: string) => Deno.writeTextFile(new URL(name, folder), text);
  await write(
    "deno.json",
    JSON.stringify({ imports: { "@nomos/agent": "./mod.ts", valibot: "./valibot.ts" } }),
  );
  await write(
    "valibot.ts",
    `export const object = (entries: object) => entries;
export const optional = (schema: object) => schema;
export const picklist = (options: string[]) => ({ options });
`,
  );
  await write(
    "mod.ts",
    `export class Tool {}
export class MockLLM {
  constructor(readonly decisions: readonly { response?: string }[]) {}
}
export const decide = {
  call: () => ({}),
  move: () => ({}),
  respond: (response: string) => ({ response }),
};
export class Agent {
  constructor(readonly options: { llm: MockLLM }) {}
  createSession() {
    const decisions = this.options.llm.decisions.filter(({ response }) => response);
    return { next: () => Promise.resolve({ decision: decisions.shift() }) };
  }
}
${extra}
`,
  );
}

/** Checks a core that runs `extra` when it is imported. */
function findProblems(extra: string): Promise<string[]> {
  return inTemporaryFolder(async (folder) => {
    await writeStandInCore(folder, extra);
    return await checkExample(folder);
  });
}

Deno.test("checkRun() accepts the expected output", () => {
  const ended = { success: true, stdout: `${EXAMPLE_OUTPUT}\n`, stderr: "" };
  assertEquals(checkRun("here", ended), []);
});

Deno.test("checkRun() describes the failure in one line", () => {
  const stderr = "error: Uncaught NotCapable\n\n    at mod.ts:1\n";
  assertEquals(checkRun("here", { success: false, stdout: EXAMPLE_OUTPUT, stderr }), [
    `mod.ts: the example agent must run here: ${EXAMPLE_OUTPUT}error: Uncaught NotCapable | ` +
    "at mod.ts:1",
  ]);
  assertEquals(checkRun("here", { success: true, stdout: "", stderr: "" }), [
    "mod.ts: the example agent must run here: it printed nothing",
  ]);
});

Deno.test("checkExample() accepts a core that needs nothing", async () => {
  assertEquals(await findProblems(""), []);
});

Deno.test("checkExample() rejects a core that reads the environment or needs Deno", async () => {
  const [permission, ...node] = await findProblems('Deno.env.get("KEY");');
  assertStringIncludes(permission ?? "", "env");
  for (const problem of node) assertStringIncludes(problem, "must run on Node");
});

Deno.test("checkExample() rejects a core that cannot be bundled", async () => {
  const problems = await findProblems('import "./gone.ts";');
  assertStringIncludes(problems.at(-1) ?? "", "cannot be bundled");
});
