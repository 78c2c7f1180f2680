import {
  ANSWERING_MODEL,
  type Ending,
  piecesOf,
  TOKENS,
  type WireProtocol,
} from "./wire_protocol.ts";

const USAGE = {
  input_tokens: TOKENS.input,
  input_tokens_details: { cached_tokens: TOKENS.cachedInput },
  output_tokens: TOKENS.output,
  output_tokens_details: { reasoning_tokens: TOKENS.reasoning },
  total_tokens: TOKENS.input + TOKENS.output,
};

const REASONS: Readonly<Partial<Record<Ending, string>>> = {
  length: "max_output_tokens",
  filter: "content_filter",
};

const HEAD = { id: "resp_1", created_at: 1_700_000_000, model: ANSWERING_MODEL };

function end(ending: Ending) {
  const reason = REASONS[ending];
  return { incomplete_details: reason === undefined ? null : { reason }, usage: USAGE };
}

/** OpenAI's Responses API. Source: https://platform.openai.com/docs/api-reference/responses. */
export const responsesProtocol: WireProtocol = {
  isStream: ({ body }) => body.stream === true,
  whole: (text, ending) => ({
    ...HEAD,
    ...end(ending),
    object: "response",
    output: [{
      type: "message",
      role: "assistant",
      id: "msg_1",
      content: [
        ending === "refusal"
          ? { type: "refusal", refusal: text }
          : { type: "output_text", text, annotations: [] },
      ],
    }],
  }),
  events(text, ending) {
    const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
    const type = ending === "refusal" ? "response.refusal.delta" : "response.output_text.delta";
    const item = { type: "message", id: "msg_1" };
    return [
      { type: "response.created", response: HEAD },
      { type: "response.output_item.added", output_index: 0, item },
      ...piecesOf(text).map((delta) => ({ type, ...place, delta })),
      ...(ending === "refusal" ? [{ type: "response.refusal.done", ...place, refusal: text }] : []),
      { type: "response.output_item.done", output_index: 0, item },
      {
        type: REASONS[ending] === undefined ? "response.completed" : "response.incomplete",
        response: end(ending),
      },
    ];
  },
  error: (_, message) => ({ error: { message, type: "server_error", param: null, code: null } }),
};
