/** A folder like the repository, for the checks that run the core. @module */

/**
 * Writes a `mod.ts` that plays the example agent and nothing else.
 *
 * @param folder Where to write it, with a configuration.
 * @param extra Code to run when it is imported.
 */
export async function writeStandInCore(folder: URL, extra: string): Promise<void> {
  const write = (name: string, text: string) => Deno.writeTextFile(new URL(name, folder), text);
  await write("deno.json", JSON.stringify({ imports: { valibot: "./valibot.ts" } }));
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
