/**
 * Table of the simulated servers in `docs/models.md`. Its cells are what the providers sent to the
 * servers and read from them.
 *
 *     deno run --allow-all tests/provider/servers_table.ts
 *
 * writes it into the page.
 *
 * @module
 */
import type { LLM, LLMError, LLMRequest, Usage } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { runDeno } from "../../scripts/child.ts";
import { comparable, type TestedVendor, VENDORS } from "./ai_sdk/vendors.ts";
import {
  answer,
  chatServer,
  type ReceivedBody,
  type ReceivedRequest,
  type Reply,
} from "./chat_server.ts";
import { ENDINGS } from "./endings.ts";
import { answerOf, type Ending } from "./wire_protocol.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = new URL("docs/models.md", ROOT);
const BEGIN = "<!-- begin of the table by tests/provider/servers_table.ts -->";
const END = "<!-- end of the table -->";

/** Server of the Chat Completions protocol. */
interface SimulatedServer {
  readonly name: string;
  readonly baseURL: string;
  readonly model?: string;
  /** Usage in the form of the server. */
  readonly usage: unknown;
}

const COUNTS = { prompt_tokens: 100, completion_tokens: 12, total_tokens: 112 };
const DETAILED = {
  ...COUNTS,
  prompt_tokens_details: { cached_tokens: 70 },
  completion_tokens_details: { reasoning_tokens: 5 },
};
/** Reasoning is added to the total only. */
const APART = { ...DETAILED, completion_tokens: 7 };
const OPENROUTER = "https://openrouter.ai/api/v1";

const SERVERS: readonly SimulatedServer[] = [
  { name: "OpenAI", baseURL: "https://api.openai.com/v1", usage: DETAILED },
  { name: "Azure OpenAI", baseURL: "https://name.openai.azure.com/openai/v1", usage: DETAILED },
  { name: "Groq", baseURL: "https://api.groq.com/openai/v1", usage: COUNTS },
  { name: "Mistral", baseURL: "https://api.mistral.ai/v1", usage: COUNTS },
  { name: "OpenRouter", baseURL: OPENROUTER, usage: DETAILED },
  {
    name: "Claude behind OpenRouter",
    baseURL: OPENROUTER,
    model: "anthropic/claude-sonnet-5",
    usage: { ...DETAILED, prompt_tokens_details: { cached_tokens: 70, cache_write_tokens: 20 } },
  },
  {
    name: "DeepSeek",
    baseURL: "https://api.deepseek.com",
    usage: { ...COUNTS, prompt_cache_hit_tokens: 70, prompt_cache_miss_tokens: 30 },
  },
  { name: "xAI", baseURL: "https://api.x.ai/v1", usage: APART },
  {
    name: "Gemini",
    baseURL: "https://generativelanguage.googleapis.com/v1beta/openai",
    usage: APART,
  },
  { name: "Ollama", baseURL: "http://localhost:11434/v1", usage: COUNTS },
  { name: "LM Studio", baseURL: "http://localhost:1234/v1", usage: COUNTS },
  { name: "vLLM, any other", baseURL: "http://localhost:8000/v1", usage: COUNTS },
];

const REQUEST: LLMRequest = {
  messages: [
    { role: "system", content: "You sell coffee." },
    { role: "user", content: "What is there?" },
    { role: "system", content: "Current step: greet" },
  ],
  stable: 2,
  schema: {
    type: "object",
    properties: { drink: { type: "string" } },
    required: ["drink"],
    additionalProperties: false,
  },
  schemaName: "decision",
  sessionId: "s",
  validate: (value) => ({ success: true, value }),
};
const OUTPUT = '{"drink":"tea"}';

