import type { LLM, LLMRequest, Message } from "@nomos/agent";
import type { LLMChunk } from "@nomos/agent/llm";
import type { AiSdkCallOptions, AiSdkModel, AiSdkVersion } from "@nomos/agent/ai-sdk";

/** Messages of a session's second decision, with a tool result. */
export const CONVERSATION: readonly Message[] = [
  { role: "system", content: "You sell coffee." },
  { role: "user", content: "What is there?" },
  { role: "assistant", content: '{"decision":{}}' },
  { role: "tool", content: "Result of get_menu:\ntea", callId: "s/1/0" },
  { role: "system", content: "Current step: greet" },
];

/** Creates a request for a decision. By default, all messages but the last are stable. */
export function requestOf(rest: Partial<LLMRequest> = {}): LLMRequest {
  const { messages = CONVERSATION } = rest;
  return {
    messages,
    stable: messages.length - 1,
    schema: { type: "object", properties: {}, required: [], additionalProperties: false },
    schemaName: "decision",
    step: "greet",
    sessionId: "s",
    validate: (value) => ({ success: true, value }),
    ...rest,
  };
}

/** Answers of a {@linkcode StandInModel}. Not typed, because packages may return anything. */
export interface StandIn {
  readonly version?: AiSdkVersion;
  readonly provider?: string;
  readonly modelId?: string;
  readonly generate?: (options: AiSdkCallOptions) => unknown;
  readonly parts?: (options: AiSdkCallOptions) => ReadableStream | Promise<ReadableStream>;
}

/** Model with the shape of an AI SDK model, and a record of its calls. */
export interface StandInModel extends AiSdkModel {
  readonly calls: AiSdkCallOptions[];
}

/** Creates a scripted model that records its calls. */
export function standIn(
  { version = "v4", provider = "house", modelId = "small", generate, parts }: StandIn = {},
): StandInModel {
  const calls: AiSdkCallOptions[] = [];
  return {
    specificationVersion: version,
    provider,
    modelId,
    calls,
    async doGenerate(options) {
      calls.push(options);
      return await (generate?.(options) ?? generated("{}")) as never;
    },
    ...(parts !== undefined && {
      async doStream(options: AiSdkCallOptions) {
        calls.push(options);
        return { stream: await parts(options) };
      },
    }),
  };
}

/** Creates a complete answer of v3 and v4. */
export function generated(
  text: string,
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    content: [{ type: "text", text }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: { inputTokens: { total: 80 }, outputTokens: { total: 12 } },
    warnings: [],
    ...rest,
  };
}

/** Creates the parts of a stream of v3 and v4, with one part for each text. */
export function partsOf(texts: readonly string[], finish: Record<string, unknown> = {}): unknown[] {
  const { finishReason, usage } = generated("");
  return [
    { type: "stream-start", warnings: [] },
    { type: "response-metadata", modelId: "small-2026" },
    { type: "text-start", id: "0" },
    ...texts.map((delta) => ({ type: "text-delta", id: "0", delta })),
    { type: "text-end", id: "0" },
    { type: "finish", finishReason, usage, ...finish },
  ];
}

/** Reads all chunks of a model's stream. */
export function drain(llm: LLM, request: LLMRequest = requestOf()): Promise<LLMChunk[]> {
  return Array.fromAsync(llm.stream!(request));
}
