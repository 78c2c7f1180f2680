import {
  ANSWERING_MODEL,
  type Ending,
  piecesOf,
  TOKENS,
  type WireProtocol,
} from "./wire_protocol.ts";

/** Tokens written to the cache. The rest of the input is neither written to the cache nor read from it. */
export const CACHE_WRITTEN = 20;

const INPUT = {
  input_tokens: TOKENS.input - TOKENS.cachedInput - CACHE_WRITTEN,
  cache_read_input_tokens: TOKENS.cachedInput,
  cache_creation_input_tokens: CACHE_WRITTEN,
};

const OUTPUT = {
  output_tokens: TOKENS.output,
  output_tokens_details: { thinking_tokens: TOKENS.reasoning },
};

const STOP: Readonly<Record<Ending, string>> = {
  whole: "end_turn",
  length: "max_tokens",
  refusal: "refusal",
  filter: "refusal",
};

const HEAD = { id: "msg_1", type: "message", role: "assistant", model: ANSWERING_MODEL };

/** Anthropic's Messages API. Source: https://platform.claude.com/docs/en/api/messages. */
export const anthropicProtocol: WireProtocol = {
  isStream: ({ body }) => body.stream === true,
  whole: (text, ending) => ({
    ...HEAD,
    content: [
      { type: "thinking", thinking: "Let me see", signature: "x" },
      { type: "text", text },
    ],
    stop_reason: STOP[ending],
    stop_sequence: null,
    usage: { ...INPUT, ...OUTPUT },
  }),
  events: (text, ending) => [
    {
      type: "message_start",
      message: { ...HEAD, content: [], stop_reason: null, usage: { ...INPUT, output_tokens: 1 } },
    },
    { type: "ping" },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    {
      type: "content_block_delta",
      index: 0,
      delta: { type: "thinking_delta", thinking: "Let me see" },
    },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
    ...piecesOf(text).map((piece) => ({
      type: "content_block_delta",
      index: 1,
      delta: { type: "text_delta", text: piece },
    })),
    { type: "content_block_stop", index: 1 },
    {
      type: "message_delta",
      delta: { stop_reason: STOP[ending], stop_sequence: null },
      usage: OUTPUT,
    },
    { type: "message_stop" },
  ],
  error: (status, message) => ({
    type: "error",
    error: { type: status === 529 ? "overloaded_error" : "api_error", message },
  }),
};

/** Creates an answer in a tool call, as older models send it. */
export function toolAnswer(output: unknown): unknown {
  return {
    ...HEAD,
    content: [{ type: "tool_use", id: "toolu_1", name: "json", input: output }],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: { ...INPUT, ...OUTPUT },
  };
}
