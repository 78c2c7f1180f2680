import {
  ANSWERING_MODEL,
  type Ending,
  piecesOf,
  TOKENS,
  type WireProtocol,
} from "./wire_protocol.ts";

const USAGE = {
  prompt_tokens: TOKENS.input,
  completion_tokens: TOKENS.output,
  total_tokens: TOKENS.input + TOKENS.output,
  prompt_tokens_details: { cached_tokens: TOKENS.cachedInput },
  completion_tokens_details: { reasoning_tokens: TOKENS.reasoning },
};

const FINISH: Readonly<Record<Ending, string>> = {
  whole: "stop",
  length: "length",
  refusal: "stop",
  filter: "content_filter",
};

const HEAD = { id: "chat-1", created: 1_700_000_000, model: ANSWERING_MODEL };

/** Chat Completions. As with Mistral, the last chunk with a choice contains the usage. */
export const chatProtocol: WireProtocol = {
  isStream: ({ body }) => body.stream === true,
  whole: (text, ending) => ({
    ...HEAD,
    object: "chat.completion",
    choices: [{
      index: 0,
      message: ending === "refusal"
        ? { role: "assistant", content: null, refusal: text }
        : { role: "assistant", content: text },
      finish_reason: FINISH[ending],
    }],
    usage: USAGE,
  }),
  events(text, ending) {
    const chunk = (delta: unknown, finish_reason: string | null = null, rest = {}) => ({
      ...HEAD,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason }],
      ...rest,
    });
    const field = ending === "refusal" ? "refusal" : "content";
    return [
      chunk({ role: "assistant", content: "" }),
      ...piecesOf(text).map((piece) => chunk({ [field]: piece })),
      chunk({}, FINISH[ending], { usage: USAGE }),
    ];
  },
  error: (_, message) => ({ error: { message, type: "server_error", param: null, code: null } }),
  lastEvent: "[DONE]",
};

/** Chat Completions of Mistral, whose errors are not inside a member `error`. */
export const mistralProtocol: WireProtocol = {
  ...chatProtocol,
  error: (_, message) => ({
    object: "error",
    message,
    type: "server_error",
    param: null,
    code: null,
  }),
};
