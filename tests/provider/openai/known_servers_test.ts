import { localGrammar, openaiStrict } from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";
import { findServer, type KnownServer } from "../../../src/provider/openai/known_servers.ts";

/** Reads the rows of servers from the table in the documentation, without its header and last row. */
async function readTable(): Promise<string[][]> {
  const source = new URL("../../../src/provider/openai/mod.ts", import.meta.url);
  const lines = (await Deno.readTextFile(source)).split("\n");
  const head = lines.findIndex((line) => line.startsWith(" * | host of `baseURL`"));
  const rows = lines.slice(head + 2);
  return rows.slice(0, rows.findIndex((line) => line.startsWith(" * | option")))
    .map((line) => line.replace(/^ \* \| | \|$/g, "").split(" | "));
}

/** Formats a server as a row of the table. */
function formatRow({ vendor, rules }: KnownServer): string[] {
  const yes = (value: boolean) => value ? "yes" : "no";
  return [
    `\`${vendor ?? "host:port"}/…\``,
    rules.apiKeyVariable === undefined ? "none" : `\`${rules.apiKeyVariable}\``,
    yes(rules.lateSystem),
    yes(rules.adjacent),
    `\`${rules.maxTokensField}\``,
    rules.includeUsage ? "requested" : "always sent",
    rules.promptCacheKey ? "sent" : "no",
  ];
}

/** Returns URLs of the hosts in the first cell of a row. */
function urlsOf(hosts: string): URL[] {
  const port = hosts.match(/^loopback, port (\d+)/)?.[1];
  if (port !== undefined) {
    return ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"].map((host) =>
      new URL(`http://${host}:${port}/v1`)
    );
  }
  const names = [...hosts.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  if (names.length === 0) {
    return ["http://localhost:8000", "http://10.0.0.1:11434", "https://x.example"]
      .map((url) => new URL(url));
  }
  return names.map((name) => new URL(`https://${name.replace("*", "anything")}/v1`));
}

Deno.test("findServer() agrees with the table in the documentation", async () => {
  const rows = await readTable();
  assertEquals(rows.length, 11);
  for (const [hosts, ...cells] of rows) {
    for (const url of urlsOf(hosts!)) {
      assertEquals(formatRow(findServer(url, "m")), cells, url.href);
    }
  }
});

Deno.test("findServer() agrees with the exceptions below the table", () => {
  const differing = ["api.groq.com", "api.mistral.ai", "openrouter.ai", "api.deepseek.com"]
    .map((host) => findServer(new URL(`https://${host}/v1`), "m"));
  assertEquals(
    differing.map(({ output, unstreamedOutputs, body, rules }) => [
      output,
      unstreamedOutputs,
      body,
      rules.seedField,
    ]),
    [
      ["json_schema", ["json_schema"], undefined, "seed"],
      ["json_schema", undefined, undefined, "random_seed"],
      ["json_schema", undefined, { provider: { require_parameters: true } }, "seed"],
      ["json_object", undefined, undefined, "seed"],
    ],
  );
});

Deno.test("findServer() has the profile of local grammars for servers on this machine or over plain http", () => {
  const profileAt = (url: string) => findServer(new URL(url), "m").schemaProfile;
  for (
    const url of [
      "http://localhost:11434/v1", // Ollama
      "http://127.0.0.1:1234/v1", // LM Studio
      "http://localhost:8000/v1", // vLLM
      "https://[::1]:8080/v1", // llama.cpp
      "http://10.0.0.1:30000/v1",
      "http://gpu-box/v1",
    ]
  ) assertEquals(profileAt(url), localGrammar, url);
  for (const url of ["https://api.openai.com/v1", "https://llm.example/v1"]) {
    assertEquals(profileAt(url), openaiStrict, url);
  }
});

Deno.test("findServer() does not match similar host names", () => {
  const names = ["api.openai.com.x.example", "xapi.openai.com", "openai.com", "localhost.x.example"]
    .map((host) => findServer(new URL(`https://${host}:11434/v1`), "m").vendor);
  assertEquals(names, [undefined, undefined, undefined, undefined]);
});

Deno.test("findServer() marks prompts only for Claude behind OpenRouter", () => {
  const marked = [
    ["https://openrouter.ai/api/v1", "anthropic/claude-sonnet-5"],
    ["https://openrouter.ai/api/v1", "anthropic/claude-haiku-5:beta"],
    ["https://openrouter.ai/api/v1", "openai/gpt-5"],
    ["https://openrouter.ai/api/v1", "other/anthropic/claude"],
    ["https://llm.example/v1", "anthropic/claude-sonnet-5"],
    ["https://api.openai.com/v1", "anthropic/claude-sonnet-5"],
  ].map(([url, model]) => findServer(new URL(url!), model!).hasCacheMarkers ?? false);
  assertEquals(marked, [true, true, false, false, false, false]);
});
