import { ConfigError, type Usage } from "@nomos/agent";
import { genaiPrices, type GenaiPricesOptions } from "@nomos/agent/prices";
import { calcPrice } from "@pydantic/genai-prices";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertThrows,
} from "@std/assert";

const USAGE: Usage = { input: 1000, output: 100, cachedInput: 200, cacheWriteInput: 50 };

/** Creates a price function that takes the names of the LLM and of the model that answered. */
function prices(options?: GenaiPricesOptions) {
  const costOf = genaiPrices(options);
  return (usage: Usage, llm: string, model?: string) =>
    costOf(usage, model === undefined ? { llm } : { llm, model });
}

/** Looks up a model in the table, by the table's names. */
function lookUp(model: string, providerId: string, timestamp?: Date) {
  const usage = {
    input_tokens: 1000,
    output_tokens: 100,
    cache_read_tokens: 200,
    cache_write_tokens: 50,
  };
  const found = calcPrice(usage, model, { providerId, ...(timestamp && { timestamp }) });
  assert(found !== null, `${providerId}/${model} is not in the table`);
  return found;
}

/** Names of LLMs, with the provider and the name of the model in the table. */
const NAMES: readonly [name: string, providerId: string, model: string][] = [
  ["openai/gpt-5-mini", "openai", "gpt-5-mini"],
  ["gpt-5-mini", "openai", "gpt-5-mini"],
  ["gpt-5-mini-2025-08-07", "openai", "gpt-5-mini"],
  ["openai.chat/gpt-4o", "openai", "gpt-4o"],
  ["openai.responses/gpt-4o", "openai", "gpt-4o"],
  ["azure/gpt-4o", "azure", "gpt-4o"],
  ["azure-openai.chat/gpt-4o", "azure", "gpt-4o"],
  ["anthropic.messages/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"],
  ["claude-sonnet-4-5-20250929", "anthropic", "claude-sonnet-4-5"],
  ["vertex.anthropic.messages/claude-sonnet-4-5@20250929", "google", "claude-sonnet-4-5"],
  ["google.generative-ai/gemini-2.5-flash", "google", "gemini-2.5-flash"],
  ["google.vertex.chat/gemini-2.5-flash", "google", "gemini-2.5-flash"],
  ["mistral.chat/mistral-large-latest", "mistral", "mistral-large"],
  ["xai.responses/grok-4", "x-ai", "grok-4"],
  ["openrouter/openai/gpt-4o", "openrouter", "openai/gpt-4o"],
  [
    "amazon-bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0",
    "aws",
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
  ],
];

Deno.test("genaiPrices, finds a model by the names of LLMs and of answering models", () => {
  const priceOf = prices();
  for (const [name, providerId, model] of NAMES) {
    assertEquals(priceOf(USAGE, name), lookUp(model, providerId).total_price, name);
  }
});

Deno.test("genaiPrices, counts cached tokens once, at their own price", () => {
  const { model_price: price } = lookUp("claude-3-5-haiku-latest", "anthropic");
  const { input_mtok, cache_read_mtok, cache_write_mtok, output_mtok } = price as Record<
    string,
    number
  >;
  const byHand = 750 * input_mtok! + 200 * cache_read_mtok! + 50 * cache_write_mtok! +
    100 * output_mtok!;
  assertAlmostEquals(
    prices()(USAGE, "anthropic/claude-3-5-haiku-latest")!,
    byHand / 1e6,
    1e-12,
  );
});

Deno.test("genaiPrices, prices cached tokens as input if the vendor has no price for them", () => {
  const priceOf = prices();
  const { model_price } = lookUp("mistral-large-latest", "mistral");
  assertEquals([model_price.cache_read_mtok, model_price.cache_write_mtok], [undefined, undefined]);
  assertAlmostEquals(
    priceOf(USAGE, "mistral/mistral-large-latest")!,
    priceOf({ input: 1000, output: 100 }, "mistral/mistral-large-latest")!,
    1e-12,
  );
});

Deno.test("genaiPrices, includes surcharges for long prompts", () => {
  const price = (input: number) =>
    prices()({ input, output: 0 }, "anthropic/claude-sonnet-4-5")! / input;
  assertAlmostEquals(price(1_000), price(200_000), 1e-12);
  assertGreater(price(200_001), price(200_000) * 1.5);
});

Deno.test("genaiPrices, uses the prices at the time of the clock", () => {
  const day = Date.UTC(2025, 2, 1, 12);
  const night = Date.UTC(2025, 2, 1, 20);
  const at = (time: number) => prices({ clock: () => time })(USAGE, "deepseek/deepseek-chat");
  for (const time of [day, night]) {
    const { total_price } = lookUp("deepseek-chat", "deepseek", new Date(time));
    assertEquals(at(time), total_price);
  }
  assertNotEquals(at(day), at(night));
});

