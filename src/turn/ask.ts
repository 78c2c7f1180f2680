/**
 * Asking the model for the next decision, and the events that follow from it.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../abort.ts";
import { addHashes, needsApproval } from "./approval.ts";
import type { Decision } from "../decision/decision.ts";
import type { DecisionProblem, DecisionReading } from "../decision/decision_schema.ts";
import { quote, reasonOf } from "../errors.ts";
import { isOwnError, LLMError } from "../llm/llm_error.ts";
import { callKeyOf, type SessionEvent } from "../history/event.ts";
import type { LiveSession } from "./live_session.ts";
import type { DecisionRequest } from "./decision_request.ts";
import type { LLM, LLMResult } from "../llm/llm.ts";
import { readUsage } from "../llm/usage.ts";
import { type Prepared, prepareNext, requestOf } from "./prepare.ts";
import { type Answer, priceOf, type Receipt, receiptOf } from "../cost/receipt.ts";
import { resultText } from "../tool/result_text.ts";

/** What one request to the model led to. Nothing of it is committed yet. */
export interface Decided {
  /** The events that follow. */
  readonly events: readonly SessionEvent[];
  /** Whether they end the turn. */
  readonly isOver: boolean;
  /** Whether the session moves. */
  readonly isMove: boolean;
  /** The validated arguments of the calls, in order. */
  readonly args: readonly unknown[] | undefined;
  /** What was said to the user. */
  readonly response: unknown;
  /** What is to be thrown once the events are committed. */
  readonly error: LLMError | undefined;
}

/** A request that is to be made of a model. */
export interface Asked {
  readonly llm: LLM;
  readonly request: DecisionRequest;
}

/**
 * Makes one request and waits for the whole answer. A decision that is not legal
 * becomes an `error` event.
 *
 * @throws {LLMError} if the model failed.
 * @throws {GuardError} if a guard failed.
 */
export async function askForDecision(
  session: LiveSession,
  signal: AbortSignal | undefined,
): Promise<Decided | typeof ABORTED> {
  let asked: Asked | Decided | typeof ABORTED;
  let answer: LLMResult | typeof ABORTED;
  try {
    const asking = ask(session, signal);
    asked = asking instanceof Promise ? await asking : asking;
    if (asked === ABORTED || "events" in asked) return asked;
    const { llm, request } = asked;
    const scope = session.watch?.modelCall({ llm: llm.name, request });
    const deciding = scope === undefined ? llm.decide(request) : scope(() => llm.decide(request));
    answer = await unlessAborted(deciding, signal);
    if (answer === ABORTED) return ABORTED;
  } catch (cause) {
    return failed(session, cause, signal);
  }
  return conclude(session, asked, answer, signal);
}

/** The next request; or what is already decided without one. Waits only for an embedding. */
export function ask(
  session: LiveSession,
  signal: AbortSignal | undefined,
): Asked | Decided | Promise<Asked | Decided | typeof ABORTED> {
  const preparing = prepareNext(session, signal);
  if (!(preparing instanceof Promise)) return askedFor(session, preparing, signal);
  return unlessAborted(preparing, signal).then((prepared) =>
    prepared === ABORTED ? ABORTED : askedFor(session, prepared, signal)
  );
}

function askedFor(
  session: LiveSession,
  prepared: Prepared,
  signal: AbortSignal | undefined,
): Asked | Decided {
  const { step, schema, message } = prepared;
  if (schema.legal.actions.length === 0) {
    const { agent, log } = session;
    const seq = log.events.length;
    return outcome([{ seq, time: agent.clock(), type: "limit", reason: "stuck" }], true);
  }
  const request = requestOf(session, prepared, signal);
  session.notePrompt(message);
  return { llm: step.llm, request };
}

/**
 * What becomes of a failure: nothing once the turn is aborted; an event first,
 * if it cost something; else it is thrown.
 */
export function failed(
  session: LiveSession,
  cause: unknown,
  signal: AbortSignal | undefined,
): Decided | typeof ABORTED {
  if (signal?.aborted) return ABORTED;
  const { id: step, llm } = session.step;
  if (!isOwnError(cause)) {
    const reason = reasonOf(cause);
    throw new LLMError(
      `Cannot decide in step "${step}" of session ${quote(session.id)}: ${llm.name}: ${reason}`,
      { cause },
    );
  }
  const usage = cause instanceof LLMError ? readUsage(cause.usage) : undefined;
  if (usage === undefined) throw cause;
  const { agent, log } = session;
  const { code } = cause as LLMError;
  const cost = priceOf(agent, usage, llm.name);
  const event: SessionEvent = {
    seq: log.events.length,
    time: agent.clock(),
    type: "model_failed",
    step,
    code,
    usage,
    ...(cost !== undefined && { cost }),
  };
  return outcome([event], false, { error: cause as LLMError });
}

