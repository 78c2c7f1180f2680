import {
  ANSWERING_MODEL,
  COST,
  type Ending,
  piecesOf,
  type WireProtocol,
} from "./wire_protocol.ts";

const USAGE = {
  prompt_tokens: COST.input,
  completion_tokens: COST.output,
  total_tokens: COST.input + COST.output,
  prompt_tokens_details: { cached_tokens: COST.cachedInput },
  completion_tokens_details: { reasoning_tokens: COST.reasoning },
};

const FINISH: Readonly<Record<Ending, string>> = {
  whole: "stop",
  length: "length",
  refusal: "stop",
  filter: "content_filter",
};

const HEAD = { id: "chat-1", created: 1_700_000_000, model: ANSWERING_MODEL };

/** Chat Completions, with the usage in the last chunk that has a choice, as Mistral sends it. */
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

/** Mistral's, whose errors are not within a member of their own. */
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
