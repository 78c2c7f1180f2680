import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkExample, EXAMPLE_OUTPUT, judgeExample } from "../../../scripts/check/example.ts";
import { inTemporaryFolder } from "../../../scripts/child.ts";

/**
 * Writes a `mod.ts` that plays the example agent and nothing else.
 *
 * @param folder Where to write it, with a configuration.
 * @param extra Code to run when it is imported.
 */
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

/** Checks a core that runs some code when it is imported. */
function problemsWith(extra: string): Promise<string[]> {
  return inTemporaryFolder(async (folder) => {
    await writeStandInCore(folder, extra);
    return await checkExample(folder);
  });
}

Deno.test("judgeExample() passes a run that prints what it should", () => {
  const ended = { success: true, stdout: `${EXAMPLE_OUTPUT}\n`, stderr: "" };
  assertEquals(judgeExample("here", ended), []);
});

Deno.test("judgeExample() says how the run failed, in one line", () => {
  const stderr = "error: Uncaught NotCapable\n\n    at mod.ts:1\n";
  assertEquals(judgeExample("here", { success: false, stdout: EXAMPLE_OUTPUT, stderr }), [
    `mod.ts: the example agent must run here: ${EXAMPLE_OUTPUT}error: Uncaught NotCapable | ` +
    "at mod.ts:1",
  ]);
  assertEquals(judgeExample("here", { success: true, stdout: "", stderr: "" }), [
    "mod.ts: the example agent must run here: it printed nothing",
  ]);
});

Deno.test("checkExample() passes a core that needs nothing", async () => {
  assertEquals(await problemsWith(""), []);
});

Deno.test("checkExample() finds a core that reads the environment, or needs Deno", async () => {
  const [permission, ...node] = await problemsWith('Deno.env.get("KEY");');
  assertStringIncludes(permission ?? "", "env");
  for (const problem of node) assertStringIncludes(problem, "must run on Node");
});

Deno.test("checkExample() finds a core that cannot be bundled", async () => {
  const problems = await problemsWith('import "./gone.ts";');
  assertStringIncludes(problems.at(-1) ?? "", "cannot be bundled");
});
