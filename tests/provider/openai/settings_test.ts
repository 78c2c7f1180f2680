import { ConfigError, type LLM } from "@nomos/agent";
import { openaiStrict } from "@nomos/agent/llm";
import { openai, type OpenAIOptions } from "@nomos/agent/openai";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";

function messageFor(options: Partial<OpenAIOptions>): string {
  return assertThrows(() => openai({ model: "m", ...options }), ConfigError).message;
}

Deno.test("openai() rejects an empty model name", () => {
  for (const model of ["", " ", undefined as unknown as string]) {
    assertStringIncludes(messageFor({ model }), "expected a non-empty string");
  }
});

Deno.test("openai() rejects invalid options", () => {
  const cases: readonly (readonly [Partial<OpenAIOptions>, string])[] = [
    [{ name: "" }, 'Cannot call openai() with name ""'],
    [{ temperature: NaN }, "Cannot call openai() with temperature NaN: expected a number from 0"],
    [{ temperature: -1 }, "Cannot call openai() with temperature -1"],
    [{ maxTokens: 0 }, "Cannot call openai() with maxTokens 0: expected a whole number from 1"],
    [{ maxTokens: 1.5 }, "Cannot call openai() with maxTokens 1.5"],
    [{ seed: 0.5 }, "Cannot call openai() with seed 0.5: expected a whole number"],
    [{ reasoningEffort: "" }, 'Cannot call openai() with reasoningEffort ""'],
    [{ output: "xml" as "tool" }, "expected one of json_schema, tool, json_object"],
    [{ embeddingModel: "" }, 'Cannot call openai() with embeddingModel ""'],
    [
      { dimensions: 5 },
      "Cannot call openai() with dimensions 5: expected the option embeddingModel as well",
    ],
    [{ embeddingModel: "e", dimensions: 0 }, "Cannot call openai() with dimensions 0"],
    [{ fetch: "fetch" as unknown as typeof fetch }, 'Cannot call openai() with fetch "fetch"'],
    [
      { body: { at: new Date() } },
      'Cannot call openai() with this body: Cannot convert an instance of Date at "at" to JSON',
    ],
    [{ body: [] as unknown as Record<string, unknown> }, "Cannot call openai() with body a list"],
  ];
  for (const [options, expected] of cases) assertStringIncludes(messageFor(options), expected);
});

Deno.test("openai() rejects an invalid base URL", () => {
  for (const baseURL of ["", "api.openai.com/v1", "ftp://host/v1", "file:///v1"]) {
    assertStringIncludes(messageFor({ baseURL }), "expected an http or https URL");
  }
  assertStringIncludes(messageFor({ baseURL: "https://h/v1#a" }), "a URL without a fragment");
});

Deno.test("openai() rejects a base URL with credentials, and does not show them", () => {
  for (
    const baseURL of [
      "https://user@host/v1",
      "https://:canary@host/v1",
      "https://host/v1?key=canary",
      "https://host/v1?api-key=canary",
      "https://host/v1?a=1&access_token=canary",
      "https://host/v1?sig=canary",
    ]
  ) {
    const message = messageFor({ baseURL });
    assertStringIncludes(message, "expected credentials in apiKey or headers");
    assert(!message.includes("canary"));
  }
  openai({ model: "m", baseURL: "https://host/v1?api-version=preview" });
});

Deno.test("openai() sends the key of a vendor over https only", () => {
  assertStringIncludes(messageFor({ baseURL: "http://api.openai.com/v1" }), "expected https");
  openai({ model: "m", baseURL: "http://llm.example/v1" });
  openai({ model: "m", baseURL: "http://localhost:11434/v1" });
});

Deno.test("openai() rejects body fields that carry the request", () => {
  for (const field of ["model", "messages", "stream", "response_format", "tools", "tool_choice"]) {
    assertStringIncludes(
      messageFor({ body: { [field]: 1 } }),
      `Cannot call openai() with body field "${field}": expected a field other than model, messages,`,
    );
  }
});

Deno.test("openai() rejects invalid headers, and does not show their values", () => {
  for (const value of ["canary\r\nx: y", "canaryé", 5 as unknown as string]) {
    const message = messageFor({ headers: { "x-a": value } });
    assertEquals(
      message,
      'Cannot call openai() with header "x-a": expected a value of ASCII characters on one line',
    );
  }
  const message = messageFor({ headers: { "a b": "canary" } });
  assertEquals(message, 'Cannot call openai() with header "a b": expected a valid header name');
});

Deno.test("openai() rejects credentials in both header and apiKey", () => {
  assertEquals(
    messageFor({ apiKey: "key", headers: { Authorization: "Bearer other" } }),
    'Cannot call openai() with header "authorization": expected either this header or apiKey, not both',
  );
});

Deno.test("openai() is named after the vendor, or after the host", () => {
  const nameAt = (baseURL: string) => openai({ model: "m", baseURL }).name;
  assertEquals(openai({ model: "m" }).name, "openai/m");
  assertEquals(
    [
      "https://eu.api.openai.com/v1",
      "https://me.openai.azure.com/openai/v1",
      "https://me.services.ai.azure.com/openai/v1",
      "https://api.groq.com/openai/v1",
      "https://api.mistral.ai/v1",
      "https://openrouter.ai/api/v1",
      "https://api.deepseek.com",
      "https://api.x.ai/v1",
      "https://generativelanguage.googleapis.com/v1beta/openai",
      "http://localhost:11434/v1",
      "http://127.0.0.1:11434/v1",
      "http://[::1]:1234/v1",
      "http://localhost:8000/v1",
      "https://llm.example/v1",
      "https://api.openai.com.evil.example/v1",
      "https://notopenrouter.ai/v1",
    ].map(nameAt),
    [
      "openai/m",
      "azure/m",
      "azure/m",
      "groq/m",
      "mistral/m",
      "openrouter/m",
      "deepseek/m",
      "xai/m",
      "google/m",
      "ollama/m",
      "ollama/m",
      "lmstudio/m",
      "localhost:8000/m",
      "llm.example/m",
      "api.openai.com.evil.example/m",
      "notopenrouter.ai/m",
    ],
  );
  assertEquals(openai({ model: "m", name: "house/m" }).name, "house/m");
});

Deno.test("openai() has the methods that its options enable, and is frozen", () => {
  const methods = (llm: LLM) => [typeof llm.stream, typeof llm.embed];
  assertEquals(methods(openai({ model: "m" })), ["function", "undefined"]);
  assertEquals(methods(openai({ model: "m", stream: false, embeddingModel: "e" })), [
    "undefined",
    "function",
  ]);
  const groq = { model: "m", baseURL: "https://api.groq.com/openai/v1" };
  assertEquals(typeof openai(groq).stream, "undefined");
  assertEquals(typeof openai({ ...groq, stream: true }).stream, "function");
  assertEquals(typeof openai({ ...groq, output: "tool" }).stream, "function");
  const llm = openai({ model: "m" });
  assertEquals(llm.schemaProfile, openaiStrict);
  assertThrows(() => Object.assign(llm, { name: "other" }), TypeError);
});
