import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { LLMError } from "@nomos/agent";
import { aiSdk, type AiSdkModel } from "@nomos/agent/ai-sdk";
import { LLMContentFilterError, LLMHttpError } from "@nomos/agent/llm";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { chatServer, events, plain, type Reply } from "../chat_server.ts";
import { thrownBy } from "../openai/fixture.ts";
import { SERVER_FAILURES } from "../server_failures.ts";
import { drain, requestOf } from "./fixture.ts";

const KEY = "sk-canary-0123456789";

/** Vendors whose packages take an error for an answer without content. */
const SILENT: Readonly<Record<string, (baseURL: string) => AiSdkModel>> = {
  "Google": (baseURL) => createGoogle({ baseURL, apiKey: KEY })("gemini-3"),
  "OpenAI-compatible": (baseURL) =>
    createOpenAICompatible({ name: "v", baseURL, supportsStructuredOutputs: true })("m"),
};

const MODELS: Readonly<Record<string, (baseURL: string) => AiSdkModel>> = {
  "OpenAI Chat": (baseURL) => createOpenAI({ baseURL, apiKey: KEY }).chat("m"),
  "OpenAI-compatible": (baseURL) =>
    createOpenAICompatible({ name: "v", baseURL, apiKey: KEY, supportsStructuredOutputs: true })(
      "m",
    ),
};

/** Returns the errors of a whole and of a streamed request. */
async function errorsOf(
  model: (baseURL: string) => AiSdkModel,
  whole: Reply,
  streamed: Reply,
): Promise<readonly LLMError[]> {
  await using server = await chatServer([whole, streamed]);
  const llm = aiSdk(model(server.url));
  return [
    await thrownBy(() => llm.decide(requestOf()), LLMError),
    await thrownBy(() => drain(llm), LLMError),
  ];
}

for (const [name, model] of Object.entries(MODELS)) {
  for (const { kind, body, isRetryable, reason, isLost } of SERVER_FAILURES) {
    if (isLost) continue;
    Deno.test(`aiSdk() reads a failure of status 200 from ${kind}, whole and streamed: ${name}`, async () => {
      const json = JSON.stringify(body);
      for (const error of await errorsOf(model, plain(json), events([json]))) {
        assertEquals(error.isRetryable, isRetryable, error.message);
        assertStringIncludes(error.message, reason);
      }
    });
  }

  Deno.test(`aiSdk() retries a body without JSON, unless it is a web page: ${name}`, async () => {
    const text = plain("no healthy upstream", "text/plain");
    const data = events(["no healthy upstream"]);
    for (const error of await errorsOf(model, text, data)) {
      assertEquals(error.isRetryable, true, error.message);
    }
    const page = plain("<html>Log in</html>", "text/html");
    for (const error of await errorsOf(model, page, page)) {
      assertStringIncludes(error.message, "is this the address of an API?");
      assertEquals(error.isRetryable, false);
    }
  });

  Deno.test(`aiSdk() retries an error that is only the number of a temporary status: ${name}`, async () => {
    for (const [data, isRetryable] of [["503", true], ["400", false]] as const) {
      for (const error of await errorsOf(model, plain(data), events([data]))) {
        assertEquals(error.isRetryable, isRetryable, error.message);
      }
    }
  });

  Deno.test(`aiSdk() waits as long as the headers of a stream with an error ask: ${name}`, async () => {
    const data = JSON.stringify({ error: { message: "Down", code: 503 } });
    const headers = { "content-type": "text/event-stream", "retry-after": "3" };
    const reply = () => new Response(`data: ${data}\n\n`, { headers });
    const [, error] = await errorsOf(model, reply, reply);
    assertEquals(error!.retryAfter, 3000, error!.message);
  });

  Deno.test(`aiSdk() reads a choice of Azure whose message is withheld: ${name}`, async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const body = JSON.stringify({
      choices: [{ index: 0, finish_reason: "content_filter" }],
      usage,
    });
    for (const error of await errorsOf(model, plain(body), events([body, "[DONE]"]))) {
      assertEquals(error instanceof LLMContentFilterError, true, error.message);
      assertEquals([error.usage?.input, error.usage?.output], [10, 5]);
    }
  });

  Deno.test(`aiSdk() retries an answer without a choice: ${name}`, async () => {
    const json = JSON.stringify({ choices: [] });
    for (const error of await errorsOf(model, plain(json), events([json, "[DONE]"]))) {
      assertEquals(error.isRetryable, true, error.message);
    }
  });

  Deno.test(`aiSdk() shows no key and no prompt that a failure of status 200 repeats: ${name}`, async () => {
    const bodies = [
      { error: { message: `Bad key ${KEY}`, code: 503 }, messages: ["confidential"] },
      { detail: [{ msg: `Bad key ${KEY}`, input: "confidential" }] },
      { odd: KEY, messages: ["confidential"] },
      { choices: [{ index: 0, message: { content: "{" }, finish_reason: `odd ${KEY}` }] },
    ].map((body) => JSON.stringify(body));
    bodies.push(`Cannot read ${bodies[2]}`, bodies[2]!.slice(0, -2));
    for (const body of bodies) {
      for (const error of await errorsOf(model, plain(body), events([body]))) {
        const shown = Deno.inspect(error, { depth: 20 });
        assertEquals([shown.includes(KEY), shown.includes("confidential")], [false, false], shown);
      }
    }
  });
}

for (const [name, model] of Object.entries(SILENT)) {
  Deno.test(`aiSdk() reads an error in place of content: ${name}`, async () => {
    for (const { body, status, isRetryable, reason } of SERVER_FAILURES) {
      await using server = await chatServer([plain(JSON.stringify(body))]);
      const llm = aiSdk(model(server.url));
      const error = await thrownBy(() => llm.decide(requestOf()), LLMError);
      assertEquals(error.isRetryable, isRetryable, error.message);
      assertEquals(error instanceof LLMHttpError ? error.status : undefined, status);
      assertStringIncludes(error.message, reason);
    }
  });
}
