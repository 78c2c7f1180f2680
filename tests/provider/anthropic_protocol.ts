import {
  ANSWERING_MODEL,
  COST,
  type Ending,
  piecesOf,
  type WireProtocol,
} from "./wire_protocol.ts";

/** Tokens that were written to the cache; the others that did not come from it were neither. */
export const CACHE_WRITTEN = 20;

const INPUT = {
  input_tokens: COST.input - COST.cachedInput - CACHE_WRITTEN,
  cache_read_input_tokens: COST.cachedInput,
  cache_creation_input_tokens: CACHE_WRITTEN,
};

const OUTPUT = {
  output_tokens: COST.output,
  output_tokens_details: { thinking_tokens: COST.reasoning },
};

const STOP: Readonly<Record<Ending, string>> = {
  whole: "end_turn",
  length: "max_tokens",
  refusal: "refusal",
  filter: "refusal",
};

const HEAD = { id: "msg_1", type: "message", role: "assistant", model: ANSWERING_MODEL };

/** Anthropic's Messages. Source: https://platform.claude.com/docs/en/api/messages. */
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

/** An answer by the call of a tool, as older models give it. */
export function toolAnswer(output: unknown): unknown {
  return {
    ...HEAD,
    content: [{ type: "tool_use", id: "toolu_1", name: "json", input: output }],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: { ...INPUT, ...OUTPUT },
  };
}
