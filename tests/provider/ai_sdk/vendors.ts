import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { JsonSchema, Usage } from "@nomos/agent";
import type { AiSdkModel } from "@nomos/agent/ai-sdk";
import { anthropicProtocol, CACHE_WRITTEN } from "../anthropic_protocol.ts";
import { chatProtocol, mistralProtocol } from "../chat_protocol.ts";
import type { ReceivedBody } from "../chat_server.ts";
import { googleProtocol } from "../google_protocol.ts";
import { responsesProtocol } from "../responses_protocol.ts";
import { ANSWERING_MODEL, type Ending, TOKENS, type WireProtocol } from "../wire_protocol.ts";

/** A vendor's package, and a server of its protocol. */
export interface TestedVendor {
  readonly name: string;
  /** Creates a model of the vendor's package. */
  model(url: string, apiKey: string): AiSdkModel;
  readonly protocol: WireProtocol;
  /** Returns the schema in a request. */
  schemaOf(body: ReceivedBody): unknown;
  /** JSON that a request contains beside the schema, such as the flag for strict mode. */
  readonly format: string;
  /** Lists the messages of a request, as role and texts. */
  messagesOf(body: ReceivedBody): [role: string, ...texts: string[]][];
  /** Schema keywords that the package rewrites. */
  readonly reworded?: readonly string[];
  /** Ends of an answer that the package cannot report. */
  readonly noEndings?: readonly Ending[];
  /** True if the step is a system message, false if it is the end of a user message. */
  readonly lateSystem: boolean;
  /** Expected usage of every answer. */
  readonly usage: Usage;
  /** Expected name of the model that answered. */
  readonly answeringModel: string | undefined;
}

type Field = Readonly<Record<string, unknown>>;

const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)?.[key], value);

/** Returns the texts of content: a string or a list of parts. */
function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return (content as Field[]).map(({ text }) => text as string);
}

function chatMessages({ messages }: ReceivedBody): [string, ...string[]][] {
  return messages!.map(({ role, content }) => [role, ...textsOf(content)]);
}

const chatSchema = (body: ReceivedBody) => at(body, "response_format", "json_schema", "schema");

/** Vendors that must pass the tests of the adapter. */
export const VENDORS: readonly TestedVendor[] = [
  {
    name: "OpenAI Chat",
    model: (baseURL, apiKey) => createOpenAI({ baseURL, apiKey }).chat("gpt-4.1-mini"),
    protocol: chatProtocol,
    schemaOf: chatSchema,
    format: '"strict":true',
    messagesOf: chatMessages,
    lateSystem: true,
    usage: TOKENS,
    answeringModel: ANSWERING_MODEL,
  },
  {
    name: "OpenAI Responses",
    model: (baseURL, apiKey) => createOpenAI({ baseURL, apiKey })("gpt-4.1-mini"),
    protocol: responsesProtocol,
    schemaOf: (body) => at(body, "text", "format", "schema"),
    format: '"strict":true',
    messagesOf: ({ input }) =>
      (input as unknown as Field[])
        .map(({ role, content }) => [role as string, ...textsOf(content)]),
    lateSystem: true,
    usage: TOKENS,
    answeringModel: ANSWERING_MODEL,
  },
  {
    name: "Anthropic",
    model: (baseURL, apiKey) => createAnthropic({ baseURL, apiKey })("claude-sonnet-4-5"),
    protocol: anthropicProtocol,
    schemaOf: (body) => at(body, "output_config", "format", "schema"),
    format: '"type":"json_schema"',
    reworded: ["minItems", "maxItems", "description"],
    messagesOf: (body) => [
      ["system", ...textsOf(body.system)],
      ...chatMessages(body),
    ],
    lateSystem: false,
    usage: { ...TOKENS, cacheWriteInput: CACHE_WRITTEN },
    answeringModel: ANSWERING_MODEL,
  },
  {
    name: "Google",
    model: (baseURL, apiKey) => createGoogle({ baseURL, apiKey })("gemini-2.5-flash"),
    protocol: googleProtocol,
    schemaOf: (body) => at(body, "generationConfig", "responseJsonSchema"),
    format: '"responseMimeType":"application/json"',
    messagesOf: (body) => [
      ["system", ...textsOf(at(body, "systemInstruction", "parts"))],
      ...(body.contents as Field[]).map(({ role, parts }): [string, ...string[]] => [
        role === "model" ? "assistant" : role as string,
        ...textsOf(parts),
      ]),
    ],
    lateSystem: false,
    usage: TOKENS,
    answeringModel: undefined,
  },
  {
    name: "Mistral",
    model: (baseURL, apiKey) => createMistral({ baseURL, apiKey })("mistral-large-latest"),
    protocol: mistralProtocol,
    noEndings: ["refusal", "filter"],
    schemaOf: chatSchema,
    format: '"strict":false',
    messagesOf: chatMessages,
    lateSystem: false,
    usage: { input: TOKENS.input, cachedInput: TOKENS.cachedInput, output: TOKENS.output },
    answeringModel: ANSWERING_MODEL,
  },
  {
    name: "OpenAI-compatible",
    model: (baseURL, apiKey) =>
      createOpenAICompatible({
        name: "vllm",
        baseURL,
        apiKey,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })("qwen3"),
    protocol: chatProtocol,
    schemaOf: chatSchema,
    format: '"strict":true',
    messagesOf: chatMessages,
    lateSystem: false,
    usage: TOKENS,
    answeringModel: ANSWERING_MODEL,
  },
];

/** Normalizes a schema for comparison: sorts its keywords, and omits those that a package rewrites. */
export function comparable(schema: unknown, reworded: readonly string[] = []): JsonSchema {
  return JSON.parse(JSON.stringify(schema, (_, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    // Google does not support `const`: its package sends an `enum` of one value.
    const { const: constant, ...rest } = value as Record<string, unknown>;
    const entries = Object.entries(constant === undefined ? rest : { ...rest, enum: [constant] });
    return Object.fromEntries(
      entries.filter(([keyword]) => !reworded.includes(keyword))
        .toSorted(([a], [b]) => a < b ? -1 : 1),
    );
  }));
}
