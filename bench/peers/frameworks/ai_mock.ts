/**
 * The mock model of `ai`, and the history as its users hold it: shared by its peers.
 *
 * @module
 */
import type { ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { cycle, historyOf } from "./scenario.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

/** Content of a model call: a text, or a call of a tool. */
export type Content = Generated["content"][number];

/** Each call must turn it off: there is no switch for all of them. */
export const telemetry = { isEnabled: false } as const;

/** Result of a model call with this content. */
export function resultOf(content: Content): Generated {
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

/** A model that returns these replies again and again. */
export function mockOf(replies: readonly Content[]): MockLanguageModelV4 {
  const next = cycle(replies.map(resultOf));
  const mock = new MockLanguageModelV4({
    doGenerate: () => {
      // The mock would keep every call for good.
      mock.doGenerateCalls.length = 0;
      return Promise.resolve(next());
    },
  });
  return mock;
}

/** A history as its owner's calls would have left it: `responseMessages` have parts, not a string. */
export function messagesOf(count: number): ModelMessage[] {
  return historyOf<ModelMessage>(
    count,
    (content) => ({ role: "user", content }),
    (text) => ({ role: "assistant", content: [{ type: "text", text }] }),
  );
}
