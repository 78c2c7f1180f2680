import type { ValidationResult } from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";
import { events, plain } from "../chat_server.ts";
import { drain, requestOf, scripted } from "./fixture.ts";

const call = (name: string, text: string) => ({ function: { name, arguments: text } });

/** Validator of a request that accepts one text. */
const accepting = (legal: string) => (value: unknown): ValidationResult =>
  value === legal
    ? { success: true, value }
    : { success: false, problem: { path: "", message: "it is illegal" } };

/** Returns the outputs of a message, whole and streamed, in the output mode `tool`. */
async function outputsOf(message: object, legal = '{"a":1}'): Promise<unknown[]> {
  const request = { ...requestOf(), validate: accepting(legal) };
  const whole = plain(JSON.stringify({ choices: [{ message, finish_reason: "tool_calls" }] }));
  const { tool_calls = [], ...rest } = message as { tool_calls?: readonly object[] };
  const pieces = [rest, ...tool_calls.map((one, index) => ({ tool_calls: [{ index, ...one }] }))];
  const streamed = events([
    ...pieces.map((delta) => JSON.stringify({ choices: [{ delta }] })),
    JSON.stringify({ choices: [{ delta: {}, finish_reason: "tool_calls" }] }),
    "[DONE]",
  ]);
  await using model = await scripted([whole, streamed], { output: "tool" });
  const { output } = await model.llm.decide(request);
  const last = (await drain(model.llm, request)).at(-1)!;
  return [output, last.type === "result" ? last.result.output : last];
}

Deno.test("openai() in the output mode tool, equal calls count as one", async () => {
  const tool_calls = [call("answer", '{"a":1}'), call("answer", '{ "a": 1 }')];
  assertEquals(await outputsOf({ tool_calls }), ['{"a":1}', '{"a":1}']);
});

Deno.test("openai() in the output mode tool, calls that share an index are separate calls", async () => {
  const calls = (...texts: string[]) =>
    texts.map((text) => ({ index: 0, ...call("answer", text) }));
  const same = { tool_calls: calls('{"a":1}', '{"a":1}') };
  assertEquals((await outputsOf(same))[1], '{"a":1}');
  const different = { tool_calls: calls('{"a":1}', '{"a":2}') };
  assertEquals((await outputsOf(different))[1], 'answer({"a":1})\nanswer({"a":2})');
  const fragments = { tool_calls: calls('{"a"', ":1}", "") };
  assertEquals((await outputsOf(fragments))[1], '{"a":1}');
});

Deno.test("openai() in the output mode tool, arguments may be an object instead of its text", async () => {
  const tool_calls = [{ function: { name: "answer", arguments: { a: 1 } } }];
  assertEquals(await outputsOf({ tool_calls }), ['{"a":1}', '{"a":1}']);
});

Deno.test("openai() in the output mode tool, different calls are an illegal output", async () => {
  const tool_calls = [call("answer", '{"a":1}'), call("answer", '{"a":2}')];
  const output = 'answer({"a":1})\nanswer({"a":2})';
  assertEquals(await outputsOf({ tool_calls }), [output, output]);
});

Deno.test("openai() in the output mode tool, another function is read only if its arguments are legal and it is the only call", async () => {
  const legal = call("decide", '{"a":1}');
  assertEquals(await outputsOf({ tool_calls: [legal] }), ['{"a":1}', '{"a":1}']);
  const time = call("get_time", "{}");
  assertEquals(await outputsOf({ tool_calls: [time] }), ["get_time({})", "get_time({})"]);
  const both = 'decide({"a":1})\nget_time({})';
  assertEquals(await outputsOf({ tool_calls: [legal, time] }), [both, both]);
});

Deno.test("openai() in the output mode tool, content is the output if no function was called", async () => {
  for (const content of ['{"a":1}', "Hello!"]) {
    assertEquals(await outputsOf({ content }), [content, content]);
    assertEquals(
      await outputsOf({ content, tool_calls: [call("answer", '{"a":1}')] }),
      ['{"a":1}', '{"a":1}'],
    );
  }
});

Deno.test("openai() in the output mode tool, malformed calls are left out", async () => {
  const tool_calls = ["answer", null, {}, { function: null }];
  assertEquals((await outputsOf({ content: "", tool_calls }))[0], "");
});
