/**
 * Mock model and history of `ai`, shared by its two variants.
 *
 * @module
 */
import type { ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { cycle, makeHistory } from "./scenario.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

/** Content of a model's reply: a text or a tool call. */
export type Content = Generated["content"][number];

/** Turns telemetry off; `ai` has no global switch. */
export const telemetry = { isEnabled: false } as const;

/** Makes the result of a model call with this content. */
export function makeResult(content: Content): Generated {
  const unified = content.type === "tool-call" ? "tool-calls" : "stop";
  return {
    content: [content],
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 20, text: 20, reasoning: undefined },
    },
    warnings: [],
  };
}

/** Makes a model that repeats these replies. */
export function makeMock(replies: readonly Content[]): MockLanguageModelV4 {
  const next = cycle(replies.map(makeResult));
  const mock = new MockLanguageModelV4({
    doGenerate: () => {
      // The mock would keep every call.
      mock.doGenerateCalls.length = 0;
      return Promise.resolve(next());
    },
  });
  return mock;
}

/** Makes a history as `responseMessages` would have left it, with parts instead of strings. */
export function makeMessages(count: number): ModelMessage[] {
  return makeHistory<ModelMessage>(
    count,
    (content) => ({ role: "user", content }),
    (text) => ({ role: "assistant", content: [{ type: "text", text }] }),
  );
}
