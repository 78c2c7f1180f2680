/** Pictures and files in mocks, cassettes, replays and spans. */
import { Agent, decide, type Decision, type LLM, MockLLM, type Part, Tool } from "@nomos/agent";
import type { Observer } from "@nomos/agent/observer";
import { otel } from "@nomos/agent/otel";
import { logged } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import { memoryStore } from "@nomos/agent/store";
import { CassetteMissError, record, replay, replaySession } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import * as v from "valibot";
import { MemoryTracing } from "../otel/memory_tracing.ts";
import { completion } from "../provider/openai/fixture.ts";
import { withFile } from "./cassette/cassette_fixture.ts";

const BYTES = Uint8Array.from({ length: 9_000 }, (_, at) => at * 13);
const BASE64 = BYTES.toBase64();
const PICTURE: Part = { type: "image", mediaType: "image/png", data: BYTES };
const FILE: Part = {
  type: "file",
  mediaType: "application/pdf",
  name: "menu api_key=abcd1234.pdf",
  url: "https://me:hunter2@cafe.example/menu.pdf",
};
const INPUT: readonly Part[] = [{ type: "text", text: "What is it?" }, PICTURE, FILE];

function agentOf(llm: LLM, observers: readonly Observer[] = []) {
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => [PICTURE, FILE],
  });
  const steps = { talk: { description: "Talk", tools: [look] } };
  return new Agent({ name: "talker", llm, observers, start: "talk", steps });
}

const script = () => [decide.call("look"), decide.respond("A cup")];

Deno.test("MockLLM keeps the parts of its requests, and its script sees them", async () => {
  const llm = new MockLLM([
    ({ messages }) => {
      const kinds = messages[1]!.parts!.map(({ type }) => type);
      return decide.respond(kinds.join());
    },
  ]);
  const { response } = await agentOf(llm).createSession().next(INPUT);
  assertEquals(response, "text,image,file");
  const [, picture] = llm.requests[0]!.messages[1]!.parts!;
  assertEquals(picture, PICTURE);
});

Deno.test("a cassette has hashes of bytes, no bytes and no secrets, and replays the same parts only", async () => {
  await withFile(async (file) => {
    const recorder = agentOf(record(new MockLLM(script()), file));
    await recorder.createSession().next(INPUT);
    const text = await Deno.readTextFile(file);
    assertStringIncludes(text, '"mediaType": "application/pdf"');
    assertEquals(text.match(/"sha256": "[0-9a-f]{64}"/g)?.length, 3);
    for (const secret of [BASE64, BASE64.slice(0, 64), "abcd1234", "hunter2"]) {
      assertFalse(text.includes(secret), secret);
    }
    const llm = replay(file);
    assertEquals((await agentOf(llm).createSession().next(INPUT)).response, "A cup");
    llm.assertDone();
    const other = [INPUT[0]!, { ...PICTURE, data: BYTES.slice(1) } as Part, FILE];
    const replayed = agentOf(replay(file)).createSession();
    await assertRejects(() => replayed.next(other), CassetteMissError);
  });
});

Deno.test("replaySession() shows the recorded pictures to a model, also those of a store", async () => {
  const agent = agentOf(new MockLLM(script()));
  const store = memoryStore();
  await (await agent.openSession("s", { store })).next(INPUT);
  const session = await agent.openSession("s", { store });
  assertEquals(await replaySession(session, agent), undefined);
  const llm = new MockLLM(script());
  assertEquals(await replaySession(session, agent, { llm }), undefined);
  const shown = llm.requests[1]!.messages.flatMap(({ parts = [] }) =>
    parts.map((part) => part.type === "text" ? part.text : part.data?.length ?? part.url)
  );
  assert(FILE.type === "file");
  assertEquals(shown, ["What is it?", 9_000, FILE.url, "Result of look:", 9_000, FILE.url]);
});

/** Model that takes no files of this type, and its answers. */
function picky(): LLM {
  const wire = ({ reasoning, ...decision }: Decision) =>
    completion(JSON.stringify({ reasoning, decision }));
  const replies = [decide.call("look"), decide.respond("A cup"), decide.respond("Bye")].map(wire);
  return openai({
    model: "m",
    apiKey: "k",
    stream: false,
    fetch: () => Promise.resolve(replies.shift()!),
  });
}

Deno.test("a conversation goes on in a cassette and a replay after a part that its model does not take", async () => {
  const play = async (llm: LLM) => {
    const session = agentOf(llm).createSession();
    await assertRejects(() => session.next(INPUT));
    assertEquals((await session.next("Look yourself")).response, "A cup");
    assertEquals((await session.next("Bye")).response, "Bye");
    return session;
  };
  await withFile(async (file) => {
    const session = await play(record(picky(), file));
    const llm = replay(file);
    await play(llm);
    llm.assertDone();
    const agent = agentOf(new MockLLM());
    assertEquals(await replaySession(session, agent), undefined);
    assertEquals(await replaySession(session, agent, { llm: picky() }), undefined);
  });
});

Deno.test("spans with content describe pictures and files, without bytes and secrets", async () => {
  using tracing = new MemoryTracing();
  const agent = agentOf(new MockLLM(script()), [otel({ content: true })]);
  await agent.createSession().next(INPUT);
  const text = JSON.stringify(tracing.spans.map(({ attributes }) => attributes));
  assertStringIncludes(text, "[image: image/png, 9000 bytes, ");
  assertStringIncludes(text, "application/pdf at https://me:[redacted]@cafe.example/menu.pdf]");
  for (const secret of [BASE64.slice(0, 64), "abcd1234", "hunter2"]) {
    assertFalse(text.includes(secret), secret);
  }
});

Deno.test("spans without content have no description of a picture", async () => {
  using tracing = new MemoryTracing();
  await agentOf(new MockLLM(script()), [otel()]).createSession().next(INPUT);
  assertFalse(JSON.stringify(tracing.spans.map(({ attributes }) => attributes)).includes("[image"));
});

Deno.test("a log of calls is JSON, with bytes as base64", async () => {
  const lines: string[] = [];
  const log = (entry: unknown) => void lines.push(JSON.stringify(entry));
  const llm = logged(new MockLLM(script()), { log, content: true });
  await agentOf(llm).createSession().next([PICTURE]);
  assertStringIncludes(lines[0]!, `{"type":"image","mediaType":"image/png","data":"${BASE64}"}`);
});
