/** Tests of files of tests for the agent of the cafe. */
import { MockLLM, raw } from "@nomos/agent";
import { type YamlTestOptions, yamlTests } from "@nomos/agent/config";
import { assert } from "@std/assert";
import { inFolder } from "../fixtures.ts";

/** Folder of the example. */
export const CAFE: URL = new URL("../../../docs/cafe/", import.meta.url);
/** Agent of the example. */
export const AGENT: URL = new URL("agent.yaml", CAFE);

/** Test that a file registered. */
export interface Registered {
  readonly name: string;
  readonly isIgnored: boolean;
  readonly run: () => Promise<void>;
}

/** Returns the tests of a text for the agent of the cafe. */
export async function register(text: string, options: YamlTestOptions = {}): Promise<Registered[]> {
  const tests: Registered[] = [];
  await inFolder(async (folder) => {
    const path = `${folder}/tests.agent.yaml`;
    await Deno.writeTextFile(path, text);
    const add = (name: string, { ignore }: { ignore: boolean }, run: () => Promise<void>) =>
      tests.push({ name, isIgnored: ignore, run });
    yamlTests(path, add, { agent: AGENT, ...options });
  });
  return tests;
}

/** Runs all tests of a text. */
export async function runAll(text: string, options?: YamlTestOptions): Promise<void> {
  for (const { name, isIgnored, run } of await register(text, options)) {
    assert(!isIgnored, name);
    await run();
  }
}

/** Returns a judge that always scores so. */
export function judging(score: number): MockLLM {
  return new MockLLM([raw({ reason: "because", score })], { whenDone: "repeat" });
}
