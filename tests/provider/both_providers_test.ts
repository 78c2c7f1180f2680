/** Plays the same agent through both providers, against one scripted server with failures. */
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  Agent,
  decide,
  type Decision,
  type LLM,
  type LLMRequest,
  MockLLM,
  Tool,
} from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { LLMConnectionError, LLMHttpError, LLMSchemaError, retry } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import { forbidRealModels } from "@nomos/agent/testing";
import { allowRealModels } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { immediateClock } from "../fixtures/immediate_clock.ts";
import { answer, brokenAnswer, chatServer, failure, plain, type Reply } from "./chat_server.ts";

/** All models that can call the server, because they use the same protocol. */
const PROVIDERS: Readonly<Record<string, (url: string, stream: boolean) => LLM>> = {
  "openai()": (baseURL, stream) => openai({ model: "m", baseURL, stream, name: "local/m" }),
  "aiSdk(openai.chat)": (baseURL, stream) =>
    aiSdk(createOpenAI({ baseURL, apiKey: "k" }).chat("m"), { stream }),
  "aiSdk(openai-compatible)": (baseURL, stream) => {
    const provider = createOpenAICompatible({
      name: "local",
      baseURL,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    return aiSdk(provider("m"), { stream });
  },
};

function barista(llm: LLM) {
  const cart: string[] = [];
  const add = new Tool({
    name: "add_to_cart",
    description: "Put a drink into the cart",
    args: v.object({ drink: v.picklist(["espresso", "latte"]), size: v.optional(v.string()) }),
    run: ({ drink }) => `${cart.push(drink)} in the cart`,
  });
  const agent = new Agent({
    name: "barista",
    llm,
    start: "greet",
    steps: {
      greet: { description: "Greet them", routes: { order: "they want to order" } },
      order: { description: "Take the order", tools: [add], end: "they have all they want" },
    },
    clock: () => 0,
    ids: () => "s",
  });
  return { agent, cart };
}

const emptyRequest: LLMRequest = {
  messages: [{ role: "user", content: "Hello" }],
  stable: 0,
  schema: { type: "object", properties: {}, required: [], additionalProperties: false },
  schemaName: "decision",
  validate: (value) => ({ success: true, value }),
};

/** Decisions of the model, in order. */
const DECISIONS: readonly Decision[] = [
  decide.move("order", { reasoning: ["They want coffee"] }),
  decide.call("add_to_cart", { drink: "latte" }),
  decide.respond("One latte. Anything else?"),
  decide.end("Enjoy it 😀"),
];

function wire({ reasoning, ...decision }: Decision): Reply {
  return answer({ reasoning, decision });
}

async function play(llm: LLM) {
  const { agent, cart } = barista(llm);
  const session = agent.createSession();
  const parts: string[] = [];
  for (const input of ["A latte, please", "That is all"]) {
    for await (const part of session.stream(input)) {
      if (part.type === "delta") {
        if (part.field === "response") parts.push(part.text);
      } else parts.push(part.type);
    }
  }
  return { session, cart, parts };
}

for (const [name, make] of Object.entries(PROVIDERS)) {
  for (const stream of [false, true]) {
    const title = `${name}, ${stream ? "streamed" : "whole"}`;

    Deno.test(`the same agent plays the same session: ${title}`, async () => {
      await using server = await chatServer(DECISIONS.map(wire));
      const { session, cart, parts } = await play(make(server.url, stream));
      const mocked = await play(new MockLLM(DECISIONS));
      const bare = session.state.events.map((event) => {
        const { usage: _, model: __, ...rest } = event as typeof event & {
          usage?: unknown;
          model?: unknown;
        };
        return rest;
      });
      assertEquals(bare, mocked.session.state.events as unknown[]);
      assertEquals([session.status, cart], ["ended", ["latte"]]);
      assertEquals(session.usage.input, 40);
      assertEquals(server.requests.map(({ body }) => body.stream ?? false), [
        stream,
        stream,
        stream,
        stream,
      ]);
      const said = parts.filter((part) => !/^[a-z_]+$/.test(part)).join("");
      assertEquals(said, stream ? "One latte. Anything else?Enjoy it 😀" : "");
      // Every request has the strict schema of its step.
      for (const { body } of server.requests) {
        const { json_schema: format } = body.response_format as { json_schema: object };
        assertEquals(Object.keys(format).sort(), ["name", "schema", "strict"]);
      }
    });

    Deno.test(`the time of the server's response is reported, if it is asked for: ${title}`, async () => {
      await using server = await chatServer([wire(DECISIONS[0]!), wire(DECISIONS[0]!)]);
      for (const timings of [true, undefined]) {
        const llm = make(server.url, stream);
        const request = { ...emptyRequest, timings };
        const result = stream
          ? (await Array.fromAsync(llm.stream!(request))).flatMap((chunk) =>
            chunk.type === "result" ? [chunk.result] : []
          )[0]!
          : await llm.decide(request);
        const [attempt, ...others] = result.timing?.attempts ?? [];
        // The AI SDK has no time of the response before the whole answer.
        const isKnown = timings === true && (stream || name === "openai()");
        assertEquals([attempt?.llm, others.length], [isKnown ? llm.name : undefined, 0]);
        if (isKnown) assert(attempt!.responded! > 0 && attempt!.responded! <= attempt!.took);
      }
    });

    Deno.test(`server failures change nothing in the session: ${title}`, async () => {
      const [move, call, respond, end] = DECISIONS.map(wire) as [Reply, Reply, Reply, Reply];
      const cut: Reply = stream ? brokenAnswer({ decision: {} }, 3, "cut") : plain('{"choices": [');
      await using server = await chatServer([
        failure(429, { message: "slow down" }, { "retry-after": "1" }),
        move,
        failure(500),
        call,
        ...(stream ? [cut] : []),
        respond,
        end,
      ]);
      const { session, cart } = await play(
        retry(make(server.url, stream), { clock: immediateClock }),
      );
      assertEquals([session.status, cart], ["ended", ["latte"]]);
      assertEquals(
        session.state.events.map(({ type }) => type),
        (await play(new MockLLM(DECISIONS))).session.state.events.map(({ type }) => type),
      );
      assertEquals(server.requests.length, stream ? 7 : 6);
    });

    Deno.test(`malformed JSON is reported to the model, which answers again: ${title}`, async () => {
      await using server = await chatServer([
        answer('{"reasoning": [], "decision": {"action": "MO'),
        ...DECISIONS.map(wire),
      ]);
      const { session } = await play(make(server.url, stream));
      assertEquals(session.state.events.slice(0, 3).map(({ type }) => type), [
        "user",
        "error",
        "decision",
      ]);
      assertEquals(session.status, "ended");
    });

    Deno.test(`failures that are not retryable have their own error classes: ${title}`, async () => {
      const schema = { message: "Invalid schema for response_format", param: "response_format" };
      const failures: [Reply, new (...args: never[]) => Error][] = [
        [failure(429, { message: "slow down" }), LLMHttpError],
        [failure(500), LLMHttpError],
        [failure(400, schema), LLMSchemaError],
        ...(stream
          ? [[brokenAnswer({ decision: {} }, 3, "cut"), LLMConnectionError]] as [
            Reply,
            typeof LLMConnectionError,
          ][]
          : []),
      ];
      for (const [reply, kind] of failures) {
        await using server = await chatServer([reply, wire(decide.respond("Hello again"))]);
        const session = barista(make(server.url, stream)).agent.createSession();
        await assertRejects(() => session.next("Hi"), kind as never);
        assertEquals(session.status, "interrupted");
        // The input is in the log, so the same turn continues.
        assertEquals((await session.resume()).response, "Hello again");
      }
    });
  }
}

Deno.test("no provider sends a request if real models are forbidden", async () => {
  await using server = await chatServer([]);
  using _ = allowRealModels();
  forbidRealModels();
  for (const make of Object.values(PROVIDERS)) {
    for (const stream of [false, true]) {
      const session = barista(make(server.url, stream)).agent.createSession();
      await assertRejects(() => session.next("Hi"), Error, "real models are forbidden");
    }
  }
  assertEquals(server.requests.length, 0);
});
