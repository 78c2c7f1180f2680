/**
 * Preparing the next request: what is offered, its schema, and its last message.
 *
 * @module
 */
import { setBounded } from "../schema/schema_cache.ts";
import { type DecisionSchema, findSchema } from "../decision/decision_schema.ts";
import type { LegalActions } from "../decision/decision.ts";
import type { Step } from "../graph/graph.ts";
import { offerOf, shapeOf } from "../graph/offer.ts";
import type { Example } from "../graph/step.ts";
import type { SessionEvent } from "../history/event.ts";
import type { RespondOnlyReason } from "../history/position.ts";
import type { LiveSession } from "./live_session.ts";
import { DecisionRequest } from "./decision_request.ts";
import { Prompts } from "./prompts.ts";
import type { Message } from "../llm/llm.ts";
import { ExampleChooser } from "../prompt/examples.ts";
import { stepMessage } from "../prompt/step_message.ts";
import type { Prompt, Transcript } from "../prompt/transcript.ts";

/** Parts of a request for the next decision. */
export interface Prepared {
  readonly step: Step;
  readonly schema: DecisionSchema;
  /** Last message. */
  readonly message: Message;
}

/**
 * Returns what the session would offer the model now, and its last message. Waits
 * only for an embedding.
 */
export function prepareNext(
  session: LiveSession,
  signal?: AbortSignal,
  respondOnly: RespondOnlyReason | undefined = session.log.position.respondOnly?.reason,
): Prepared | Promise<Prepared> {
  const { step } = session;
  if (!ExampleChooser.depends(step)) return prepare(session, step, respondOnly, "");
  return choosePlaces(session, step, signal)
    .then((places) => prepare(session, step, respondOnly, places));
}

/** Returns the request of what was prepared, and records its prompt. */
export function requestFor(
  session: LiveSession,
  prepared: Prepared,
  signal?: AbortSignal,
): DecisionRequest {
  const prompts = Prompts.of(session);
  const prompt = promptOf(prompts.transcript, prepared);
  prompts.record(prompt);
  return requestOf(session, prepared, prompt, signal);
}

/** Returns the prompt of what was prepared. */
export function promptOf(transcript: Transcript, { message, schema }: Prepared): Prompt {
  return transcript.prompt(message, schema.legal.actions.includes("RESPOND"));
}

/** Returns the request of a prompt. */
export function requestOf(
  session: LiveSession,
  { step, schema }: Prepared,
  prompt: Prompt,
  signal?: AbortSignal,
): DecisionRequest {
  const { transcript } = Prompts.of(session);
  return new DecisionRequest({
    schema,
    transcript,
    prompt,
    step: step.id,
    sessionId: session.id,
    signal,
  });
}

/** Guards and examples can combine in very many ways; these many messages are kept per step. */
const MESSAGES_PER_STEP = 64;

/** Legal actions once a limit was reached. */
const RESPOND_ONLY: LegalActions = { actions: ["RESPOND"], routes: [], tools: [] };

/** Schema and message are found again by what is offered; `places` are those of chosen examples. */
function prepare(
  { agent, id, context }: LiveSession,
  step: Step,
  respondOnly: RespondOnlyReason | undefined,
  places: string,
): Prepared {
  const offer = offerOf(step, context, id);
  const isWhole = respondOnly === undefined;
  const key = isWhole ? offer.key : "RESPOND";
  const shape = () => shapeOf(step, offer, isWhole ? undefined : RESPOND_ONLY);
  const schema = findSchema(agent.schemaCache, step.schemas, key, shape);
  const messageKey = isWhole && places === "" ? key : `${key}|${respondOnly ?? ""}|${places}`;
  let message = step.messages.get(messageKey);
  if (message === undefined) {
    const examples = places === "" ? agent.examples.always(step) : examplesAt(step, places);
    message = stepMessage(step, offer, schema.legal, examples, respondOnly);
    setBounded(step.messages, messageKey, message, MESSAGES_PER_STEP);
  }
  return { step, schema, message };
}

/** The places of the examples to show now. An input is embedded once, whatever steps it passes. */
async function choosePlaces(
  session: LiveSession,
  step: Step,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { events } = session.log;
  const { examples } = session.agent;
  const at = events.findLastIndex(({ type }) => type === "user");
  if (at < 0) return placesOf(examples.always(step), step);
  if (session.query?.at !== at) {
    const { text } = events[at] as SessionEvent<"user">;
    session.query = { at, vector: await examples.embed(text, signal) };
  }
  return placesOf(await examples.choose(step, session.query.vector), step);
}

function placesOf(examples: readonly Example[], step: Step): string {
  return examples.map((example) => step.examples.indexOf(example)).join(",");
}

function examplesAt(step: Step, places: string): readonly Example[] {
  return places.split(",").map((place) => step.examples[Number(place)]!);
}
