/**
 * What the peers of `ai` share: its mock model, and the history as its users hold it.
 *
 * @module
 */
import type { ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { historyText, REPLIES, type Reply } from "./scenario.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

/** What a model gives in one call: a text, or calls of tools. */
export type Content = Generated["content"];

/** Each call must turn it off: there is no switch for all of them. */
export const telemetry = { isEnabled: false } as const;

/** The model, which plays `REPLIES` in the form that a peer gives them. */
export function mockOf(contentOf: (reply: Reply) => Content): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    doGenerate: REPLIES.map((reply): Generated => {
      const content = contentOf(reply);
      const unified = content.some(({ type }) => type === "tool-call") ? "tool-calls" : "stop";
      return {
        content,
        finishReason: { unified, raw: unified },
        usage: {
          inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: 20, text: 20, reasoning: undefined },
        },
        warnings: [],
      };
    }),
  });
}

/** The mock finds its next reply by the number of calls that it recorded, so this starts it anew. */
export function rewind(model: MockLanguageModelV4): void {
  model.doGenerateCalls.length = 0;
}

/** A history as its owner's calls would have left it: `responseMessages` have parts, not a string. */
export function historyOf(messages: number): ModelMessage[] {
  return Array.from({ length: messages }, (_, index): ModelMessage => {
    const text = historyText(index);
    return index % 2 === 0
      ? { role: "user", content: text }
      : { role: "assistant", content: [{ type: "text", text }] };
  });
}
