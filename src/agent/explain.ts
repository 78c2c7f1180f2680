/**
 * What would be sent to the model next, without sending it.
 *
 * @module
 */
import type { LegalActions } from "../decision/legal_actions.ts";
import { nextStage } from "../turn/next_stage.ts";
import type { JsonSchema } from "../json/json.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Message } from "../llm/llm.ts";
import { prepareNext, requestOf } from "../turn/prepare.ts";
import { renderFallback } from "../prompt/render_event.ts";

/** Exactly what would be sent to the model next. */
export interface Explanation {
  /** The messages. */
  readonly messages: readonly Message[];
  /** The schema of the output. */
  readonly schema: JsonSchema;
  /** What is legal. */
  readonly legal: LegalActions;
  /** The model that would be asked. */
  readonly llm: string;
}

/**
 * The request that would be made if the session went on now. While calls are
 * open, as those that wait for approval, it is the one that would be made without
 * them: what is not known yet, the results of all calls of that decision, comes
 * before its last message, and may lead to a fallback.
 */
export async function explainNext(session: LiveSession): Promise<Explanation> {
  const { agent, log, step } = session;
  const stage = nextStage(log.position, agent.limits, step.auto);
  const isFallback = stage.kind === "fallback";
  const prepared = await prepareNext(session, undefined, isFallback);
  const { messages, schema, legal } = requestOf(session, prepared);
  return {
    messages: isFallback ? messages.toSpliced(-1, 0, renderFallback(stage.reason)) : messages,
    schema,
    legal,
    llm: step.llm.name,
  };
}
