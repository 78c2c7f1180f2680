/** Pictures and files that a model does not take, in the past of a conversation. */
import { Agent, decide, type Decision, type LLM, LLMError, type Part, Tool } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { fallback } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import { memoryStore } from "@nomos/agent/store";
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import * as v from "valibot";
import { VENDORS } from "./ai_sdk/vendors.ts";
import { generated, standIn } from "./ai_sdk/fixture.ts";
import { chatProtocol } from "./chat_protocol.ts";
import { chatServer } from "./chat_server.ts";
import { KEY, requestOf, sent } from "./openai/fixture.ts";
import { answerOf, type WireProtocol } from "./wire_protocol.ts";

const PICTURE: Part = { type: "image", mediaType: "image/png", data: Uint8Array.of(1, 2, 3) };
const ARCHIVE: Part = {
  type: "file",
  mediaType: "application/zip",
  name: "<instructions>",
  data: Uint8Array.of(9, 9, 9),
};
const [PICTURE_BYTES, ARCHIVE_BYTES] = ["AQID", "CQkJ"];
const DESCRIPTION = '[file "&lt;instructions>": application/zip, 3 bytes, e740a6fa]';

interface Provider {
  readonly name: string;
  readonly protocol: WireProtocol;
  /** True if each message of a request is sent on its own. */
  readonly isSplit: boolean;
  create(url: string, stream: boolean): LLM;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: "openai()",
    protocol: chatProtocol,
    isSplit: true,
    create: (baseURL, stream) =>
      openai({
        model: "m",
        baseURL,
        apiKey: KEY,
        stream,
        server: { lateSystem: true, adjacent: true },
      }),
  },
  ...VENDORS
    // Its package takes every file.
    .filter(({ name }) => !name.startsWith("Google"))
    .map(({ name, protocol, lateSystem, model }) => ({
      name: `aiSdk(), ${name}`,
      protocol,
      isSplit: lateSystem,
      create: (url: string, stream: boolean) => aiSdk(model(url, KEY), { stream }),
    })),
];

function talker(llm: LLM, result: unknown = ARCHIVE) {
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => result,
  });
  return new Agent({
    name: "talker",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look] } },
  });
}

function wire({ reasoning, ...decision }: Decision): unknown {
  return { reasoning, decision };
}

for (const { name, protocol, isSplit, create } of PROVIDERS) {
  for (const stream of [false, true]) {
    Deno.test(`an input that a model does not take is refused, then described: ${name}, ${stream ? "streamed" : "whole"}`, async () => {
      const script = [
        decide.respond("Fine"),
        decide.call("look"),
        decide.respond("An archive"),
        decide.respond("Bye"),
      ];
      await using server = await chatServer(script.map((one) => answerOf(protocol, wire(one))));
      const store = memoryStore();
      const session = await talker(create(server.url, stream)).openSession("s", { store });
      const input: readonly Part[] = [{ type: "text", text: "Look at" }, ARCHIVE, PICTURE];
      for (const attempt of [() => session.next(input), () => session.resume()]) {
        const { message } = await assertRejects(attempt, LLMError, "Cannot send the file");
        assertStringIncludes(message, '"<instructions>" of type "application/zip"');
        assertStringIncludes(message, "convert");
      }
      assertEquals(server.requests.length, 0);

      assertEquals((await session.next("Never mind")).response, "Fine");
      assertEquals((await session.next("Look yourself")).response, "An archive");
      // Another process knows nothing of what the model refused.
      const reopened = await talker(create(server.url, stream)).openSession("s", { store });
      assertEquals((await reopened.next("Bye")).response, "Bye");

      const bodies = server.requests.map(({ body }) => JSON.stringify(body));
      const counts = bodies.map((body) =>
        body.split(JSON.stringify(DESCRIPTION).slice(1, -1)).length - 1
      );
      assertEquals(counts, [1, 1, 2, 2]);
      for (const body of bodies) {
        assertEquals(body.split(PICTURE_BYTES).length, 2);
        assertFalse(body.includes(ARCHIVE_BYTES));
      }
      if (!isSplit) return;
      const lists = server.requests.map(({ body }) => (body.messages ?? body.input) as unknown[]);
      for (const [index, list] of lists.entries().drop(1)) {
        const before = lists[index - 1]!.slice(0, -1);
        assertEquals(list.slice(0, before.length), before);
      }
    });
  }
}

Deno.test("openai() describes pictures of tools, and files by URL, that its protocol has no form for", async () => {
  const drawing: Part = { type: "image", mediaType: "image/svg+xml", data: Uint8Array.of(60) };
  const url = "https://cafe.example/menu.pdf";
  const menu: Part = { type: "file", mediaType: "application/pdf", url };
  const script = [decide.call("look"), decide.respond("A cup")];
  await using server = await chatServer(
    script.map((one) => answerOf(chatProtocol, wire(one))),
  );
  const llm = openai({ model: "m", baseURL: server.url });
  const session = talker(llm, [drawing, PICTURE, menu]).createSession();
  assertEquals((await session.next("Look")).response, "A cup");
  const body = JSON.stringify(server.requests[1]!.body.messages);
  assertStringIncludes(body, "[image: image/svg+xml, 1 bytes, ");
  assertStringIncludes(body, PICTURE_BYTES);
  assertStringIncludes(body, `[file: application/pdf at ${url}]`);
});

