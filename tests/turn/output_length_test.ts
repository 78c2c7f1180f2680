import { setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Agent, type AgentOptions, type LLM, type Session, Tool } from "@nomos/agent";
import { type LLMChunk, LLMLengthError, type LLMResult } from "@nomos/agent/llm";
import * as v from "valibot";

const ANSWER = JSON.stringify({
  reasoning: [],
  decision: { action: "RESPOND", response: "ok" },
});

/** An agent that reads at most 1,000 characters. */
function build(llm: LLM, options: Partial<AgentOptions> = {}): Session {
  const steps = { talk: { description: "Talk" } };
  return new Agent({ name: "tested", llm, start: "talk", steps, maxOutputChars: 1_000, ...options })
    .createSession();
}

/** A model whose first result is this one, and whose later ones are an answer. */
function once(result: LLMResult): LLM {
  const results = [result];
  return {
    name: "long",
    decide: () => Promise.resolve(results.shift() ?? { output: ANSWER }),
  };
}

/** A model that streams these chunks. */
function streaming(chunks: () => Iterable<LLMChunk>): LLM {
  return {
    name: "long",
    decide: () => Promise.reject(new Error("must not be called")),
    async *stream() {
      yield* chunks();
    },
  };
}

const text = (length: number): LLMChunk => ({ type: "text", text: "x".repeat(length) });

Deno.test("an output that is too long is not read further: the stream is closed, the turn throws", async () => {
  let [sent, isClosed] = [0, false];
  const llm = streaming(function* () {
    try {
      for (;;) {
        sent += 100;
        yield text(100);
      }
    } finally {
      isClosed = true;
    }
  });
  for (const start of [(session: Session) => session.next("Hi"), readStream]) {
    [sent, isClosed] = [0, false];
    const session = build(llm, { cost: ({ output = 0 }) => output });
    const error = await assertRejects(() => start(session), LLMLengthError);
    assertStringIncludes(error.message, "longer than 1000 characters");
    assertStringIncludes(error.message, "maxOutputChars");
    assertEquals([sent, isClosed, error.isRetryable], [1_100, true, false]);
    assertEquals(session.status, "interrupted");
    // What was requested of the model counts.
    const failed = session.state.events.at(-1);
    assert(failed?.type === "model_failed");
    assertEquals([failed.code, failed.usage.output, failed.usage.isEstimated, failed.cost], [
      "LLM_LENGTH",
      275,
      true,
      275,
    ]);
  }
});

async function readStream(session: Session): Promise<void> {
  for await (const part of session.stream("Hi")) assert(part.type !== "delta");
}

Deno.test("an output that is too long is refused whole and parsed, with the usage that is reported", async () => {
  let reads = 0;
  const endless = {
    get reasoning() {
      return new Proxy([], {
        get: (list, key) => key === "length" ? 1e9 : Reflect.get(list, key) ?? `${++reads}`,
      });
    },
  };
  const deep = { decision: { response: { long: "x".repeat(2_000) } } };
  for (const output of ["x".repeat(1_001), endless, deep]) {
    const session = build(once({ output, usage: { input: 7, output: 9 } }));
    await assertRejects(() => session.next("Hi"), LLMLengthError);
    assertEquals(session.usage, { input: 7, output: 9 });
    assertEquals((await session.resume()).response, "ok");
  }
  assert(reads < 1_000, `${reads}`);
});

Deno.test("an output of exactly the maximum length is read, and a restart begins again", async () => {
  const whole = ANSWER.padEnd(1_000);
  assertEquals((await build(once({ output: whole })).next("Hi")).response, "ok");
  const llm = streaming(() => [
    text(900),
    { type: "restart" },
    { type: "text", text: whole },
    { type: "result", result: { output: whole } },
  ]);
  assertEquals((await build(llm).next("Hi")).response, "ok");
});

Deno.test("outputs of 4,000,000 characters are read unless the agent says otherwise", async () => {
  const steps = { talk: { description: "Talk" } };
  const ask = (length: number) => {
    const llm = once({ output: ANSWER.padEnd(length) });
    return new Agent({ name: "tested", llm, start: "talk", steps }).createSession().next("Hi");
  };
  assertEquals((await ask(4_000_000)).response, "ok");
  await assertRejects(() => ask(4_000_001), LLMLengthError, "longer than 4000000 characters");
});

Deno.test("other sessions have their turn between the stages of reading a long output", async () => {
  const decision = {
    action: "TOOL_CALL",
    calls: [{ tool: "note", args: { text: "x".repeat(2e5) } }],
  };
  const outputs = [JSON.stringify({ reasoning: [], decision }), ANSWER];
  const llm: LLM = { name: "long", decide: () => Promise.resolve({ output: outputs.shift() }) };
  const note = new Tool({
    name: "note",
    description: "Note",
    args: v.object({ text: v.string() }),
    run: ({ text }) => text.length,
  });
  const steps = { talk: { description: "Talk", tools: [note] } };
  const session = new Agent({ name: "tested", llm, start: "talk", steps }).createSession();
  let tasks = 0;
  let isOver = false;
  const count = () => {
    tasks++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turn = await session.next("Hi");
  isOver = true;
  assertEquals([turn.toolResults[0]!.text, turn.response], ["200000", "ok"]);
  assert(tasks >= 3, `${tasks}`);
});

Deno.test("a key that is twice in one object is found in a long output too", async () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `"k${n}":1`);
  const twice = `{"a":{${keys.join()}},"b":[{${keys.join()},"\\u006b7":2}]}`;
  const outputs = [twice, ANSWER];
  const llm: LLM = { name: "long", decide: () => Promise.resolve({ output: outputs.shift() }) };
  const steps = { talk: { description: "Talk" } };
  const turn = await new Agent({ name: "tested", llm, start: "talk", steps }).createSession()
    .next("Hi");
  const [, refused] = turn.events;
  assert(refused?.type === "error");
  assertStringIncludes(refused.message, 'the key "\\u006b7" twice in one object');
});
