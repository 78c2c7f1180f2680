import type { LLM, LLMChunk, LLMRequest } from "@nomos/agent";
import { fallback, limitConcurrency, logged, retry, timeout } from "@nomos/agent/llm";

const CHUNKS: readonly LLMChunk[] = [
  ...new Array<LLMChunk>(19).fill({ type: "text", text: "some words " }),
  { type: "result", result: { output: "done" } },
];

/** A model that costs nothing. */
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

function requestWith(signal: AbortSignal | undefined): LLMRequest {
  return {
    messages: [{ role: "user", content: "Hello" }],
    schema: {},
    schemaName: "any",
    validate: (value) => ({ success: true, value }),
    signal,
  };
}

for (const isSignalled of [false, true]) {
  const under = isSignalled ? ", with a signal" : "";
  const request = requestWith(isSignalled ? new AbortController().signal : undefined);
  for (const [name, llm] of Object.entries(models)) {
    const baseline = llm === bare;
    Deno.bench(`${name}, one call${under}`, {
      group: `one call through a wrapper${under}`,
      baseline,
    }, async () => void await llm.decide(request));
    Deno.bench(`${name}, 20 chunks${under}`, {
      group: `a stream of 20 chunks through a wrapper${under}`,
      baseline,
    }, async () => {
      for await (const _ of llm.stream!(request));
    });
  }
}