Deno.test("genaiPrices, reads the clock anew for every call", () => {
  let time = Date.UTC(2025, 2, 1, 12);
  const priceOf = prices({ clock: () => time });
  const first = priceOf(USAGE, "deepseek/deepseek-chat");
  time += 8 * 3_600_000;
  assertNotEquals(priceOf(USAGE, "deepseek/deepseek-chat"), first);
});

Deno.test("genaiPrices, returns undefined for an invalid time", () => {
  assertEquals(prices({ clock: () => NaN })(USAGE, "deepseek/deepseek-chat"), undefined);
});

Deno.test("genaiPrices, prices reasoning tokens separately if the vendor does", () => {
  const priceOf = prices();
  const model = "perplexity/sonar-deep-research";
  const { model_price } = lookUp("sonar-deep-research", "perplexity");
  const { output_mtok, output_reasoning_mtok } = model_price as Record<string, number>;
  const usage = { input: 1000, output: 100 };
  assertAlmostEquals(
    priceOf({ ...usage, reasoning: 60 }, model)! - priceOf(usage, model)!,
    60 * (output_reasoning_mtok! - output_mtok!) / 1e6,
    1e-12,
  );
});

Deno.test("genaiPrices, returns the same price after its cache has been evicted", () => {
  const priceOf = prices();
  const first = priceOf(USAGE, "openai/gpt-5-mini");
  for (let version = 0; version < 300; version++) {
    assertEquals(priceOf(USAGE, "openai/gpt-5", `gpt-99-${version}`), undefined);
  }
  assertEquals(priceOf(USAGE, "openai/gpt-5-mini"), first);
  assertEquals(priceOf({ input: 0, output: 0 }, "openai/gpt-5-mini"), 0);
});

Deno.test("genaiPrices, returns undefined if the model is not certain", () => {
  const priceOf = prices();
  for (
    const name of [
      "mock",
      "",
      "gpt-99",
      "openai/gpt-99",
      "house/gpt-4o",
      "my-openai-proxy/gpt-4o",
      "not-anthropic/claude-sonnet-4-5",
      "my-gpt-4o",
      "constructor",
      "__proto__/gpt-4o",
    ]
  ) assertEquals(priceOf(USAGE, name), undefined, name);
});

Deno.test("genaiPrices, returns undefined if the table has no price for the tokens used", () => {
  const priceOf = prices();
  const model = "openai/text-embedding-3-small";
  assertGreater(priceOf({ input: 1000, output: 0 }, model)!, 0);
  assertEquals(priceOf({ input: 1000, output: 1 }, model), undefined);
});

Deno.test("genaiPrices, returns undefined for an inconsistent usage", () => {
  const priceOf = prices({ overrides: { own: { input: 1, output: 1 } } });
  const impossible: readonly Usage[] = [
    {},
    { input: 10 },
    { output: 10 },
    { input: -1, output: 10 },
    { input: 10, output: NaN },
    { input: Infinity, output: 10 },
    { input: 0.5, output: 10 },
    { input: 1e18, output: 10 },
    { input: 10, output: 10, cachedInput: -1 },
    { input: 10, output: 10, cachedInput: 11 },
    { input: 10, output: 10, cachedInput: 6, cacheWriteInput: 5 },
    { input: 10, output: 10, reasoning: 11 },
  ];
  for (const usage of impossible) {
    for (const model of ["own", "openai/gpt-5-mini"]) {
      assertEquals(priceOf(usage, model), undefined, JSON.stringify(usage));
    }
  }
});

Deno.test("genaiPrices, returns 0 for a call that used no tokens", () => {
  assertEquals(prices()({ input: 0, output: 0 }, "openai/gpt-5-mini"), 0);
});

Deno.test("genaiPrices, with a provider, uses its prices for models of any vendor", () => {
  const priceOf = prices({ provider: "openrouter" });
  const expected = lookUp("openai/gpt-4o", "openrouter").total_price;
  for (const name of ["openai/gpt-4o", "openrouter/openai/gpt-4o"]) {
    assertEquals(priceOf(USAGE, name), expected, name);
  }
  assertEquals(
    prices({ provider: "Azure" })(USAGE, "gpt-4o-2024-08-06"),
    lookUp("gpt-4o", "azure").total_price,
  );
  assertEquals(
    prices({ provider: "openai" })(USAGE, "openai/gpt-4o"),
    lookUp("gpt-4o", "openai").total_price,
  );
  assertEquals(prices({ provider: "anthropic" })(USAGE, "gpt-4o"), undefined);
});

