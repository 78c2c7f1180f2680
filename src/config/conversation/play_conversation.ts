/**
 * Model that plays a scripted conversation.
 *
 * @module
 */
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { MockLLMError } from "../../llm/llm_error.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { formatEntry, wrapDecision } from "../../llm/mock_script.ts";
import type { ScriptedDecision, ScriptedTurn } from "./conversation.ts";

/** Length of streamed chunks, in characters. */
const CHUNK_LENGTH = 8;

/** Options of {@linkcode playConversation}. */
export interface PlayOptions {
  /**
   * If true, a request for which the script has no legal decision throws a `MockLLMError` that names
   * the place; otherwise an automatic model plays it. `@default {false}`
   */
  readonly isStrict?: boolean;
  /** Called with a sentence about a scripted decision that an automatic model replaces. */
  readonly onIllegal?: (message: string) => void;
}

/**
 * Returns a model that plays a conversation. It finds its place by the messages of each request: the
 * number of inputs, and of decisions since the last one. So a session goes on in another process,
 * and its fork is played like the original.
 */
export function playConversation(
  turns: readonly ScriptedTurn[],
  { isStrict = false, onIllegal }: PlayOptions = {},
): LLM {
  const blocks = turns[0]?.input === undefined ? turns : [{ decisions: [] }, ...turns];
  const auto = MockLLM.auto();
  const decide = async (request: LLMRequest): Promise<LLMResult> => {
    // Summaries are requested too.
    if (request.legal === undefined) return await auto.decide(request);
    const scripted = findDecision(blocks, request);
    if (scripted !== undefined) {
      const { reasoning, ...decision } = scripted.decision;
      const output = wrapDecision(request, decision, reasoning);
      const result = await request.validate(output);
      if (result.success) return { output };
    }
    const message = explain(scripted, request);
    if (isStrict) throw new MockLLMError(message);
    if (scripted !== undefined) onIllegal?.(message);
    return await auto.decide(request);
  };
  return {
    name: "script",
    decide,
    stream: (request) => streamResult(() => decide(request)),
    embed: (texts) => auto.embed(texts),
  };
}

function findDecision(
  blocks: readonly ScriptedTurn[],
  { messages }: LLMRequest,
): ScriptedDecision | undefined {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const inputs = messages.filter(({ role }) => role === "user").length;
  const made = messages.slice(last + 1).filter(({ role }) => role === "assistant").length;
  return blocks[inputs]?.decisions[made];
}

function explain(
  scripted: ScriptedDecision | undefined,
  { step, legal }: LLMRequest,
): string {
  const problem = scripted === undefined
    ? "there is no further decision after this input"
    : `${formatEntry(scripted.decision)} (${scripted.place}) is illegal`;
  return `Cannot play the script in step "${step}": ${problem}: expected ${JSON.stringify(legal)}`;
}

async function* streamResult(
  decide: () => Promise<LLMResult>,
): AsyncGenerator<LLMChunk, void, void> {
  const result = await decide();
  const { output } = result;
  const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
  for (let at = 0; at < text.length; at += CHUNK_LENGTH) {
    yield { type: "text", text: text.slice(at, at + CHUNK_LENGTH) };
  }
  yield { type: "result", result };
}
