/** Answers in the field of the reasoning, through both providers, whole and streamed. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { Agent, type LLM, type Turn } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { answer, chatServer, eventStream, type Reply } from "./chat_server.ts";

/** Models that call the server. */
const PROVIDERS: Readonly<Record<string, (url: string, stream: boolean) => LLM>> = {
  "openai()": (baseURL, stream) => openai({ model: "m", baseURL, stream }),
  "aiSdk()": (baseURL, stream) =>
    aiSdk(
      createOpenAICompatible({ name: "v", baseURL, supportsStructuredOutputs: true })("m"),
      { stream },
    ),
};

const wire = (response: string) =>
  JSON.stringify({ reasoning: [], decision: { action: "RESPOND", response } });

/** Answers with a message; streamed in its fields, each in two pieces. */
function message(fields: Readonly<Record<string, unknown>>, finish_reason = "stop"): Reply {
  return ({ body }) => {
    if (!body.stream) {
      return Response.json({
        choices: [{ index: 0, message: { role: "assistant", ...fields }, finish_reason }],
      });
    }
    const deltas = Object.entries(fields).flatMap(([field, value]) =>
      typeof value === "string"
        ? [{ [field]: value.slice(0, 9) }, { [field]: value.slice(9) }]
        : [{ [field]: value }]
    );
    const chunk = (delta: object, finish: string | null) =>
      JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });
    return eventStream([
      ...deltas.map((delta) => chunk(delta, null)),
      chunk({}, finish_reason),
      "[DONE]",
    ]);
  };
}

/** Plays a turn whose first answer is the reply, and whose second one is "Again". */
async function play(llm: (url: string) => LLM, reply: Reply): Promise<Turn> {
  await using server = await chatServer([reply, answer(wire("Again"))]);
  const agent = new Agent({
    name: "shy",
    llm: llm(server.url),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  return await agent.createSession().next("Hi");
}

const READ: readonly Readonly<Record<string, unknown>>[] = [
  { content: null, reasoning_content: wire("Hello") },
  { content: "", reasoning: ` ${wire("Hello")}\n` },
  { content: "\n\n", reasoning_content: wire("Hello") },
  { reasoning_content: wire("Hello"), tool_calls: [] },
];

const REFUSED: readonly (readonly [Readonly<Record<string, unknown>>, finishReason?: string])[] = [
  [{ content: null, reasoning_content: "The user says hi." }],
  [{ content: null, reasoning_content: `I could say ${wire("Hello")}` }],
  [{ content: null, reasoning_content: `${wire("Hello")} Or not?` }],
  [{ content: null, reasoning_content: `${wire("Hello")}${wire("Bye")}` }],
  [{ content: null, reasoning_content: `\`\`\`json\n${wire("Hello")}\n\`\`\`` }],
  [{ content: null, reasoning_content: `Hm</think>${wire("Hello")}` }],
  [{ content: null, reasoning_content: '{"reasoning":[],"decision":{"action":"PAY"}}' }],
  [{ content: null, reasoning_content: wire("Hello") }, "tool_calls"],
];

for (const [name, model] of Object.entries(PROVIDERS)) {
  for (const stream of [false, true]) {
    const title = `${name}, ${stream ? "streamed" : "whole"}`;
    const llm = (url: string) => model(url, stream);

    Deno.test(`a legal decision in the field of the reasoning is read: ${title}`, async () => {
      for (const fields of READ) {
        const turn = await play(llm, message(fields));
        assertEquals([turn.response, turn.decisions.length], ["Hello", 1]);
        assertEquals(turn.events.length, 2);
      }
    });

    Deno.test(`reasoning that is not all one legal decision is not read, and named: ${title}`, async () => {
      for (const [fields, finishReason] of REFUSED) {
        const turn = await play(llm, message(fields, finishReason));
        assertEquals(turn.response, "Again");
        const [, error] = turn.events;
        const said = error?.type === "error" ? error.message : "";
        assertStringIncludes(said, "the content is empty, but there is text in");
        assertStringIncludes(said, name === "openai()" ? '"reasoning_content"' : '"reasoning"');
      }
    });
  }
}

for (const stream of [false, true]) {
  const title = `openai(), ${stream ? "streamed" : "whole"}`;

  Deno.test(`reasoning is not read without a schema, beside a call, or if two fields differ: ${title}`, async () => {
    const legal = { content: null, reasoning_content: wire("Hello") };
    const called = { ...legal, tool_calls: [{ index: 0, function: { name: "x", arguments: "" } }] };
    for (
      const [output, fields] of [
        ["json_object", legal],
        ["tool", legal],
        ["json_schema", called],
        ["json_schema", { ...legal, reasoning: wire("Bye") }],
      ] as const
    ) {
      const turn = await play(
        (baseURL) => openai({ model: "m", baseURL, stream, output }),
        message(fields),
      );
      assertEquals(turn.response, "Again");
      const [, error] = turn.events;
      const said = error?.type === "error" ? error.message : "";
      assertStringIncludes(said, '"reasoning_content"');
    }
    const same = { ...legal, reasoning: wire("Hello") };
    const turn = await play((baseURL) => openai({ model: "m", baseURL, stream }), message(same));
    assertEquals(turn.response, "Hello");
  });
}