/** Returns the table, with cells that are not padded. */
export async function renderServersTable(): Promise<string> {
  const rows = [
    ["server", "schema", "profile", "prompt cache", "usage read", "endings", "simulated"],
    new Array(7).fill("---"),
    ...await Promise.all(SERVERS.map(observeServer)),
    ...await Promise.all(VENDORS.map(observeVendor)),
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Returns the part of the page between the markers, without padding. */
export async function readServersTable(): Promise<string> {
  const [, rest = ""] = (await Deno.readTextFile(PAGE)).split(BEGIN);
  return rest.split(END)[0]!.trim().replace(/ {2,}/g, " ").replace(/-{4,}/g, "---");
}

async function observeServer({ name, baseURL, model = "m", usage }: SimulatedServer) {
  const bodies: ReceivedBody[] = [];
  let reply: Reply;
  const llm = openai({
    model,
    baseURL,
    apiKey: "sk-example",
    fetch: async (_url, init) => {
      const body = JSON.parse(init.body as string) as ReceivedBody;
      bodies.push(body);
      return await reply({ body } as ReceivedRequest);
    },
  });
  /** Asks for an answer that ends with this reason. */
  const ask = (output: string, finishReason: string) => {
    reply = answer(output, { finishReason, usage });
    return askBothWays(llm);
  };
  const [result, streamed] = await ask(OUTPUT, "stop");
  const misread: string[] = [];
  for (const { reasons: list, error, acceptsWhole } of ENDINGS) {
    for (const reason of list) {
      const isWholeRead = (await ask(OUTPUT, reason)).every(isResult);
      const isCutRead = (await ask('{"drink":', reason)).every((one) =>
        isResult(one) ? error === undefined : one.constructor === error
      );
      if (isWholeRead !== acceptsWhole || !isCutRead) misread.push(reason);
    }
  }
  const ways = streamed === undefined ? "whole" : "whole and streamed";
  const { response_format: format } = bodies[0]!;
  return [
    `${name}, by \`openai()\``,
    format?.type === "json_schema"
      ? "`response_format`, strict"
      : `\`${format?.type}\`, and in the last message`,
    llm.schemaProfile!.name,
    describeCache(bodies[0]!),
    describeUsage(result),
    misread.length === 0 ? "all finish reasons" : `not ${misread.join(", ")}`,
    `its fields, ${ways}`,
  ];
}

async function observeVendor(vendor: TestedVendor) {
  const { name, model, protocol, schemaOf, format, reworded } = vendor;
  const endings = (["length", "refusal", "filter"] as const)
    .filter((ending) => !vendor.noEndings?.includes(ending));
  const ask = async (ending: Ending) => {
    const reply = answerOf(protocol, ending === "whole" ? OUTPUT : '{"drink":', ending);
    await using server = await chatServer([reply, reply]);
    const llm = aiSdk(model(server.url, "none"));
    const results = await askBothWays(llm);
    return { results, body: server.requests[0]!.body, profile: llm.schemaProfile!.name };
  };
  const { results: [result], body, profile } = await ask("whole");
  const [sent, expected] = [schemaOf(body), REQUEST.schema]
    .map((schema) => JSON.stringify(comparable(schema, reworded)));
  if (sent !== expected) throw new Error(`${name}: expected the schema ${expected}, got ${sent}`);
  const reported: string[] = [];
  for (const ending of endings) {
    if ((await ask(ending)).results.every((one) => !isResult(one))) reported.push(ending);
  }
  return [
    `${name}, by \`aiSdk()\``,
    `by its package, with \`${format}\``,
    profile,
    describeCache(body),
    describeUsage(result),
    reported.join(", "),
    "its protocol, by its package, whole and streamed",
  ];
}

type Outcome = LLMResult | LLMError;

function isResult(outcome: Outcome): outcome is LLMResult {
  return !(outcome instanceof Error);
}

/** Returns the outcome of a complete answer, and of a streamed one if the model streams. */
async function askBothWays(llm: LLM): Promise<[Outcome, ...Outcome[]]> {
  const whole = await llm.decide(REQUEST).catch((error: LLMError) => error);
  if (llm.stream === undefined) return [whole];
  const streamed = await Array.fromAsync(llm.stream(REQUEST)).then((chunks) => {
    const last = chunks.at(-1)!;
    if (last.type !== "result") throw new Error(`expected a result, got ${last.type}`);
    return last.result;
  }).catch((error: LLMError) => error);
  return [whole, streamed];
}

function describeCache(body: ReceivedBody): string {
  const text = JSON.stringify(body);
  if (body.prompt_cache_key !== undefined) return "a key per session";
  const markers = text.split('"cache_control":').length - 1;
  return markers > 0 ? "markers" : "no hint";
}

const COUNT_NAMES: Readonly<Record<keyof Usage, string>> = {
  input: "input",
  output: "output",
  cachedInput: "cached",
  cacheWriteInput: "written to the cache",
  reasoning: "reasoning",
  isEstimated: "estimated",
};

function describeUsage(outcome: Outcome): string {
  return Object.keys(outcome.usage ?? {}).map((name) => COUNT_NAMES[name as keyof Usage])
    .join(", ");
}

if (import.meta.main) {
  const page = await Deno.readTextFile(PAGE);
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest!.split(END);
  const table = await renderServersTable();
  await Deno.writeTextFile(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  await runDeno(["fmt", "--quiet", "docs/models.md"], ROOT);
}
