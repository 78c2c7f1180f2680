/**
 * Preparing the next request: what is offered, its schema, and its last message.
 *
 * @module
 */
import { setBounded } from "../schema/bounded_map.ts";
import type { DecisionShape } from "../decision/build_schema.ts";
import type { DecisionSchema } from "../decision/decision_schema.ts";
import { constrain, type Constraint, constraintKey } from "../decision/legal_actions.ts";
import { findSchema } from "../schema/schema_cache.ts";
import { openaiStrict } from "../schema/schema_profile.ts";
import type { Offer, Step } from "../graph/graph.ts";
import { legalActions, offerOf } from "../graph/offer.ts";
import type { Example } from "../graph/step.ts";
import type { UserEvent } from "../history/event.ts";
import type { LiveSession } from "./live_session.ts";
import { DecisionRequest } from "./decision_request.ts";
import type { Message } from "../llm/llm.ts";
import { ExampleChooser } from "../prompt/examples.ts";
import { stepMessage } from "../prompt/step_message.ts";
import { schemaOf } from "../tool/tool.ts";

/** What a request for the next decision is made of. */
export interface Prepared {
  readonly step: Step;
  readonly schema: DecisionSchema;
  /** The last message. */
  readonly message: Message;
}

/** In a fallback the model can only answer. */
const ANSWER: Constraint = { action: "RESPOND", failures: 0 };

/** What the session would offer the model now, and how it is said. Waits only for an embedding. */
export function prepareNext(
  session: LiveSession,
  signal?: AbortSignal,
  isFallback: boolean = session.log.position.isFallback,
): Prepared | Promise<Prepared> {
  const { step } = session;
  const constraint = isFallback ? ANSWER : session.log.position.constraint;
  if (!ExampleChooser.depends(step)) return prepare(session, step, constraint, "");
  return choosePlaces(session, step, signal).then((places) =>
    prepare(session, step, constraint, places)
  );
}

/** The request that says it. */
export function requestOf(
  session: LiveSession,
  { step, schema, message }: Prepared,
  signal?: AbortSignal,
): DecisionRequest {
  const { transcript, id } = session;
  return new DecisionRequest(schema, transcript, transcript.length, message, step.id, id, signal);
}

/** What the decision schema of an offer is built from. */
export function shapeOf(step: Step, offer: Offer, constraint?: Constraint): DecisionShape {
  return {
    legal: constrain(legalActions(step, offer), constraint),
    tools: new Map(offer.tools.map((tool) => [tool.name, schemaOf(tool)])),
    answer: step.answer,
    suggestions: step.suggestions,
    reasoning: step.reasoning,
    profile: step.llm.schemaProfile ?? openaiStrict,
  };
}

/** Guards and examples can combine in very many ways; these many messages are kept per step. */
const MESSAGES_PER_STEP = 64;

/** Schema and message are found again by what is offered; `places` are those of chosen examples. */
function prepare(
  { agent, id, context }: LiveSession,
  step: Step,
  constraint: Constraint | undefined,
  places: string,
): Prepared {
  const offer = offerOf(step, context, id);
  const key = constraint === undefined && places === ""
    ? offer.key
    : `${offer.key}|${constraintKey(constraint)}`;
  const shape = () => shapeOf(step, offer, constraint);
  const schema = findSchema(agent.schemaCache, step.schemas, key, shape);
  const messageKey = places === "" ? key : `${key}|${places}`;
  let message = step.messages.get(messageKey);
  if (message === undefined) {
    const examples = places === "" ? agent.examples.always(step) : examplesAt(step, places);
    message = stepMessage(step, offer, schema.legal, examples);
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
    const { text } = events[at] as UserEvent;
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
