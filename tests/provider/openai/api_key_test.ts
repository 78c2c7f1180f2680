import { ConfigError, LLMError } from "@nomos/agent";
import { openai, type OpenAIOptions } from "@nomos/agent/openai";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { completion, KEY, requestOf, thrownBy } from "./fixture.ts";

/** Returns the header `authorization` that a call sends. */
async function authorizationOf(options: Partial<OpenAIOptions>): Promise<string | null> {
  let headers = new Headers();
  const llm = openai({
    model: "m",
    fetch: (_, init) => {
      headers = init.headers as Headers;
      return Promise.resolve(completion("{}"));
    },
    ...options,
  });
  await llm.decide(requestOf());
  return headers.get("authorization");
}

/** Runs a function with an environment variable set. */
async function withVariable(name: string, value: string, run: () => Promise<void>): Promise<void> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    await run();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

Deno.test("openai() sends the key as a bearer token", async () => {
  assertEquals(await authorizationOf({ apiKey: KEY }), `Bearer ${KEY}`);
});

Deno.test("openai() calls the function apiKey for each request", async () => {
  let calls = 0;
  const llm = openai({
    model: "m",
    apiKey: () => Promise.resolve(`token-${++calls}`),
    fetch: (_, init) => {
      return Promise.resolve(completion((init.headers as Headers).get("authorization")!));
    },
  });
  assertEquals(calls, 0);
  assertEquals((await llm.decide(requestOf())).output, "Bearer token-1");
  assertEquals((await llm.decide(requestOf())).output, "Bearer token-2");
});

Deno.test("openai() reports that the function apiKey failed", async () => {
  const cause = new Error("no token");
  const fail = () => authorizationOf({ apiKey: () => Promise.reject(cause) });
  const error = await thrownBy(fail, LLMError);
  assertEquals(error.message, 'Cannot call model "openai/m": apiKey() failed: no token');
  assertEquals(error.cause, cause);
});

Deno.test("openai() rejects a key that no header can carry, and does not show it", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "received an empty string"],
    ["canary-1\n", "character 9 of 9 is a line break"],
    ["canary-1\r\nx-evil: 1", "character 9 of 19 is a line break"],
    ["canary 1", "character 7 of 8 is a space"],
    ["canary-é", "character 8 of 8 is not ASCII"],
    ["canary-\x00", "character 8 of 8 is a control character"],
  ];
  for (const [apiKey, expected] of cases) {
    const made = assertThrows(() => openai({ model: "m", apiKey }), ConfigError);
    const given = await thrownBy(() => authorizationOf({ apiKey: () => apiKey }), ConfigError);
    assertStringIncludes(made.message, "Cannot use apiKey: ");
    assertStringIncludes(given.message, "Cannot use the key returned by apiKey(): ");
    for (const { message } of [made, given]) {
      assertStringIncludes(message, expected);
      assert(!message.includes("canary"));
    }
  }
  const wrong = 5 as unknown as string;
  assertThrows(() => openai({ model: "m", apiKey: wrong }), ConfigError, "expected a string");
});

Deno.test("openai() reads the environment variable at the call, not before", async () => {
  const name = "NOMOS_TEST_KEY_OF_A_VENDOR";
  const options = { server: { apiKeyVariable: name } };
  openai({ model: "m", ...options });
  await withVariable(name, "key-1", async () => {
    assertEquals(await authorizationOf(options), "Bearer key-1");
  });
  await withVariable(name, "canary-1\n", async () => {
    const { message } = await thrownBy(() => authorizationOf(options), ConfigError);
    assertStringIncludes(message, `the key in the environment variable ${name}: expected visible`);
    assert(!message.includes("canary"));
  });
  await withVariable(name, "", async () => {
    const { message } = await thrownBy(() => authorizationOf(options), ConfigError);
    assertStringIncludes(message, "received an empty string");
  });
});

Deno.test("openai() says how to provide a missing key", async () => {
  const options = { server: { apiKeyVariable: "NOMOS_TEST_KEY_THAT_IS_ABSENT" } };
  const error = await thrownBy(() => authorizationOf(options), ConfigError);
  assertEquals(
    error.message,
    'Cannot call model "openai/m" without an API key: expected the option apiKey ' +
      "or the environment variable NOMOS_TEST_KEY_THAT_IS_ABSENT",
  );
});

Deno.test({
  name: "openai() says which permission it needs to read the key",
  permissions: { env: false },
  async fn() {
    const options = { server: { apiKeyVariable: "NOMOS_TEST_KEY" } };
    const error = await thrownBy(() => authorizationOf(options), ConfigError);
    assertStringIncludes(
      error.message,
      "NOMOS_TEST_KEY is not permitted. Run Deno with --allow-env=NOMOS_TEST_KEY",
    );
    assertEquals(await authorizationOf({ apiKey: KEY }), `Bearer ${KEY}`);
  },
});

Deno.test("openai() sends no key from the environment to an unknown server", async () => {
  await withVariable("OPENAI_API_KEY", KEY, async () => {
    for (const baseURL of ["https://llm.example/v1", "http://localhost:11434/v1"]) {
      assertEquals(await authorizationOf({ baseURL }), null);
      assertEquals(await authorizationOf({ baseURL, apiKey: "own" }), "Bearer own");
    }
  });
});

Deno.test("openai() reads no key if a header has the credentials", async () => {
  assertEquals(await authorizationOf({ headers: { Authorization: "Basic abc" } }), "Basic abc");
  const server = { apiKeyVariable: "NOMOS_TEST_KEY_THAT_IS_ABSENT" };
  assertEquals(await authorizationOf({ server, headers: { "api-key": "abc" } }), null);
});
