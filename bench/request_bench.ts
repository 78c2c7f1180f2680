import type { LLM, LLMRequest, Message } from "@nomos/agent";
import { aiSdk, type AiSdkModel } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { benchGroup, type Work } from "./agents.ts";
import { LENGTHS, makeRequest } from "./history.ts";

const OUTPUT = '{"reasoning":[],"decision":{"action":"RESPOND","response":"ok"}}';

/** Ends the measurement, because what follows is the vendor's work. */
let endMeasurement = () => {};

const model: AiSdkModel = {
  specificationVersion: "v4",
  provider: "bench",
  modelId: "bench",
  doGenerate: () => {
    endMeasurement();
    return Promise.resolve({
      content: [{ type: "text", text: OUTPUT }],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {},
    });
  },
};

const PROVIDERS: Readonly<Record<string, LLM>> = {
  "openai(), to the call of fetch()": openai({
    model: "bench",
    baseURL: "http://localhost/v1",
    fetch: (_url, { body }) => {
      // The engine puts a concatenated text together when it is first read.
      (body as string).charCodeAt(0);
      endMeasurement();
      const message = { role: "assistant", content: OUTPUT };
      return Promise.resolve(Response.json({ choices: [{ message, finish_reason: "stop" }] }));
    },
  }),
  "aiSdk(), to the call of doGenerate()": aiSdk(model),
};

/** Measures a request whose last two messages are new, as most requests of a session. */
function timeRequest(llm: LLM, messages: number): Work {
  const { messages: all, ...rest } = makeRequest(messages);
  return async (bench) => {
    const renewed = all.slice(-2).map((message): Message => Object.freeze({ ...message }));
    const request: LLMRequest = { ...rest, messages: [...all.slice(0, -2), ...renewed] };
    const ended = Promise.withResolvers<void>();
    endMeasurement = () => {
      bench.end();
      ended.resolve();
    };
    bench.start();
    const answer = llm.decide(request);
    await ended.promise;
    await answer;
  };
}

for (const length of LENGTHS) {
  const texts = makeRequest(length).messages.map(({ content }) => content);
  benchGroup(`a request with ${length} messages`, {
    [`${length} messages: joining the bare text`]: () => void texts.join("\n"),
    ...Object.fromEntries(
      Object.entries(PROVIDERS).map(([name, llm]) => {
        return [`${length} messages: ${name}`, timeRequest(llm, length)];
      }),
    ),
  });
}
