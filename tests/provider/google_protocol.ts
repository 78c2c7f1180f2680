import { type Ending, piecesOf, TOKENS, type WireProtocol } from "./wire_protocol.ts";

const USAGE = {
  promptTokenCount: TOKENS.input,
  cachedContentTokenCount: TOKENS.cachedInput,
  candidatesTokenCount: TOKENS.output - TOKENS.reasoning,
  thoughtsTokenCount: TOKENS.reasoning,
  totalTokenCount: TOKENS.input + TOKENS.output,
};

const FINISH: Readonly<Record<Ending, string>> = {
  whole: "STOP",
  length: "MAX_TOKENS",
  refusal: "PROHIBITED_CONTENT",
  filter: "SAFETY",
};

function chunk(parts: readonly unknown[], rest: object = {}) {
  return { candidates: [{ content: { role: "model", parts }, ...rest }], responseId: "r1" };
}

/** Google's `generateContent`. Source: https://ai.google.dev/api/generate-content. */
export const googleProtocol: WireProtocol = {
  isStream: ({ path }) => path.includes(":streamGenerateContent"),
  whole: (text, ending) => ({
    ...chunk([{ text: "Let me see", thought: true }, { text }], { finishReason: FINISH[ending] }),
    usageMetadata: USAGE,
  }),
  events: (text, ending) => [
    chunk([{ text: "Let me see", thought: true }]),
    ...piecesOf(text).map((piece) => chunk([{ text: piece }])),
    { ...chunk([{ text: "" }], { finishReason: FINISH[ending] }), usageMetadata: USAGE },
  ],
  error: (code, message) => ({ error: { code, message, status: "UNAVAILABLE" } }),
};