Deno.test("genaiPrices, prices the model that answered, at the requested vendor", () => {
  const priceOf = prices();
  const cases: readonly [llm: string, model: string, providerId: string, id: string][] = [
    ["openai/gpt-5", "gpt-5-mini-2025-08-07", "openai", "gpt-5-mini"],
    ["azure/my-deployment", "gpt-4o-2024-08-06", "azure", "gpt-4o"],
    ["openrouter/openai/gpt-4o", "openai/gpt-4o", "openrouter", "openai/gpt-4o"],
    ["openai/gpt-5", "anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"],
    ["my-llm", "gpt-5-mini", "openai", "gpt-5-mini"],
    ["my-llm", "anthropic.messages/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"],
  ];
  for (const [llm, model, providerId, id] of cases) {
    assertEquals(
      priceOf(USAGE, llm, model),
      lookUp(id, providerId).total_price,
      `${llm} ${model}`,
    );
  }
  const unknown: readonly [llm: string, model: string][] = [
    ["house/gpt-4o", "gpt-4o"],
    ["house/gpt-4o", "openai/gpt-4o"],
    ["openai/gpt-5", "gpt-99"],
    ["together/deepseek-ai/DeepSeek-V99", "deepseek/deepseek-chat"],
    ["my-llm", "house/gpt-4o"],
  ];
  for (const [llm, model] of unknown) {
    assertEquals(priceOf(USAGE, llm, model), undefined, `${llm} ${model}`);
  }
});

Deno.test("genaiPrices, applies an override for the LLM if the answering model is a version of it", () => {
  const own = { input: 1, output: 0 };
  const priceOf = prices({ overrides: { "openai/gpt-5-mini": own, "house/model": own } });
  assertAlmostEquals(priceOf(USAGE, "openai/gpt-5-mini", "gpt-5-mini-2025-08-07")!, 0.001, 1e-15);
  assertAlmostEquals(priceOf(USAGE, "house/model", "v3")!, 0.001, 1e-15);
  // Another model answered, and the table has its price.
  assertEquals(
    priceOf(USAGE, "openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"),
    lookUp("claude-sonnet-4-5", "anthropic").total_price,
  );
});

Deno.test("genaiPrices, applies an override for the answering model, whatever LLM was requested", () => {
  const priceOf = prices({
    overrides: {
      "gpt-5-mini-2025-08-07": { input: 1, output: 0 },
      "openai/gpt-5-mini": { input: 9, output: 9 },
    },
  });
  assertAlmostEquals(priceOf(USAGE, "openai/gpt-5-mini", "gpt-5-mini-2025-08-07")!, 0.001, 1e-15);
});

Deno.test("genaiPrices, prefers overrides to the table", () => {
  const priceOf = prices({
    overrides: {
      "house/model": { input: 2, output: 8, cachedInput: 0.5, cacheWriteInput: 4 },
      "openai/gpt-5-mini": { input: 1, output: 0 },
    },
  });
  // 750 × 2 + 200 × 0.5 + 50 × 4 + 100 × 8
  assertAlmostEquals(priceOf(USAGE, "house/model")!, 0.002_6, 1e-15);
  assertAlmostEquals(priceOf(USAGE, "openai/gpt-5-mini")!, 0.001, 1e-15);
  assertEquals(priceOf(USAGE, "gpt-5-mini"), lookUp("gpt-5-mini", "openai").total_price);
  assertEquals(priceOf(USAGE, "toString"), undefined);
});

Deno.test("genaiPrices, copies the overrides", () => {
  const own = { input: 1, output: 1 };
  const priceOf = prices({ overrides: { own } });
  own.input = 1000;
  assertAlmostEquals(priceOf({ input: 1000, output: 0 }, "own")!, 0.001, 1e-15);
});

Deno.test("genaiPrices, rejects a provider that is not in the table", () => {
  assertThrows(
    () => genaiPrices({ provider: "house" }),
    ConfigError,
    'Cannot price the models of provider "house": it is not in the price table: expected a ' +
      'provider of genai-prices, for example "openai" or "openrouter"; pass overrides',
  );
  for (const provider of ["", 5 as unknown as string]) {
    assertThrows(() => genaiPrices({ provider }), ConfigError, "provider");
  }
});

Deno.test("genaiPrices, rejects an invalid price", () => {
  for (const input of [-1, NaN, Infinity, "1" as never, undefined as never]) {
    assertThrows(
      () => genaiPrices({ overrides: { own: { input, output: 1 } } }),
      ConfigError,
      'Cannot use the price "input" of model "own"',
    );
  }
  for (const name of ["output", "cachedInput", "cacheWriteInput"]) {
    assertThrows(
      () => genaiPrices({ overrides: { own: { input: 1, output: 1, [name]: -0.5 } } }),
      ConfigError,
      `Cannot use the price "${name}" of model "own": it is -0.5: ` +
        "expected US dollars per million tokens, a finite number from 0",
    );
  }
});

Deno.test("genaiPrices, works in a process without permissions", async () => {
  const program = `
    import { genaiPrices } from "@nomos/agent/prices";
    console.log(genaiPrices()({ input: 1000, output: 100 }, { llm: "openai/gpt-5-mini" }) > 0);
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
  }).output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr)], ["true\n", ""]);
});
