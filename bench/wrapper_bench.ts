import type { LLM, LLMRequest } from "@nomos/agent";
import type { LLMChunk } from "@nomos/agent/llm";
import { fallback, limitConcurrency, logged, retry, timeout } from "@nomos/agent/llm";
import { benchGroup } from "./agents.ts";

const CHUNKS: readonly LLMChunk[] = [
  ...new Array<LLMChunk>(19).fill({ type: "text", text: "some words " }),
  { type: "result", result: { output: "done" } },
];

/** Model whose calls take no time. */
const bare: LLM = {
  name: "bare",
  decide: () => Promise.resolve({ output: "done" }),
  async *stream() {
    for (const chunk of CHUNKS) yield chunk;
  },
};

const limits = { call: 30_000, chunk: 10_000 };
const log = { log: () => {} };
const models: Readonly<Record<string, LLM>> = {
  "a bare model": bare,
  "retry()": retry(bare),
  "timeout()": timeout(bare, limits),
  "limitConcurrency()": limitConcurrency(bare, 4),
  "fallback()": fallback([bare, bare]),
  "logged()": logged(bare, log),
  "all five": fallback([logged(retry(limitConcurrency(timeout(bare, limits), 4)), log), bare]),
};

function makeRequest(signal: AbortSignal | undefined): LLMRequest {
  return {
    messages: [{ role: "user", content: "Hello" }],
    schema: {},
    stable: 0,
    schemaName: "any",
    validate: (value) => ({ success: true, value }),
    signal,
  };
}

for (const isSignalled of [false, true]) {
  const under = isSignalled ? ", with a signal" : "";
  const request = makeRequest(isSignalled ? new AbortController().signal : undefined);
  const works = (what: string, work: (llm: LLM) => Promise<void>) => {
    // Deno awaits an iteration only if the function itself is declared as asynchronous.
    const timed = (llm: LLM) => async () => await work(llm);
    return Object.fromEntries(
      Object.entries(models).map(([name, llm]) => [`${name}, ${what}${under}`, timed(llm)]),
    );
  };
  benchGroup(
    `one call through a wrapper${under}`,
    works("one call", async (llm) => void await llm.decide(request)),
  );
  benchGroup(
    `a stream of 20 chunks through a wrapper${under}`,
    works("20 chunks", async (llm) => {
      for await (const _ of llm.stream!(request));
    }),
  );
}
