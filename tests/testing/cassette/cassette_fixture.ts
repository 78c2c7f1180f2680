import {
  Agent,
  decide,
  type Decision,
  type LLM,
  type LLMRequest,
  type Message,
  MockLLM,
  type Session,
  Tool,
  type Turn,
} from "@nomos/agent";
import type { LLMChunk, LLMResult } from "@nomos/agent/llm";
import { record } from "@nomos/agent/testing";
import * as v from "valibot";

/** Runs a test with the path of a missing file in a temporary folder. */
export async function withFile(test: (file: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/cassette.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Creates a minimal request. */
export function requestOf(
  text: string | readonly Message[],
  rest: Partial<Pick<LLMRequest, "schema" | "schemaName" | "step" | "sessionId" | "signal">> = {},
): LLMRequest {
  return {
    messages: typeof text === "string" ? [{ role: "user", content: text }] : text,
    schema: { type: "object" },
    stable: 0,
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
    ...rest,
  };
}

/** Creates a model that answers with the results of a function. */
export function modelOf(decide: (request: LLMRequest) => unknown, rest: Partial<LLM> = {}): LLM {
  return {
    name: "test/model",
    decide: (request) => Promise.resolve({ output: decide(request) }),
    ...rest,
  };
}

/** Streams texts and a result. */
export async function* chunksOf(
  texts: readonly string[],
  result: LLMResult,
): AsyncGenerator<LLMChunk, void, void> {
  for (const text of texts) {
    await Promise.resolve();
    yield { type: "text", text };
  }
  yield { type: "result", result };
}

/** Reads all chunks of a model's stream. */
export function drain(llm: LLM, request: LLMRequest): Promise<LLMChunk[]> {
  return Array.fromAsync(llm.stream!(request));
}

const look = new Tool({
  name: "look",
  description: "Look around",
  args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
  run: ({ size }) => `seen ${size}`,
});

/** Creates a session of an agent with two steps and a tool. */
export function sessionWith(llm: LLM, greeting = "Greet the user"): Session<Turn<"a" | "b">> {
  return new Agent({
    name: "test",
    llm,
    start: "a",
    steps: {
      a: { description: greeting, tools: [look], routes: { b: "they go" } },
      b: { description: "Say goodbye" },
    },
  }).createSession();
}

/** Decisions for {@linkcode sessionWith} and one input. */
export const SCRIPT: readonly Decision[] = [
  decide.call("look", { size: "small" }),
  decide.move("b"),
  decide.respond("Bye"),
];

/** Records the script and returns the text of the file. */
export async function recordGreeting(file: string): Promise<string> {
  await sessionWith(record(new MockLLM(SCRIPT), file)).next("Hello");
  return await Deno.readTextFile(file);
}
