import { decide, LLMError, MockLLM } from "@nomos/agent";
import {
  ConfigFileError,
  type ConfigProblem,
  loadAgent,
  type LoadOptions,
} from "@nomos/agent/config";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fixture, loadText, withLines } from "./fixtures.ts";

/** Request that a stubbed server received. */
interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Loads a text, plays a turn on servers that answer it, and returns the requests. */
async function playWith(text: string, options: LoadOptions, inputs = ["Hi"]): Promise<Sent[]> {
  const original = globalThis.fetch;
  const sent: Sent[] = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = await request.json();
    sent.push({ url: request.url, headers: request.headers, body });
    return answer(request.url, body);
  };
  try {
    const session = (await loadText(text, options)).createSession();
    for (const input of inputs) await session.next(input);
  } finally {
    globalThis.fetch = original;
  }
  return sent;
}

/** Answers like the vendors do. */
function answer(url: string, body: Record<string, unknown>): Response {
  const output = { reasoning: ["x"], decision: { action: "RESPOND", response: "Hello" } };
  const content = JSON.stringify(output);
  if (url.endsWith("/embeddings")) {
    const texts = body.input as string[];
    const data = texts.map((text, index) => ({
      index,
      embedding: [/pay|bill/.test(text) ? 1 : 0, /menu|drinks/.test(text) ? 1 : 0, 0.1],
    }));
    return Response.json({ data });
  }
  if (url.includes("anthropic")) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const events = [
      { type: "message_start", message: { id: "m", model: "m", role: "assistant", usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: content } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
      { type: "message_stop" },
    ];
    const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    return new Response(text.join(""), { headers: { "content-type": "text/event-stream" } });
  }
  if (body.stream !== true) {
    return Response.json({ choices: [{ message: { content }, finish_reason: "stop" }] });
  }
  const chunk = { choices: [{ delta: { content }, finish_reason: "stop" }] };
  return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

/** Provider, its variables, and the URL and the key of its requests. */
const VENDORS: readonly (readonly [string, Record<string, string>, url: string, key: string])[] = [
  ["openai", { OPENAI_API_KEY: "k1" }, "https://api.openai.com/v1/chat/completions", "k1"],
  [
    "azure",
    { AZURE_OPENAI_API_KEY: "k2", AZURE_OPENAI_ENDPOINT: "https://x.openai.azure.com/" },
    "https://x.openai.azure.com/openai/v1/chat/completions",
    "k2",
  ],
  ["mistral", { MISTRAL_API_KEY: "k3" }, "https://api.mistral.ai/v1/chat/completions", "k3"],
  [
    "google",
    { GOOGLE_API_KEY: "k4" },
    "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    "k4",
  ],
  ["google", { GEMINI_API_KEY: "k5" }, "https://generativelanguage.googleapis.com/v1beta", "k5"],
  ["groq", { GROQ_API_KEY: "k6" }, "https://api.groq.com/openai/v1/chat/completions", "k6"],
  ["cohere", { CO_API_KEY: "k7" }, "https://api.cohere.ai/compatibility/v1/chat", "k7"],
  ["huggingface", { HF_TOKEN: "k8" }, "https://router.huggingface.co/v1/chat", "k8"],
  ["ollama", {}, "http://localhost:11434/v1/chat/completions", ""],
  ["anthropic", { ANTHROPIC_API_KEY: "k9" }, "https://api.anthropic.com/v1/messages", "k9"],
];

for (const [provider, values, url, key] of VENDORS) {
  Deno.test(`loadAgent, calls ${provider} with ${Object.keys(values)[0] ?? "no key"}`, async () => {
    const [request] = await playWith(withLines(`llm: { provider: ${provider}, model: m1 }`), {
      env: (name) => values[name],
    });
    assertStringIncludes(request!.url, url);
    const { headers } = request!;
    const sentKey = headers.get("x-api-key") ??
      headers.get("authorization")?.replace("Bearer ", "") ?? headers.get("api-key") ?? "";
    assertEquals([sentKey, request!.body.model], [key, "m1"]);
  });
}

Deno.test("loadAgent, sends the settings of a model, as numbers or text, and a key from a variable", async () => {
  const text = withLines(
    "llm:",
    "  provider: openai",
    "  model: m",
    "  kwargs:",
    '    temperature: "0.2"',
    "    max_tokens: 50",
    "    seed: 7",
    "    reasoning_effort: low",
    "    base_url: ${URL}",
    "    api_key: $KEY",
  );
  const values: Record<string, string> = { URL: "https://llm.example/v1", KEY: "k" };
  const [{ url, headers, body }] = await playWith(text, { env: (name) => values[name] }) as [Sent];
  assertEquals(
    [url, headers.get("authorization")],
    ["https://llm.example/v1/chat/completions", "Bearer k"],
  );
  const { temperature, max_tokens, seed, reasoning_effort } = body;
  assertEquals([temperature, max_tokens, seed, reasoning_effort], [0.2, 50, 7, "low"]);
});

Deno.test("loadAgent, a key of the environment is not sent to another server than the vendor's", async () => {
  const text = withLines(
    "llm: { provider: openai, model: m, kwargs: { base_url: 'https://llm.example/v1' } }",
  );
  const [{ headers }] = await playWith(text, { env: () => "secret" }) as [Sent];
  assertEquals([...headers.values()].filter((value) => value.includes("secret")), []);
});

Deno.test("loadAgent, retries a model that fails, as often as the file says", async () => {
  const count = async (setting: string) => {
    const original = globalThis.fetch;
    let calls = 0;
    globalThis.fetch = () => {
      calls++;
      return Promise.resolve(new Response("{}", { status: 500, headers: { "retry-after": "0" } }));
    };
    try {
      const kwargs = `kwargs: { api_key: k${setting} }`;
      const agent = await loadText(withLines(`llm: { provider: openai, model: m, ${kwargs} }`), {});
      await assertRejects(() => agent.createSession().next("Hi"), LLMError);
    } finally {
      globalThis.fetch = original;
    }
    return calls;
  };
  assertEquals([await count(", max_retries: 0"), await count(", max_retries: 1")], [1, 2]);
});

Deno.test("loadAgent, reports settings that are invalid or not set, and warns of unknown ones", async () => {
  const text = withLines(
    "llm:",
    "  global: { provider: openai, model: m, kwargs: { temperature: warm, temprature: 1 } }",
    "  other: { provider: openai, model: m, kwargs: { api_key: $NOT_SET } }",
    "  azure: { provider: azure, model: m }",
    "  bad: { provider: openai, model: m, kwargs: { base_url: $URL } }",
  );
  const env = (name: string) => {
    if (name === "URL") return "ftp://very-secret.example";
    return name === "AZURE_OPENAI_ENDPOINT" ? "not a very-secret URL" : undefined;
  };
  const error = await assertRejects(() => loadText(text, { env }), ConfigFileError);
  assertEquals(error.problems.map(({ line, path }) => `${line} ${path}`), [
    "5 llm.global.kwargs.temperature",
    "6 llm.other.kwargs.api_key",
    "7 llm.azure",
    "8 llm.bad",
  ]);
  assertEquals(error.warnings.map(({ path, nearest }) => `${path} ~ ${nearest}`), [
    "llm.global.kwargs.temprature ~ temperature",
  ]);
  assertStringIncludes(error.message, "NOT_SET is not set");
  assertStringIncludes(error.message, "$AZURE_OPENAI_ENDPOINT/openai/v1");
  assert(!error.message.includes("very-secret"), error.message);
  assertStringIncludes(error.message, '"$URL"');
});

Deno.test("loadAgent, a model whose name is a variable that is not set is a problem", async () => {
  const text = withLines("llm: { provider: openai, model: $MODEL, embedding_model: $EMBEDDING }");
  const env = (name: string) => name === "EMBEDDING" ? "small" : undefined;
  const { problems } = await assertRejects(() => loadText(text, { env }), ConfigFileError);
  assertEquals(problems.map(({ path, message }) => `${path}: ${message}`), [
    "llm.model: the environment variable MODEL is not set",
  ]);
});

Deno.test("loadAgent, a model whose URL is not known is a problem that names the variable", async () => {
  const text = withLines("llm: { provider: azure, model: m }");
  const error = await assertRejects(
    () => loadText(text, { env: () => undefined }),
    ConfigFileError,
  );
  assertStringIncludes(error.message, "expected the environment variable AZURE_OPENAI_ENDPOINT");
});

Deno.test("loadAgent, a missing key fails the call and names the variables", async () => {
  const agent = await loadText(withLines("llm: { provider: cohere, model: m }"), {
    env: () => undefined,
  });
  const error = await assertRejects(() => agent.createSession().next("Hi"), LLMError);
  assertStringIncludes(error.message, "CO_API_KEY or COHERE_API_KEY");
});

Deno.test("loadAgent, a variable that may not be read is a problem that names the permission", async () => {
  const env = (name: string): string => {
    throw new Deno.errors.NotCapable(`Requires env access to "${name}"`);
  };
  const llm = { name: "x", decide: () => Promise.reject(new Error("unused")) };
  const error = await assertRejects(
    () => loadText(withLines("persona: $PERSONA"), { env, llm }),
    ConfigFileError,
  );
  assertStringIncludes(error.message, "--allow-env=PERSONA");
  assertEquals(error.problems.map(({ line, path }) => [line, path]), [[4, "persona"]]);
});

Deno.test("loadAgent, puts variables in the place of whole texts, and leaves those that are not set", async () => {
  const text = withLines(
    "persona: $PERSONA",
    "system_message: ${SYSTEM}",
    "llm: { provider: ollama, model: m }",
  )
    .replace("desc: A", "desc: $UNSET costs $PERSONA");
  const values: Record<string, string> = { PERSONA: "Be kind", SYSTEM: "Choose" };
  const [{ body }] = await playWith(text, { env: (name) => values[name] }) as [Sent];
  const prompt = JSON.stringify(body.messages);
  assertStringIncludes(prompt, "Choose\\n\\nBe kind");
  assertStringIncludes(prompt, "$UNSET costs $PERSONA");
});

Deno.test("loadAgent, no variable of the environment becomes part of the file by its name", async () => {
  const names: string[] = [];
  const env = (name: string) => {
    names.push(name);
    return "leaked";
  };
  const [{ body }] = await playWith(withLines("llm: { provider: ollama, model: m }"), { env }) as [
    Sent,
  ];
  assertEquals([names, JSON.stringify(body).includes("leaked")], [[], false]);
});

const EXAMPLES = `name: a
start: a
steps:
  - id: a
    desc: A
    eg:
      - { context: they want to pay the bill, decision: Call pay }
      - { context: they ask for the menu, decision: Call get_menu }
`;

Deno.test("loadAgent, the embedding model chooses the dynamic examples of a step", async () => {
  const text = `${EXAMPLES}
llm: { provider: groq, model: m, kwargs: { api_key: k } }
embedding_model: { provider: mistral, model: big, kwargs: { api_key: k2 } }
`;
  const sent = await playWith(text, {}, ["Which drinks are there?"]);
  const embeddings = sent.filter(({ url }) => url === "https://api.mistral.ai/v1/embeddings");
  assertEquals(embeddings.map(({ body }) => body.model), ["mistral-embed", "mistral-embed"]);
  const prompt = JSON.stringify(sent.find(({ url }) => url.includes("groq"))!.body.messages);
  assertEquals([prompt.includes("Call get_menu"), prompt.includes("Call pay")], [true, false]);
});

Deno.test("loadAgent, the program replaces models and the embedding model by their names", async () => {
  const text = `${EXAMPLES}
llm: { provider: groq, model: m }
embedding_model: { provider: mistral, model: big }
`;
  const embedded: string[] = [];
  const embedder = new MockLLM();
  const embedding_model = {
    name: "embedder",
    decide: () => Promise.reject(new Error("unused")),
    embed: (texts: readonly string[]) => {
      embedded.push(...texts);
      return embedder.embed(texts);
    },
  };
  const llm = new MockLLM([decide.respond("x")]);
  const agent = await loadText(text, { llm: { global: llm, embedding_model } });
  await agent.createSession().next("the bill");
  assertEquals(embedded.includes("the bill"), true);
});

Deno.test("loadAgent, a model with embeddings of its own chooses the dynamic examples", async () => {
  const text = `${EXAMPLES}\nllm: { provider: openai, model: m, kwargs: { api_key: k } }\n`;
  const sent = await playWith(text, {}, ["The bill"]);
  const [embedding] = sent.filter(({ url }) => url.endsWith("/embeddings"));
  assertEquals(embedding?.body.model, "text-embedding-3-small");
  const prompt = JSON.stringify(sent.at(-1)!.body.messages);
  assertEquals([prompt.includes("Call pay"), prompt.includes("Call get_menu")], [true, false]);
});

Deno.test("loadAgent, without embeddings the words choose the likelier of two dynamic examples", async () => {
  const text = `${EXAMPLES}\nllm: { provider: ollama, model: m }\n`;
  for (
    const [input, shown, hidden] of [
      ["What is on your menu today?", "Call get_menu", "Call pay"],
      ["I would like to PAY, please", "Call pay", "Call get_menu"],
    ] as const
  ) {
    const warnings: string[] = [];
    const onConfigWarning = ({ path, line }: ConfigProblem) => warnings.push(`${line} ${path}`);
    const [{ body }] = await playWith(text, { onConfigWarning }, [input]) as [Sent];
    assertEquals(warnings, ["6 steps.a.eg"]);
    const prompt = JSON.stringify(body.messages);
    assertEquals([prompt.includes(shown), prompt.includes(hidden)], [true, false]);
  }
});

Deno.test("Agent.explain, shows the dynamic examples that an input chose", async () => {
  const llm = { name: "plain", decide: () => Promise.reject(new Error("unused")) };
  const agent = await loadText(EXAMPLES, { llm });
  const session = agent.createSession();
  await session.next("Show me the menus", { signal: AbortSignal.abort() });
  const { messages } = await agent.explain(session);
  assertStringIncludes(messages.at(-1)!.content, "- they ask for the menu -> Call get_menu");
  assert(!messages.at(-1)!.content.includes("pay"));
  const other = agent.createSession();
  await other.next("What will the weather be?", { signal: AbortSignal.abort() });
  assert(!(await agent.explain(other)).messages.at(-1)!.content.includes("Examples:"));
});

Deno.test("loadAgent, max_examples and threshold limit the examples of a file", async () => {
  const text =
    `${EXAMPLES}      - { context: the menu of the bill, decision: Always, visibility: always }
max_examples: 2
llm: { provider: ollama, model: m }
`;
  const options = { onConfigWarning: () => {} };
  const [{ body }] = await playWith(text, options, ["pay the menu bill"]) as [Sent];
  const prompt = JSON.stringify(body.messages);
  assertEquals([
    prompt.includes("Always"),
    prompt.includes("Call pay"),
    prompt.includes("get_menu"),
  ], [
    true,
    true,
    false,
  ]);
});

Deno.test("loadAgent, creates no model that the program replaces", async () => {
  const llm = { name: "mine", decide: () => Promise.reject(new Error("unused")) };
  await loadAgent(fixture("agent.yaml"), {
    llm,
    env: () => assert(false, "the environment is read") as never,
  });
});
