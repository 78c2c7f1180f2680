/**
 * The next request of a session, without sending it.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { JsonSchema } from "../json/json.ts";
import type { Message } from "../llm/llm.ts";
import type { LiveSession } from "../turn/live_session.ts";
import { plan } from "../turn/plan.ts";
import { buildPrompt, buildRequest, prepareNext } from "../turn/request/prepare.ts";
import { Prompts } from "../turn/request/prompts.ts";
// Most of the code of turns is loaded here. Loaded as a whole, it adds no chunk to the bundled core.
import "../session/turn_code.ts";

/** Request that would be sent to the model next. */
export interface Explanation {
  /** Messages of the request. */
  readonly messages: readonly Message[];
  /** JSON Schema of the output. */
  readonly schema: JsonSchema;
  /** Actions, routes and tools that are offered. */
  readonly legal: LegalActions;
  /** Name of the LLM. */
  readonly llm: string;
}

/**
 * Returns the request that would be sent if the session continued now. The results of open calls
 * are not included, because they are not known yet. Loads the whole log, because the prompt is
 * built from all events.
 */
export async function explainNext(session: LiveSession): Promise<Explanation> {
  await session.durability?.load();
  const { agent, log, step } = session;
  const turn = {
    from: log.head,
    ranUntil: log.head,
    last: undefined,
    stopAfter: undefined,
    limitReached: () => undefined,
  };
  const next = plan(log.position, turn, step, agent.limits);
  const draft = next.do === "commit" ? next.drafts[0] : undefined;
  const reason = draft?.type === "respond_only" ? draft.reason : undefined;
  const prepared = await prepareNext(session, undefined, reason);
  const prompt = buildPrompt(Prompts.of(session).transcript, prepared);
  const { messages, schema, legal } = buildRequest(session, prepared, prompt);
  return { messages, schema, legal, llm: step.llm.name };
}
