/**
 * Model that plays a scripted conversation.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { LLM, LLMRequest } from "../../llm/llm.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { formatEntry, raw, wrapDecision } from "../../llm/mock_script.ts";
import { type ConversationScript, placeOf } from "../../profile/play/script.ts";

/** Length of streamed chunks, in characters. */
const CHUNK_LENGTH = 8;

/**
 * Returns a model that plays the decisions of a conversation. It finds its place by the messages of
 * each request: the number of inputs, and of decisions since the last one. So a session continues
 * in another process, and its fork is played like the original. Verdicts are left to the person of
 * the session. An automatic model plays a request for which the script has no legal decision.
 *
 * @param onIllegal Called with a sentence about a scripted decision that the automatic model replaces.
 */
export function playConversation(
  script: ConversationScript,
  onIllegal?: (message: string) => void,
): LLM {
  const blocks = listDecisions(script);
  const auto = MockLLM.auto();
  const play = async (request: LLMRequest) => {
    // Summaries are requested too.
    const scripted = request.legal && findDecision(blocks, request);
    if (scripted !== undefined) {
      const { reasoning, ...decision } = scripted;
      const result = await request.validate(wrapDecision(request, decision, reasoning));
      if (result.success) return scripted;
      onIllegal?.(explain(scripted, request));
    }
    return raw((await auto.decide(request)).output);
  };
  return new MockLLM([play], {
    name: "script",
    whenDone: "repeat",
    chunkLength: CHUNK_LENGTH,
    validate: false,
  });
}

/** Returns the decisions after each input; the first list precedes all inputs. */
function listDecisions(script: ConversationScript): readonly (readonly Decision[])[] {
  const blocks = script.map(({ decisions = [] }) =>
    decisions.filter((entry) => "action" in entry && entry.action !== "RAW")
  );
  return script[0]?.input === undefined ? blocks : [[], ...blocks];
}

function findDecision(
  blocks: readonly (readonly Decision[])[],
  { messages }: LLMRequest,
): Decision | undefined {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const inputs = messages.filter(({ role }) => role === "user").length;
  const made = messages.slice(last + 1).filter(({ role }) => role === "assistant").length;
  return blocks[inputs]?.[made];
}

function explain(scripted: Decision, { step, legal }: LLMRequest): string {
  return `Cannot play the script in step "${step}": ${formatEntry(scripted)} ` +
    `(${placeOf(scripted)}) is illegal: expected ${JSON.stringify(legal)}`;
}
