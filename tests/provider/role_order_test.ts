/** Order of roles that strict servers require: alternating, the user's first, none blank. */
import { Agent, type LLM } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { VENDORS } from "./ai_sdk/vendors.ts";
import { chatProtocol } from "./chat_protocol.ts";
import { chatServer, type ReceivedBody } from "./chat_server.ts";
import { answerOf, errorOf, type WireProtocol } from "./wire_protocol.ts";

interface Client {
  readonly name: string;
  readonly protocol: WireProtocol;
  llm(url: string): LLM;
  messagesOf(body: ReceivedBody): [role: string, ...texts: string[]][];
  /** True if the vendor accepts any order of roles. */
  readonly isLax: boolean;
}

const CLIENTS: readonly Client[] = [
  {
    name: "openai() and an unknown server",
    protocol: chatProtocol,
    llm: (baseURL) => openai({ model: "m", baseURL }),
    messagesOf: ({ messages }) => messages!.map(({ role, content }) => [role, content]),
    isLax: false,
  },
  ...VENDORS.map(({ name, protocol, model, messagesOf, lateSystem }) => ({
    name: `aiSdk() and ${name}`,
    protocol,
    llm: (url: string) => aiSdk(model(url, "none")),
    messagesOf,
    isLax: lateSystem,
  })),
];

function assertOrder({ messagesOf, isLax }: Client, body: ReceivedBody): void {
  const messages = messagesOf(body);
  assert(messages.every(([, ...texts]) => texts.every((text) => text.trim() !== "")));
  if (isLax) return;
  const roles = messages.map(([role]) => role).filter((role) => role !== "system");
  assertEquals(roles[0], "user");
  assertEquals(roles.filter((role, index) => role === roles[index - 1]), []);
}

const RESPONSE = { reasoning: [], decision: { action: "RESPOND", response: "Hello" } };

for (const client of CLIENTS) {
  const { name, protocol, llm } = client;

  Deno.test(`${name}: two messages of the user in a row are legal`, async () => {
    const reply = answerOf(protocol, RESPONSE);
    await using server = await chatServer([errorOf(protocol, 400, "Not now"), reply, reply, reply]);
    const session = makeSession(llm(server.url));
    await assertRejects(() => session.next("One"));
    await session.next("Two");
    await session.next(" \n");
    await session.next("Three");
    assertEquals(server.requests.length, 4);
    for (const { body } of server.requests) assertOrder(client, body);
    const sent = JSON.stringify(server.requests.at(-1)!.body);
    assertEquals([...sent.matchAll(/One|Two|Three/g)].map(([text]) => text), [
      "One",
      "Two",
      "Three",
    ]);
  });

  Deno.test(`${name}: a conversation that the model starts is legal`, async () => {
    const reply = answerOf(protocol, RESPONSE);
    await using server = await chatServer([reply, reply, reply]);
    const session = makeSession(llm(server.url));
    for (const input of ["", "Hi", " "]) await session.next(input);
    for (const { body } of server.requests) assertOrder(client, body);
  });
}

function makeSession(llm: LLM) {
  const steps = { talk: { description: "Talk" } };
  return new Agent({ name: "talker", llm, start: "talk", steps }).createSession();
}
