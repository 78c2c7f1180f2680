/** Agent files of the tests. */
import { MockLLM, type ScriptEntry } from "@nomos/agent";
import { loadAgent, type LoadOptions } from "@nomos/agent/config";

/** Returns the path of a fixture. */
export function fixture(name: string): string {
  return new URL(`../fixtures/config/${name}`, import.meta.url).pathname;
}

/** Agent of a file. */
type Loaded = Awaited<ReturnType<typeof loadAgent>>;

/** Loads a fixture with a scripted model. */
export async function play(
  name: string,
  script: readonly ScriptEntry[],
  options: LoadOptions = {},
): Promise<{ readonly agent: Loaded; readonly llm: MockLLM }> {
  const llm = new MockLLM(script);
  return {
    agent: await loadAgent(fixture(name), { llm, onConfigWarning: () => {}, ...options }),
    llm,
  };
}

/** Loads an agent from text, as if it stood among the fixtures. */
export function loadText(text: string, options: LoadOptions): Promise<Loaded> {
  return loadAgent({ path: fixture("agent.yaml"), text }, options);
}

/** Agent file with one step and these lines. */
export function withLines(...lines: string[]): string {
  return ["name: test", "start: a", "steps: [{ id: a, desc: A }]", ...lines, ""].join("\n");
}

/** Runs a test with a temporary folder, and deletes the folder. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
