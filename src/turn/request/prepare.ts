/**
 * Preparing the next request: its decision schema and its last message.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import { type DecisionSchema, findSchema } from "../../decision/decision_schema.ts";
import { buildShape, type Step } from "../../graph/graph.ts";
import { buildOffer } from "../../graph/guard.ts";
import type { Example } from "../../graph/step.ts";
import type { OnWork } from "../../graph/work.ts";
import type { RespondOnlyReason } from "../../history/position.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import type { Message } from "../../llm/llm.ts";
import { type ChoiceOptions, type Embedding, ExampleChooser } from "../../prompt/examples.ts";
import { isVisible } from "../../prompt/render_event.ts";
import { buildStepMessage, writeTexts } from "../../prompt/step_message.ts";
import type { Prompt, Transcript } from "../../prompt/transcript.ts";
import { setBounded } from "../../schema/schema_cache.ts";
import type { LiveSession } from "../live_session.ts";
import { DecisionRequest } from "./decision_request.ts";
import { recordEmbedding } from "./embedded.ts";
import { Prompts } from "./prompts.ts";

/** Parts of a request for the next decision. */
export interface Prepared {
  readonly step: Step;
  readonly schema: DecisionSchema;
  /** Last message. */
  readonly message: Message;
}

/**
 * Calls the guards of the current step, and returns the decision schema and the last
 * message of the next request. Returns a promise only if the input must be embedded.
 *
 * @param turn Turn that sends the request, and whose observers see the work. Default: none.
 */
export function prepareNext(
  session: LiveSession,
  turn?: RunningTurn,
  respondOnly: RespondOnlyReason | undefined = session.log.position.respondOnly?.reason,
): Prepared | Promise<Prepared> {
  const { step } = session;
  const onWork = turn && session.observers?.onWork;
  if (!ExampleChooser.dependsOnInput(step)) return prepare(session, step, respondOnly, "", onWork);
  const onEmbedding = (embedding: Embedding) => recordEmbedding(session, embedding);
  return chooseExamples(session, step, { signal: turn?.signal, onWork, onEmbedding })
    .then((exampleIndexes) => prepare(session, step, respondOnly, exampleIndexes, onWork));
}

/** Builds the request, and records its prompt as the last one of the session. */
export function issueRequest(
  session: LiveSession,
  prepared: Prepared,
  signal?: AbortSignal,
): DecisionRequest {
  const prompts = Prompts.of(session);
  const prompt = buildPrompt(prompts.transcript, prepared);
  prompts.record(prompt);
  return buildRequest(session, prepared, prompt, signal);
}

/** Builds the prompt of a request. */
export function buildPrompt(transcript: Transcript, { message, schema }: Prepared): Prompt {
  return transcript.buildPrompt(message, schema.legal.actions.includes("RESPOND"));
}

/** Builds the request with that prompt. */
export function buildRequest(
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
    log: session.log,
    step: step.id,
    sessionId: session.id,
    signal,
    allowsDelay: session.tracker?.allowsDelay,
    timings: session.agent.timings,
  });
}

/** Maximum number of messages kept per step, because guards and examples have many combinations. */
const MESSAGES_PER_STEP = 64;

/** Legal actions after a limit was reached. */
const RESPOND_ONLY: LegalActions = { actions: ["RESPOND"], routes: [], tools: [] };

/**
 * Finds or builds the schema and the message of an offer. `exampleIndexes` lists the
 * chosen examples; empty if none are chosen by the input.
 */
function prepare(
  session: LiveSession,
  step: Step,
  respondOnly: RespondOnlyReason | undefined,
  exampleIndexes: string,
  onWork: OnWork | undefined,
): Prepared {
  const { schemaCache } = session.agent;
  const offer = step.isGuarded ? buildOffer(step, session.guardContext, onWork) : step.wholeOffer;
  const isWhole = respondOnly === undefined;
  const key = isWhole ? offer.key : "RESPOND";
  const shape = () => buildShape(step, offer, isWhole ? undefined : RESPOND_ONLY);
  const schema = findSchema(schemaCache, step.schemas, key, shape);
  const build = () => {
    const examples = exampleIndexes === ""
      ? ExampleChooser.listAlways(step)
      : readExamples(step, exampleIndexes);
    const written = writeTexts(step, session, onWork);
    return buildStepMessage(written, offer, schema.legal, examples, respondOnly);
  };
  if (step.isDynamic) return { step, schema, message: build() };
  const messageKey = isWhole && exampleIndexes === ""
    ? key
    : `${key}|${respondOnly ?? ""}|${exampleIndexes}`;
  let message = step.messages.get(messageKey);
  if (message === undefined) {
    message = build();
    setBounded(step.messages, messageKey, message, MESSAGES_PER_STEP);
  }
  return { step, schema, message };
}

/** Returns the indexes of the examples to show. An input is embedded once, for all steps. */
async function chooseExamples(
  session: LiveSession,
  step: Step,
  options: ChoiceOptions,
): Promise<string> {
  const examples = ExampleChooser.of(session.agent.examples);
  const input = session.log.events.findLast((event) => event.type === "user" && isVisible(event));
  if (input?.type !== "user") return joinIndexes(ExampleChooser.listAlways(step), step);
  const { text, seq: at } = input;
  if (examples.comparesText) return joinIndexes(await examples.choose(step, text, options), step);
  if (session.inputEmbedding?.at !== at) {
    session.inputEmbedding = { at, vector: await examples.embed(text, options) };
  }
  return joinIndexes(await examples.choose(step, session.inputEmbedding.vector, options), step);
}

function joinIndexes(examples: readonly Example[], step: Step): string {
  return examples.map((example) => step.examples.indexOf(example)).join(",");
}

function readExamples(step: Step, exampleIndexes: string): readonly Example[] {
  return exampleIndexes.split(",").map((index) => step.examples[Number(index)]!);
}
