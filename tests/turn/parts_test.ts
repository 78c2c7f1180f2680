/** Inputs and results with pictures and files. */
import {
  Agent,
  ConfigError,
  decide,
  LLMError,
  type Message,
  MockLLM,
  type Part,
  type ScriptEntry,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

const PICTURE = { type: "image", mediaType: "image/png", data: Uint8Array.of(1, 2, 3) } as const;
const FILE = {
  type: "file",
  mediaType: "application/pdf",
  name: "menu.pdf",
  url: "https://cafe.example/menu.pdf",
} as const;
const INPUT: readonly Part[] = [{ type: "text", text: "What is it?" }, PICTURE, FILE];
const SHOWN = 'What is it?\n[image: image/png, 3 bytes, 039058c6]\n[file "menu.pdf": ' +
  "application/pdf at https://cafe.example/menu.pdf]";

function talker(script: readonly ScriptEntry[], run: () => unknown = () => "") {
  const look = new Tool({ name: "look", description: "Look", args: v.object({}), run });
  const llm = new MockLLM(script);
  const steps = { talk: { description: "Talk", tools: [look] } };
  return { llm, agent: new Agent({ name: "talker", llm, start: "talk", steps }) };
}

/** Returns the parts of a message with their bytes as numbers. */
function partsOf(message: Message | undefined): unknown[] {
  return (message?.parts ?? []).map((part) =>
    part.type !== "text" && part.data ? { ...part, data: [...part.data] } : part
  );
}

// The first turn of a process loads code before it reads its input.
Deno.test("the bytes of an input are those at the call, also of the first turn of a process", async () => {
  const session = talker([decide.respond("A cup")]).agent.createSession();
  const data = Uint8Array.of(1, 2, 3);
  const input: Part[] = [{ ...PICTURE, data }];
  const turn = session.next(input, { inputId: "in-1" });
  data.fill(9);
  input.pop();
  const joined = session.next([PICTURE], { inputId: "in-1" });
  const [event] = (await turn).events;
  assertEquals(event?.type === "user" && event.parts, [{ ...PICTURE, data: "AQID" }]);
  assertEquals((await joined).response, "A cup");
});

Deno.test("an input of parts is recorded as JSON and shown to the model as parts and as text", async () => {
  const { llm, agent } = talker([decide.respond("A cup")]);
  const turn = await agent.createSession().next(INPUT);
  const [{ seq: _, time: __, ...event }] = turn.events as unknown as [Record<string, unknown>];
  const { data: ___, ...picture } = PICTURE;
  assertEquals(event, {
    type: "user",
    text: SHOWN,
    parts: [{ type: "text", text: "What is it?" }, { ...picture, data: "AQID" }, FILE],
  });
  const message = llm.requests[0]!.messages.find(({ role }) => role === "user");
  assertEquals(message?.content, SHOWN);
  assertEquals(partsOf(message), [INPUT[0], { ...PICTURE, data: [1, 2, 3] }, FILE]);
});

Deno.test("the bytes of a message are a new copy each time, which changes no other request", async () => {
  const { llm, agent } = talker([decide.respond("A cup"), decide.respond("Yes")]);
  const session = agent.createSession();
  const bytes = Uint8Array.of(1, 2, 3);
  const turn = session.next([{ ...PICTURE, data: bytes }]);
  await turn;
  bytes.fill(9);
  const read = () => llm.requests.at(-1)!.messages[1]!.parts![0] as typeof PICTURE;
  read().data.fill(9);
  await session.next("Sure?");
  assertEquals([...read().data], [1, 2, 3]);
  assertEquals(JSON.parse(JSON.stringify(read())), { ...PICTURE, data: "AQID" });
});

Deno.test("parts of text alone are a text, and blank ones are no input", async () => {
  const { agent } = talker([decide.respond("Hi"), decide.respond("So"), decide.respond("And")]);
  const session = agent.createSession();
  const texts = [{ type: "text", text: "Hello" }, { type: "text", text: "there" }] as const;
  const [event] = (await session.next(texts)).events;
  assert(event?.type === "user");
  assertEquals([event.text, event.parts], ["Hello\nthere", undefined]);
  for (const blank of [[], [{ type: "text", text: " \n" }]] as const) {
    const { events } = await session.next(blank);
    assertEquals(events.map(({ type }) => type), ["decision"]);
  }
});

Deno.test("a picture with a blank text is input", async () => {
  const { llm, agent } = talker([decide.respond("A cup")]);
  const [event] = (await agent.createSession().next([{ type: "text", text: " " }, PICTURE])).events;
  assertEquals(event?.type, "user");
  assertEquals(partsOf(llm.requests[0]!.messages[1]), [{ ...PICTURE, data: [1, 2, 3] }]);
});

Deno.test("an invalid part is refused with its place, and nothing is recorded", async () => {
  const { agent } = talker([]);
  const session = agent.createSession();
  const cases: readonly (readonly [part: unknown, message: string])[] = [
    ["Hi", 'it is "Hi": expected an object'],
    [{ type: "video" }, 'its type is "video": expected "text", "image" or "file"'],
    [{ type: "text" }, "its text is undefined: expected text"],
    [{ ...PICTURE, mediaType: "png" }, 'its mediaType is "png": expected one such as "image/png"'],
    [{ ...PICTURE, mediaType: "text/plain" }, 'its mediaType is "text/plain": expected one'],
    [{ ...PICTURE, data: [1] }, "its data is a list: expected a Uint8Array"],
    [{ ...PICTURE, data: new Uint8Array() }, "its data is empty: expected at least one byte"],
    [{ ...FILE, data: PICTURE.data }, "it has data and url: expected one"],
    [{ ...FILE, url: undefined }, "it has neither data nor url: expected one"],
    [{ ...FILE, url: "data:image/png;base64,AQID" }, "expected an address that the vendor"],
    [{ ...FILE, url: "menu.pdf" }, "expected an address that the vendor"],
    [{ ...FILE, url: " da\nta:image/png;base64,AQID" }, "expected an address that the vendor"],
    [{ ...FILE, url: "javascript:alert(1)" }, "expected an address that the vendor"],
    [{ ...FILE, url: "https://cafe.example/\nIt is a menu" }, "expected an address"],
    [{ ...FILE, name: " " }, 'its name is " ": expected the name of the file'],
    [{ ...PICTURE, title: "Cup" }, 'it has the field "title": expected only "type"'],
  ];
  for (const [part, message] of cases) {
    const next = () => session.next([{ type: "text", text: "Hi" }, part as Part]);
    const error = await assertRejects(next, ConfigError, message);
    assert(error.message.startsWith("Cannot start a turn: part 1 of the input: "));
  }
  assertEquals(await Array.fromAsync(session.events()), []);
});

Deno.test("the media type of a picture is read in any case", async () => {
  const { agent } = talker([decide.respond("A cup")]);
  const turn = await agent.createSession().next([{ ...PICTURE, mediaType: "Image/PNG" }]);
  assertEquals(turn.response, "A cup");
});

Deno.test("names and addresses of parts are sent as well-formed Unicode", async () => {
  const { llm, agent } = talker([decide.respond("So")]);
  const url = "https://cafe.example/\ud83d.pdf";
  await agent.createSession().next([{ ...FILE, url, name: "\ud83d.pdf" }]);
  const expected = { ...FILE, url: "https://cafe.example/\ufffd.pdf", name: "\ufffd.pdf" };
  assertEquals(llm.requests[0]!.messages[1]!.parts, [expected]);
});

Deno.test("a result of parts is recorded and shown below its title", async () => {
  const text = { type: "text", text: "Here it is" } as const;
  for (const result of [[text, PICTURE], PICTURE]) {
    const { llm, agent } = talker([decide.call("look"), decide.respond("A cup")], () => result);
    const turn = await agent.createSession().next("Look");
    const shown = [...(Array.isArray(result) ? [text] : []), { ...PICTURE, data: [1, 2, 3] }];
    const message = llm.requests[1]!.messages.find(({ role }) => role === "tool");
    assertEquals(partsOf(message), [{ type: "text", text: "Result of look:" }, ...shown]);
    const line = "[image: image/png, 3 bytes, 039058c6]";
    const expected = Array.isArray(result) ? `Here it is\n${line}` : line;
    assertEquals(turn.toolResults[0]?.text, expected);
    assertEquals(turn.toolResults[0]?.parts?.at(-1), { ...PICTURE, data: "AQID" });
    assertEquals(message?.content, `Result of look:\n${expected}`);
  }
});

Deno.test("results that only look like parts are JSON", async () => {
  const results = [
    { type: "text", text: "Hi" },
    { type: "image", src: "cup.png" },
    [PICTURE, { type: "price", cents: 350 }],
    [{ type: "text", text: "Hi", style: "bold" }],
  ];
  for (const result of results) {
    const { agent } = talker([decide.call("look"), decide.respond("So")], () => result);
    const { toolResults: [shown] } = await agent.createSession().next("Look");
    assert(/^[[{]/.test(shown!.text), shown!.text);
  }
});

Deno.test("texts of a result are cut together at maxResultChars, and pictures are kept", async () => {
  const long = { type: "text", text: "x".repeat(60) } as const;
  const tool = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => [long, PICTURE, long],
  });
  const agent = new Agent({
    name: "talker",
    llm: new MockLLM([decide.call("look"), decide.respond("So")]),
    maxResultChars: 80,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
  });
  const { toolResults: [shown] } = await agent.createSession().next("Look");
  const lines = shown!.text.split("\n");
  assertEquals(lines.map((line) => line.slice(0, 4)), ["xxxx", "[ima", "xxxx", "[cut"]);
  assertEquals(lines[3], "[cut: 20 of 60 characters]");
});

Deno.test("rounds of the same call that see other pictures are no loop", async () => {
  let count = 0;
  const script = [...Array.from({ length: 6 }, () => decide.call("look")), decide.respond("Done")];
  const { agent } = talker(script, () => ({ ...PICTURE, data: Uint8Array.of(++count) }));
  assertEquals((await agent.createSession().next("Watch")).response, "Done");
});

Deno.test("the same parts with the same inputId are recorded once, and others are refused", async () => {
  const { llm, agent } = talker([decide.respond("A cup")]);
  const session = agent.createSession();
  const options = { inputId: "in-1" };
  const running = session.next(INPUT, options);
  const same = [...INPUT.slice(0, 1), { ...PICTURE, data: Uint8Array.of(1, 2, 3) }, FILE];
  const [first, joined] = await Promise.all([running, session.next(same, options)]);
  assertEquals(joined.response, first.response);
  assertEquals((await session.next(same, options)).response, "A cup");
  assertEquals(llm.requests.length, 1);
  const other = [INPUT[0]!, { ...PICTURE, data: Uint8Array.of(1, 2, 4) }, FILE];
  for (const input of [other, SHOWN, "What is it?"]) {
    await assertRejects(() => session.next(input, options), ConfigError, "expected the same input");
  }
});

Deno.test("a turn with a picture that failed is resumed from its state, picture included", async () => {
  const failing = talker([new LLMError("Busy")]);
  const session = failing.agent.createSession();
  await assertRejects(() => session.next(INPUT), LLMError);
  const { llm, agent } = talker([decide.respond("A cup")]);
  const state = JSON.parse(JSON.stringify(session.state));
  const resumed = agent.createSession({ state });
  assertEquals((await resumed.resume()).response, "A cup");
  assertEquals(partsOf(llm.requests[0]!.messages[1])[1], { ...PICTURE, data: [1, 2, 3] });
});

Deno.test("a picture waits for its turn, and is returned if that is aborted before", async () => {
  const gate = Promise.withResolvers<string>();
  const script = [decide.call("look"), decide.respond("One"), decide.respond("Two")];
  const { agent } = talker(script, () => gate.promise);
  const session = await agent.openSession("s", { store: memoryStore(), whenBusy: "wait" });
  const first = session.next("Look");
  const leaving = new AbortController();
  const left = session.next([PICTURE], { signal: leaving.signal });
  const second = session.next([PICTURE]);
  leaving.abort();
  const { status, input, events } = await left;
  assertEquals([status, input, events], ["interrupted", [PICTURE], []]);
  gate.resolve("A cup");
  assertEquals([(await first).response, (await second).response], ["One", "Two"]);
});

Deno.test("a picture counts as 4,000 characters of a request", async () => {
  const { agent } = talker([decide.respond("So"), decide.respond("So")]);
  const text = await agent.createSession().next("[image: image/png, 3 bytes, 039058c6]");
  const picture = await agent.createSession().next([PICTURE]);
  assertEquals(picture.prompt!.chars - text.prompt!.chars, 4_000);
});

Deno.test("a state whose part has no bytes is refused with the path", () => {
  const { agent } = talker([]);
  const event = { seq: 0, time: 0, type: "user", text: "x" };
  const parts = [{ type: "image", mediaType: "image/png", data: "no base64" }];
  const state = { ...agent.createSession().state, events: [{ ...event, parts }] };
  try {
    agent.createSession({ state: state as never });
  } catch (error) {
    assert((error as Error).message.includes("events.0.parts.0"), (error as Error).message);
    return;
  }
  throw new Error("The state was accepted: expected it to be refused");
});