/** The events that follow from an answer. */
export function conclude(
  session: LiveSession,
  asked: Asked,
  answer: LLMResult,
  signal: AbortSignal | undefined,
): Decided | typeof ABORTED | Promise<Decided | typeof ABORTED> {
  let given: Answer;
  try {
    // A model may be written by anybody: it is read once.
    if (typeof answer !== "object" || answer === null) throw new TypeError("it gave no result");
    given = { output: answer.output, usage: answer.usage, model: answer.model };
  } catch (cause) {
    return failed(session, cause, signal);
  }
  const reading = asked.request.validate(given.output);
  if (!(reading instanceof Promise)) return decidedBy(session, asked, given, reading);
  return unlessAborted(reading, signal).then((read) =>
    read === ABORTED ? ABORTED : decidedBy(session, asked, given, read)
  );
}

function decidedBy(
  session: LiveSession,
  { llm, request: { step } }: Asked,
  answer: Answer,
  read: DecisionReading,
): Decided | Promise<Decided> {
  const { output, usage, model } = answer;
  const isFree = usage === undefined && model === undefined && session.account === undefined;
  const receipt = isFree ? undefined : receiptOf(session, llm.name, answer);
  const seq = session.log.events.length;
  const time = session.agent.clock();
  if (!read.success) {
    return outcome([errorEvent(seq, time, step, read.problem, output, receipt)], false);
  }
  const decision = read.value;
  const { action } = decision;
  // Spelled out, for an object that begins as a copy is larger and slower to make.
  const events: SessionEvent[] = [
    receipt === undefined
      ? { seq, time, type: "decision", step, decision }
      : { seq, time, type: "decision", step, decision, ...receipt },
  ];
  const { args, response } = read;
  const requests = addConsequences(events, session, step, decision, args);
  const isOver = action === "RESPOND" || action === "END";
  const decided: Decided = {
    events,
    isOver,
    isMove: action === "MOVE",
    args,
    response,
    error: undefined,
  };
  return requests === undefined ? decided : requests.then(() => decided);
}

/**
 * Adds what a decision does at once, beside being made: the last of the events
 * so far. A promise only where a person is to be asked.
 */
function addConsequences(
  events: SessionEvent[],
  session: LiveSession,
  step: string,
  decision: Decision,
  args: readonly unknown[],
): Promise<void> | undefined {
  const { seq, time } = events[0]!;
  switch (decision.action) {
    case "RESPOND":
      return undefined;
    case "TOOL_CALL": {
      const { asksForApproval } = session.step;
      let isAsking = false;
      for (const [call, { tool, args: given }] of decision.calls.entries()) {
        const callKey = callKeyOf(session.id, seq, call);
        const at = seq + 1 + call;
        if (!asksForApproval || !needsApproval(session, tool, args[call])) {
          events.push({ seq: at, time, type: "tool_started", callKey, call, tool });
          continue;
        }
        isAsking = true;
        const type = "approval_requested";
        const reason = "approval";
        events.push({ seq: at, time, type, callKey, call, tool, args: given, reason, hash: "" });
      }
      return isAsking ? addHashes(events) : undefined;
    }
    case "MOVE":
      events.push({ seq: seq + 1, time, type: "moved", from: step, to: decision.step });
      return undefined;
    case "END":
      events.push({ seq: seq + 1, time, type: "ended" });
      return undefined;
    default:
      return decision satisfies never;
  }
}

function errorEvent(
  seq: number,
  time: number,
  step: string,
  { path, message, attempt }: DecisionProblem,
  output: unknown,
  receipt: Receipt | undefined,
): SessionEvent {
  return {
    seq,
    time,
    type: "error",
    step,
    path,
    message,
    output: outputText(output),
    ...(attempt && { attempt }),
    ...receipt,
  };
}

/** How much of a refused output the log keeps, in characters. */
const MAX_OUTPUT = 2000;

/** A refused output as text, whatever it is. */
function outputText(output: unknown): string {
  try {
    return resultText(output, MAX_OUTPUT);
  } catch {
    return `a value that is not JSON (${typeof output})`;
  }
}

/** An outcome that is no decision. */
export function outcome(
  events: readonly SessionEvent[],
  isOver: boolean,
  { error }: { readonly error?: LLMError } = {},
): Decided {
  return { events, isOver, isMove: false, args: undefined, response: undefined, error };
}
