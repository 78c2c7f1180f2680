/**
 * The inside of a session: its log, its messages, and the lock of its turns.
 *
 * @module
 */
import type { AgentCore } from "./agent_core.ts";
import type { DecisionShape } from "./decision/build_schema.ts";
import type { DecisionSchema } from "./decision/decision_schema.ts";
import { constrain, type Constraint, constraintKey } from "./decision/legal_actions.ts";
import { findSchema } from "./decision/schema_cache.ts";
import { openaiStrict } from "./decision/schema_profile.ts";
import { ConfigError, SessionBusyError, SessionEndedError, SessionWaitingError } from "./errors.ts";
import type { Step } from "./graph/graph.ts";
import { legalActions, type Offer, offerOf } from "./graph/offer.ts";
import type { Example } from "./graph/step.ts";
import type { UserEvent } from "./history/event.ts";
import type { Log } from "./history/log.ts";
import type { SessionStatus } from "./history/position.ts";
import type { Message } from "./llm/llm.ts";
import { ExampleChooser } from "./prompt/examples.ts";
import { stepMessage } from "./prompt/step_message.ts";
import { type PromptReport, type Shown, Transcript } from "./prompt/transcript.ts";
import { schemaOf } from "./tool/tool.ts";

/** What a request for the next decision is made of. */
export interface Prepared {
  readonly step: Step;
  readonly schema: DecisionSchema;
  /** The last message. */
  readonly message: Message;
}

/** A session while it lives in this process. */
export class LiveSession {
  #isBusy = false;
  /** The length of the log when the last turn began: if nothing came of it, it was interrupted. */
  #begunAt: number;
  /** Whether the turn has made a request. */
  #hasAsked = false;
  #transcript: Transcript | undefined;
  #rendered = 0;
  /** The last request, and the one before it. */
  #shown: Shown | undefined;
  #shownBefore: Shown | undefined;
  /** The last input as a vector, by its place in the log. */
  #query: { readonly at: number; readonly vector: readonly number[] } | undefined;

  constructor(
    readonly agent: AgentCore,
    readonly id: string,
    readonly context: unknown,
    readonly log: Log,
    isInterrupted = false,
  ) {
    this.#begunAt = isInterrupted ? log.events.length : -1;
  }

  /** The current step. */
  get step(): Step {
    return this.agent.graph.steps.get(this.log.position.step)!;
  }

  /** Where the session stands, a running turn aside. */
  get restingStatus(): Exclude<SessionStatus, "running"> {
    const { events, position: { status } } = this.log;
    return status !== "ended" && this.#begunAt === events.length ? "interrupted" : status;
  }

  /** Where the session stands. */
  get status(): SessionStatus {
    return this.#isBusy ? "running" : this.restingStatus;
  }

  /** Takes the lock of a turn, or says why there can be no turn. */
  begin(input: unknown, isResume: boolean): void {
    if (input !== undefined && typeof input !== "string") {
      const given = input === null ? "null" : `a ${typeof input}`;
      throw new ConfigError(`Cannot take ${given} as input: expected text`);
    }
    if (this.#isBusy) {
      throw new SessionBusyError(
        `Cannot begin a turn of session ${this.#name}: it is running: expected the turn before to end`,
      );
    }
    if (this.restingStatus === "ended") {
      throw new SessionEndedError(
        `Cannot begin a turn of session ${this.#name}: it has ended: expected a new session`,
      );
    }
    if (isResume && this.restingStatus === "waiting") {
      throw new SessionWaitingError(
        `Cannot resume session ${this.#name}: it waits for input: expected next() with input`,
      );
    }
    this.#isBusy = true;
    this.#begunAt = this.log.events.length;
    this.#hasAsked = false;
  }

  get #name(): string {
    return JSON.stringify(this.id);
  }

  /** Gives the lock back. */
  end(): void {
    this.#isBusy = false;
  }

  /** What is offered to the model next, and how it is said. Waits only for an embedding. */
  prepare(constraint: Constraint | undefined, signal?: AbortSignal): Prepared | Promise<Prepared> {
    const { step } = this;
    if (!ExampleChooser.depends(step)) return this.#prepare(step, constraint, "");
    return this.#chooseExamples(step, signal).then((keys) => this.#prepare(step, constraint, keys));
  }

  #prepare(step: Step, constraint: Constraint | undefined, examples: string): Prepared {
    const offer = offerOf(step, { context: this.context, sessionId: this.id, step: step.id });
    const key = constraint === undefined && examples === ""
      ? offer.key
      : `${offer.key}|${constraintKey(constraint)}`;
    const shape = () => shapeOf(step, offer, constraint);
    const schema = findSchema(this.agent.schemaCache, step.schemas, key, shape);
    const messageKey = examples === "" ? key : `${key}|${examples}`;
    let message = step.messages.get(messageKey);
    if (message === undefined) {
      const shown = examples === ""
        ? this.agent.examples.always(step)
        : examples.split(",").map((index) => step.examples[Number(index)]!);
      message = stepMessage(step, offer, schema.legal, shown);
      if (step.messages.size >= MESSAGES_PER_STEP) {
        step.messages.delete(step.messages.keys().next().value!);
      }
      step.messages.set(messageKey, message);
    }
    return { step, schema, message };
  }

  /** The places of the examples to show now. An input is embedded once, whatever steps it passes. */
  async #chooseExamples(step: Step, signal?: AbortSignal): Promise<string> {
    const { events } = this.log;
    const { examples } = this.agent;
    const at = events.findLastIndex(({ type }) => type === "user");
    if (at < 0) return placesOf(examples.always(step), step);
    if (this.#query?.at !== at) {
      const { text } = events[at] as UserEvent;
      this.#query = { at, vector: await examples.embed(text, signal) };
    }
    return placesOf(await examples.choose(step, this.#query.vector), step);
  }

  /** The session's messages, up to date with its log. */
  get transcript(): Transcript {
    const transcript = this.#transcript ??= this.#newTranscript();
    const { events } = this.log;
    while (this.#rendered < events.length) transcript.add(events[this.#rendered++]!);
    return transcript;
  }

  #newTranscript(): Transcript {
    const { standing, graph } = this.agent;
    return new Transcript(standing, (step) => graph.steps.get(step)?.reasoning ?? true);
  }

  /** Notes that a request is made now. */
  notePrompt(last: Message): void {
    this.#shownBefore = this.#shown;
    this.#shown = { length: this.transcript.length, last };
    this.#hasAsked = true;
  }

  /** What reports about the last request of this turn; undefined if there was none. */
  get prompt(): (() => PromptReport) | undefined {
    const [shown, before, { transcript }] = [this.#shown, this.#shownBefore, this];
    return this.#hasAsked ? () => transcript.report(shown!, before) : undefined;
  }
}

function placesOf(examples: readonly Example[], step: Step): string {
  return examples.map((example) => step.examples.indexOf(example)).join(",");
}

/** Guards and examples can combine in very many ways; these many messages are kept per step. */
const MESSAGES_PER_STEP = 64;

/** What the decision schema of an offer is built from. */
export function shapeOf(
  step: Step,
  offer: Offer,
  constraint?: Constraint,
): DecisionShape {
  return {
    legal: constrain(legalActions(step, offer), constraint),
    tools: new Map(offer.tools.map((tool) => [tool.name, schemaOf(tool)])),
    answer: step.answer,
    suggestions: step.suggestions,
    reasoning: step.reasoning,
    profile: step.llm.schemaProfile ?? openaiStrict,
  };
}
