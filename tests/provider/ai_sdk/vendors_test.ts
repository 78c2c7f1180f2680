import { Agent, decide, type LLM, LLMError, type LLMRequest, Tool } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
} from "@nomos/agent/llm";
import {
  type ChatServer,
  chatServer,
  plain,
  type ReceivedBody,
  type Reply,
} from "../chat_server.ts";
import { answerOf, BEGUN, brokenStream, type Ending, errorOf } from "../wire_protocol.ts";
import { CONVERSATION, drain, requestOf } from "./fixture.ts";
import { comparable, type TestedVendor, VENDORS } from "./vendors.ts";

const KEY = "sk-test-0123456789abcdef";

/** Runs a test with a vendor's model, whole and streamed, against a scripted server. */
async function eachWay(
  vendor: TestedVendor,
  replies: readonly Reply[],
  test: (ask: () => Promise<unknown>, server: ChatServer, way: string) => Promise<void>,
): Promise<void> {
  const request = requestOf();
  for (const way of ["generate", "stream"]) {
    await using server = await chatServer(replies);
    const llm = aiSdk(vendor.model(server.url, KEY));
    const ask = way === "generate"
      ? () => llm.decide(request)
      : async () => (await drain(llm, request)).at(-1);
    await test(ask, server, way);
  }
}

const menu = new Tool({
  name: "get_menu",
  description: "List the drinks",
  args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
  run: () => ["tea"],
});

function barista(llm: LLM) {
  return new Agent({
    name: "barista",
    llm,
    start: "greet",
    system: "You sell coffee.",
    steps: {
      greet: { description: "Greet them", tools: [menu], routes: { order: "ready to order" } },
      order: { description: "Take the order" },
    },
  });
}

const SCRIPT = [
  decide.call("get_menu", { size: "small" }),
  decide.move("order"),
  decide.respond("One tea."),
].map(({ reasoning, ...decision }) => ({ reasoning, decision }));

/** Restricts a model to one way of answering, and records its requests. */
function oneWay(llm: LLM, way: "whole" | "streamed", requests: LLMRequest[]): LLM {
  const { stream: _, ...whole } = llm;
  return {
    ...whole,
    async decide(request) {
      requests.push(request);
      if (way === "whole") return await llm.decide(request);
      const last = (await drain(llm, request)).at(-1)!;
      assert(last.type === "result");
      return last.result;
    },
  };
}

/** Lists the texts of a request with their roles. */
function textsOf(vendor: TestedVendor, body: ReceivedBody): [role: string, text: string][] {
  return vendor.messagesOf(body)
    .flatMap(([role, ...texts]) => texts.map((text): [string, string] => [role, text]));
}

