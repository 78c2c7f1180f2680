/**
 * What would be sent to the model next, without sending it.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { JsonSchema } from "../json/json.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Message } from "../llm/llm.ts";
import { plan } from "../turn/plan.ts";
import { Prompts } from "../turn/prompts.ts";
import { prepareNext, promptOf, requestOf } from "../turn/prepare.ts";

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
 * Returns the request that would be made if the session went on now. While calls are
 * open, as those that wait for approval, it is the one that would be made without
 * them: their results, which are not known yet, come before its last messages.
 */
export async function explainNext(session: LiveSession): Promise<Explanation> {
  const { agent, log, step } = session;
  const turn = {
    from: log.head,
    last: undefined,
    stopAfter: undefined,
    limitReached: () => undefined,
  };
  const next = plan(log.position, turn, step, agent.limits);
  const draft = next.do === "commit" ? next.drafts[0] : undefined;
  const reason = draft?.type === "respond_only" ? draft.reason : undefined;
  const prepared = await prepareNext(session, undefined, reason);
  const prompt = promptOf(Prompts.of(session).transcript, prepared);
  const { messages, schema, legal } = requestOf(session, prepared, prompt);
  return { messages, schema, legal, llm: step.llm.name };
}
