/** A request converts and serializes new messages only; the work is counted, not timed. */
import { Agent, decide, type LLM, Tool } from "@nomos/agent";
import { aiSdk, type AiSdkModel } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";

const CALL = { tool: "look", args: {} };
const ANSWERS = [decide.calls([CALL, CALL]), decide.respond("Done")];
let asked = 0;

/** Returns the next answer: two calls, or the end of the turn. */
function nextAnswer(): string {
  const { reasoning, ...decision } = ANSWERS[asked++ % ANSWERS.length]!;
  return JSON.stringify({ reasoning, decision });
}

const fetch = () => {
  const message = { content: nextAnswer() };
  return Promise.resolve(Response.json({ choices: [{ message, finish_reason: "stop" }] }));
};

const model: AiSdkModel = {
  specificationVersion: "v4",
  provider: "house",
  modelId: "small",
  doGenerate: () =>
    Promise.resolve({
      content: [{ type: "text", text: nextAnswer() }],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {},
    }),
};

const PROVIDERS: Readonly<Record<string, LLM>> = {
  "openai()": openai({ model: "m", apiKey: "sk-example", stream: false, fetch }),
  "openai(), roles joined": openai({
    model: "m",
    baseURL: "http://127.0.0.1:9/v1",
    stream: false,
    fetch,
  }),
  'openai({ output: "json_object" })': openai({
    model: "m",
    apiKey: "sk-example",
    output: "json_object",
    stream: false,
    fetch,
  }),
  "openai(), Claude behind OpenRouter": openai({
    model: "anthropic/claude-sonnet-5",
    baseURL: "https://openrouter.ai/api/v1",
    apiKey: "sk-example",
    stream: false,
    fetch,
  }),
  "aiSdk()": aiSdk(model),
};

/** Counts the texts that are serialized or made well-formed while `run` is called. */
async function countWork(run: () => Promise<unknown>): Promise<number> {
  const { stringify } = JSON;
  const { toWellFormed } = String.prototype;
  let count = 0;
  JSON.stringify = (...args: unknown[]) => {
    count++;
    return Reflect.apply(stringify, JSON, args);
  };
  String.prototype.toWellFormed = function () {
    count++;
    return toWellFormed.call(this);
  };
  try {
    await run();
  } finally {
    Object.assign(JSON, { stringify });
    Object.assign(String.prototype, { toWellFormed });
  }
  return count;
}

for (const [name, llm] of Object.entries(PROVIDERS)) {
  Deno.test(`${name} converts no message of an earlier turn again`, async () => {
    const look = new Tool({
      name: "look",
      description: "Look",
      args: v.object({}),
      run: () => "a cup",
    });
    const steps = { talk: { description: "Talk", tools: [look] } };
    const agent = new Agent({ name: "talker", llm, start: "talk", steps });
    const session = agent.createSession();
    const counts: number[] = [];
    for (let turn = 0; turn < 60; turn++) {
      counts.push(await countWork(() => session.next(`Look ${turn}`)));
    }
    assert(session.state.events.length > 200);
    assertEquals(Math.max(...counts.slice(50)), Math.max(...counts.slice(5, 15)));
  });
}