for (const vendor of VENDORS) {
  const { name, protocol } = vendor;

  for (const way of ["whole", "streamed"] as const) {
    Deno.test(`aiSdk() plays an agent through ${name}, ${way}, each request with its schema and the same prefix`, async () => {
      await using server = await chatServer(SCRIPT.map((output) => answerOf(protocol, output)));
      const requests: LLMRequest[] = [];
      const llm = oneWay(aiSdk(vendor.model(server.url, KEY)), way, requests);
      const turn = await barista(llm).createSession().next("What is there?");
      assertEquals([turn.response, turn.step], ["One tea.", "order"]);
      assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["ok"]);

      assertEquals(server.requests.length, 3);
      const sent = server.requests.map(({ body }) => textsOf(vendor, body));
      for (const [index, { body }] of server.requests.entries()) {
        assertEquals(
          comparable(vendor.schemaOf(body), vendor.reworded),
          comparable(requests[index]!.schema, vendor.reworded),
          `the schema of request ${index}`,
        );
        assert(JSON.stringify(body).includes(vendor.format));
        // The next request repeats all texts but the step, which is last.
        const stable = sent[index]!.slice(0, -1);
        assertEquals((sent[index + 1] ?? sent[index]!).slice(0, stable.length), stable);
        const [role, text] = sent[index]!.at(-1)!;
        assertEquals(role === "system", vendor.lateSystem);
        assert(text.includes(index < 2 ? "Greet them" : "Take the order"), text);
      }
      assertEquals(sent[0]!.slice(0, 2), [
        ["system", "You sell coffee."],
        ["user", "What is there?"],
      ]);
    });
  }

  Deno.test(`aiSdk() reads the answers of ${name} complete and streamed alike, with their usage`, async () => {
    const output = { decision: { action: "RESPOND", response: 'Ünï "quoted" 🙂' } };
    const result = {
      output: JSON.stringify(output),
      usage: vendor.usage,
      ...(vendor.answeringModel !== undefined && { model: vendor.answeringModel }),
    };
    await eachWay(vendor, [answerOf(protocol, output)], async (ask, server, way) => {
      assertEquals(
        await ask() as unknown,
        way === "generate" ? result : { type: "result", result },
        way,
      );
      assertEquals(protocol.isStream(server.requests[0]!), way === "stream");
    });
    await using server = await chatServer([answerOf(protocol, output)]);
    const chunks = await drain(aiSdk(vendor.model(server.url, KEY)), requestOf());
    const texts = chunks.flatMap((chunk) => chunk.type === "text" ? [chunk.text] : []);
    assertEquals([texts.join(""), texts.length], [result.output, 3]);
  });

  Deno.test(`aiSdk() reports the finish reason of a failed answer of ${name}`, async () => {
    const classes: Record<Exclude<Ending, "whole">, readonly unknown[]> = {
      length: [LLMLengthError],
      // Some vendors do not distinguish them.
      refusal: [LLMRefusalError, LLMContentFilterError],
      filter: [LLMContentFilterError, LLMRefusalError],
    };
    for (const [ending, expected] of Object.entries(classes)) {
      if (vendor.noEndings?.includes(ending as Ending)) continue;
      const said = ending === "length" ? '{"deci' : "I cannot help with that.";
      const reply = answerOf(protocol, said, ending as Ending);
      await eachWay(vendor, [reply], async (ask, _, way) => {
        const error = await assertRejects(ask, LLMError);
        assert(expected.includes(error.constructor), `${way}, ${ending}: ${error.name}`);
        assertEquals(error.usage, vendor.usage);
        if (error instanceof LLMRefusalError) assert(error.message.includes(said));
      });
    }
  });

  Deno.test(`aiSdk() reports the status and the retry delay of the server of ${name}`, async () => {
    for (const [status, isRetryable] of [[429, true], [500, true], [400, false]] as const) {
      const reply = errorOf(protocol, status, "Not now", { "retry-after": "2" });
      await eachWay(vendor, [reply], async (ask, server) => {
        const error = await assertRejects(ask, LLMHttpError);
        assertEquals(
          [error.status, error.isRetryable, error.retryAfter],
          [status, isRetryable, 2000],
        );
        assert(error.message.endsWith(`status ${status}: Not now`), error.message);
        // The adapter does not retry.
        assertEquals(server.requests.length, 1);
        const shown = Deno.inspect(error, { depth: 20 });
        assert(!shown.includes(KEY) && !shown.includes("You sell coffee"), shown);
      });
    }
  });

  Deno.test(`aiSdk() rejects an incomplete answer of ${name}`, async () => {
    await using server = await chatServer([
      plain("{ not JSON"),
      brokenStream(protocol, "cut"),
      brokenStream(protocol, "whole"),
    ]);
    const llm = aiSdk(vendor.model(server.url, KEY));
    const malformed = await assertRejects(() => llm.decide(requestOf()), LLMError, "JSON");
    assertEquals([malformed.constructor, malformed.isRetryable], [LLMError, true]);
    const cut = await assertRejects(() => drain(llm), LLMConnectionError);
    assertEquals(cut.isRetryable, true);
    const unfinished = await assertRejects(() => drain(llm), LLMConnectionError);
    assertEquals(unfinished.isRetryable, true);
  });

  Deno.test(`aiSdk() reports that the server of ${name} cannot be reached`, async () => {
    const gone = await chatServer();
    await gone[Symbol.asyncDispose]();
    const llm = aiSdk(vendor.model(gone.url, KEY));
    for (const ask of [() => llm.decide(requestOf()), () => drain(llm)]) {
      const error = await assertRejects(ask, LLMConnectionError);
      assertEquals(error.isRetryable, true);
    }
  });

  Deno.test(`aiSdk() cancels the request to ${name} when its stream is closed early`, async () => {
    await using server = await chatServer([brokenStream(protocol, "never")]);
    const llm = aiSdk(vendor.model(server.url, KEY));
    for await (const chunk of llm.stream!(requestOf({ messages: CONVERSATION }))) {
      assertEquals(chunk, { type: "text", text: BEGUN });
      break;
    }
    await server.requests[0]!.abandoned;
  });
}
