import { decide, MockLLM, Tool } from "@nomos/agent";
import { loadAgent } from "@nomos/agent/config";
import { jsonSchema } from "@nomos/agent/json-schema";
import { plainJsonSchema } from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";
import { loadText } from "./fixtures.ts";

interface Body {
  readonly response_format: { readonly json_schema: { readonly strict?: boolean } };
}

/** Plays a turn on a server that answers, and returns the body of its request. */
async function readRequest(play: () => Promise<unknown>): Promise<Body> {
  const original = globalThis.fetch;
  let body: Body | undefined;
  globalThis.fetch = async (input, init) => {
    body = await new Request(input, init).json();
    const content = JSON.stringify({
      reasoning: ["x"],
      decision: { action: "RESPOND", response: "Hello" },
    });
    const chunk = { choices: [{ delta: { content }, finish_reason: "stop" }] };
    return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
      headers: { "content-type": "text/event-stream" },
    });
  };
  try {
    await play();
  } finally {
    globalThis.fetch = original;
  }
  return body!;
}

Deno.test("open types of arguments and answers load unchanged, with a schema that the server need not enforce", async () => {
  const open = (type: string, answer: string) => `
name: open
llm: { provider: openai, model: gpt-5-mini }
start: talk
steps:
  - id: talk
    desc: Talk
    tools: [note]
    answer_model: { found: ${JSON.stringify(answer)} }
tools:
  defs: { note: { desc: Note it, args: [{ key: it, type: ${JSON.stringify(type)} }] } }
`;
  const note = new Tool({
    name: "note",
    description: "Note it",
    args: jsonSchema({ type: "object", properties: {}, additionalProperties: false }),
    run: () => "",
  });
  const isStrict = async (type: string, answer: string) => {
    const options = { tools: [note], env: () => "key" };
    const session = (await loadText(open(type, answer), options)).createSession();
    const { response_format: { json_schema } } = await readRequest(() => session.next("Hi"));
    return json_schema.strict === true;
  };
  for (const type of ["Any", "list", "dict", "Dict[str, int]", "Optional[List[Any]]"]) {
    assertEquals([type, await isStrict(type, "str")], [type, false]);
    assertEquals([type, await isStrict("str", type)], [type, false]);
  }
  for (const type of ["List[str]", "Optional[int]", "Literal['a', 'b']", "Tuple[int, str]"]) {
    assertEquals([type, await isStrict(type, type)], [type, true]);
  }
});

Deno.test("a function takes arguments of open types", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/tools.ts`,
      "export const note = (a: unknown) => JSON.stringify(a);",
    );
    const text = `
name: open
llm: { provider: openai, model: gpt-5-mini }
start: talk
steps: [{ id: talk, desc: Talk, tools: [note] }]
tools:
  files: [tools.ts]
  defs:
    note:
      desc: Note it
      args: [{ key: a, type: Any }, { key: d, type: "Dict[str, int]" }, { key: l, type: list }]
`;
    const agent = await loadAgent({ path: `${folder}/agent.yaml`, text }, { env: () => "key" });
    const args = { a: [1, { b: null }], d: { x: 1 }, l: ["y", 2] };
    const script = [decide.call("note", args), decide.respond("Noted")];
    const llm = new MockLLM(script, { schemaProfile: plainJsonSchema });
    const turn = await agent.with({ llm }).createSession().next("Hi");
    assertEquals(JSON.parse(turn.toolResults[0]!.text), args);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
