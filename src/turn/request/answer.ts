/**
 * The events that follow from the answer of a model.
 *
 * @module
 */
import { type RawAnswer, readCallUsage } from "../../cost/call_usage.ts";
import type { ToolCall } from "../../decision/decision.ts";
import type { DecisionReading } from "../../decision/read_decision.ts";
import type { MisuseError } from "../../errors.ts";
import { runIn } from "../../graph/work.ts";
import type { EventDraft } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import type { LLMError } from "../../llm/llm_error.ts";
import { needsApproval, showArgs } from "../call/approval.ts";
import type { ValidatedCalls } from "../call/prepare_call.ts";
import { consequences } from "../consequences.ts";
import type { LiveSession } from "../live_session.ts";
import type { DecisionRequest } from "./decision_request.ts";
import { renderOutput } from "./output_size.ts";
import type { Received } from "./received.ts";

/** Outcome of one request to a model. Nothing is committed yet. */
export interface Answer {
  /** Events to commit. */
  readonly drafts: readonly EventDraft[];
  /** Validated arguments of the calls. */
  readonly calls?: ValidatedCalls;
  /** Response to the user. */
  readonly response?: unknown;
  /** Error to throw once the events are committed. */
  readonly error?: LLMError | MisuseError;
}

/**
 * Reads an answer as a decision, and returns the events that follow from it; undefined if the turn
 * was stopped before. Returns a promise only if a schema of the author is asynchronous.
 */
export function interpretAnswer(
  session: LiveSession,
  turn: RunningTurn,
  request: DecisionRequest,
  received: Received,
): Answer | undefined | Promise<Answer | undefined> {
  const { raw } = received;
  if (raw === undefined) return undefined;
  const { view, observers, step: { llm } } = session;
  view?.correct(llm.name, view.sent, raw.usage);
  const build = (reading: DecisionReading | typeof STOPPED) =>
    reading === STOPPED || turn.isStopped
      ? undefined
      : buildAnswer(session, received, raw, reading);
  return runIn(observers?.onWork?.({ kind: "read" }), () => {
    const reading = request.validate(raw.output);
    return reading instanceof Promise ? turn.unlessStopped(reading).then(build) : build(reading);
  });
}

/** Returns the events of an answer. */
function buildAnswer(
  session: LiveSession,
  { promptChars, watch }: Received,
  raw: RawAnswer,
  reading: DecisionReading,
): Answer {
  const { agent, log: { head }, tracker, step: { id: step, llm } } = session;
  const usage = readCallUsage(raw, {
    llm: llm.name,
    cost: agent.cost,
    promptChars: tracker!.limitsTokens ? promptChars : undefined,
  });
  const details = watch === undefined ? usage : { ...usage, ...watch.record(raw.timing) };
  const unpriced = tracker!.limitUnpriced(usage?.cost);
  if (!reading.success) {
    const { path, message, attempt } = reading.problem;
    const refusal = {
      path,
      message: typeof raw.remark === "string" ? `${message} (${raw.remark})` : message,
      output: renderOutput(raw.output),
      ...(attempt && { attempt }),
    };
    return { drafts: [{ type: "error", step, ...refusal, ...details }, ...unpriced] };
  }
  const { value: decision, args, response, unwrapped } = reading;
  const asks = (call: ToolCall, index: number) =>
    needsApproval(session.step, call.tool, args[index], session)
      ? showArgs(args[index], call.args)
      : undefined;
  return {
    drafts: [
      { type: "decision", step, decision, ...(unwrapped && { unwrapped }), ...details },
      ...consequences(decision, head, session, step, asks),
      ...(decision.action === "END" ? [] : unpriced),
    ],
    calls: { decision: head, args },
    response,
  };
}