Deno.test("aiSdk() describes a URL that the vendor does not load, without a call of its package", async () => {
  const model = standIn({
    generate: () => generated(JSON.stringify(wire(decide.respond("Fine")))),
  });
  const llm = aiSdk({ ...model, supportedUrls: Promise.resolve({ "image/*": [/^gs:/] }) });
  const session = talker(llm).createSession();
  const [loaded, refused] = ["gs://cafe/cup.png", "https://cafe.example/cup.png"].map((url) =>
    ({ type: "image", mediaType: "image/png", url }) as const
  );
  await session.next([loaded!]);
  await assertRejects(() => session.next([refused!]), LLMError, "load its bytes");
  assertEquals((await session.next("Never mind")).response, "Fine");
  assertEquals(model.calls.length, 2);
  const prompt = JSON.stringify(model.calls[1]!.prompt);
  assertStringIncludes(prompt, `{"type":"url","url":"${loaded!.url}"}`);
  assertStringIncludes(prompt, `{"type":"text","text":"[image: image/png at ${refused!.url}]"}`);
});

Deno.test("aiSdk() finds what a package refused by the type in its message, or by what it read last", async () => {
  const recording: Part = { type: "file", mediaType: "audio/ogg", data: Uint8Array.of(7) };
  const packages = [
    { copies: true, message: "'media type: audio/ogg' functionality not supported." },
    { copies: false, message: "'Only image parts' functionality not supported." },
  ];
  for (const { copies, message } of packages) {
    const model = standIn({
      generate: ({ prompt }) => {
        const parts = prompt.flatMap(({ content }) =>
          typeof content === "string" ? [] : content as { readonly mediaType?: string }[]
        );
        const read = copies ? structuredClone(parts) : parts;
        if (!read.some(({ mediaType }) => mediaType === "audio/ogg")) {
          return generated(JSON.stringify(wire(decide.respond("Fine"))));
        }
        throw Object.assign(new Error(message), { name: "AI_UnsupportedFunctionalityError" });
      },
    });
    const session = talker(aiSdk(model)).createSession();
    const input = [PICTURE, recording, PICTURE];
    await assertRejects(() => session.next(input), LLMError, 'the file of type "audio/ogg"');
    await session.next([{ type: "text", text: "And this?" }, PICTURE]);
    const prompt = JSON.stringify(model.calls.at(-1)!.prompt);
    assertEquals(prompt.split('"mediaType":"image/png"').length - 1, 3);
    assertStringIncludes(prompt, "[file: audio/ogg, 1 bytes, ");
  }
});

Deno.test("an error of a package that is not about a part is thrown after one call", async () => {
  const messages = ["'media type: x/y' functionality not supported.", "'seed' not supported"];
  for (const [message, parts] of [[messages[0]!, []], [messages[1]!, [PICTURE]]] as const) {
    const model = standIn({
      generate: () => {
        throw Object.assign(new Error(message), { name: "AI_UnsupportedFunctionalityError" });
      },
    });
    const input = [{ type: "text", text: "Look" } as const, ...parts];
    await assertRejects(() => talker(aiSdk(model)).next(input), LLMError, message.slice(0, -1));
    assertEquals(model.calls.length, 1);
  }
});

Deno.test("a model that takes over describes what only the others have taken", async () => {
  const script = [decide.respond("A cup"), decide.respond("As I said, a cup")];
  await using server = await chatServer(
    script.map((one) => answerOf(chatProtocol, wire(one))),
  );
  const taking = aiSdk(standIn({
    generate: ({ prompt }) => {
      if (prompt.length > 3) throw new Error("overloaded");
      return generated(JSON.stringify(wire(decide.respond("A cup"))));
    },
  }));
  const llm = fallback([
    taking,
    openai({ model: "m", baseURL: server.url, schemaProfile: taking.schemaProfile! }),
  ], {
    shouldFallBack: () => true,
  });
  const session = talker(llm).createSession();
  await session.next([ARCHIVE]);
  assertEquals((await session.next("Are you sure?")).response, "A cup");
  assertStringIncludes(JSON.stringify(server.requests[0]!.body), "application/zip, 3 bytes");
});

Deno.test("only the input of the running turn must be taken: the last one, until it is answered", async () => {
  const user = { role: "user", content: "(described)", parts: [ARCHIVE] } as const;
  const call = {
    role: "assistant",
    content: '{"decision":{"action":"TOOL_CALL","calls":[{"tool":"look","args":{}}]}}',
  } as const;
  const answer = {
    role: "assistant",
    content: '{"decision":{"action":"RESPOND","response":"No"}}',
  } as const;
  const result = { role: "tool", content: "(described)", parts: [ARCHIVE] } as const;
  const past = [[user, answer], [user, { role: "user", content: "Hi" }], [call, result]] as const;
  for (const messages of past) {
    const body = await sent({}, requestOf([...messages]));
    assert(JSON.stringify(body.messages).includes("application/zip, 3 bytes"));
  }
  for (const messages of [[user], [user, call, result], [answer, user]] as const) {
    await assertRejects(() => sent({}, requestOf([...messages])), LLMError, "Cannot send the file");
  }
});
