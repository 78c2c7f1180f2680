/**
 * Asking the model for the next decision, and the events that follow from it.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "./abort.ts";
import type { Decision } from "./decision/decision.ts";
import type { DecisionProblem } from "./decision/decision_schema.ts";
import { LLMError, MisuseError, quote, reasonOf } from "./errors.ts";
import { callKeyOf, type SessionEvent } from "./history/event.ts";
import type { LiveSession } from "./live_session.ts";
import type { DecisionRequest } from "./llm/decision_request.ts";
import type { Usage } from "./llm/llm.ts";
import { readUsage } from "./llm/usage.ts";
import { prepareNext, requestOf } from "./prepare.ts";
import { resultText } from "./tool/result_text.ts";

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
}

/**
 * Makes one request. A decision that is not legal becomes an `error` event.
 *
 * @throws {LLMError} if the model failed.
 * @throws {GuardError} if a guard failed.
 */
export async function askForDecision(
  session: LiveSession,
  signal: AbortSignal | undefined,
): Promise<Decided | typeof ABORTED> {
  const { agent, log } = session;
  const seq = log.events.length;
  let request: DecisionRequest;
  let output: unknown;
  let usage: Usage | undefined;
  try {
    const preparing = prepareNext(session, signal);
    const prepared = preparing instanceof Promise
      ? await unlessAborted(preparing, signal)
      : preparing;
    if (prepared === ABORTED) return ABORTED;
    const { step, schema, message } = prepared;
    if (schema.legal.actions.length === 0) {
      const stuck: SessionEvent = { seq, time: agent.clock(), type: "limit", reason: "stuck" };
      return outcome([stuck], true, false);
    }
    request = requestOf(session, prepared, signal);
    session.notePrompt(message);
    const answer = await unlessAborted(step.llm.decide(request), signal);
    if (answer === ABORTED) return ABORTED;
    if (typeof answer !== "object" || answer === null) throw new TypeError("it gave no result");
    output = answer.output;
    usage = readUsage(answer.usage);
  } catch (cause) {
    if (signal?.aborted) return ABORTED;
    // What is wrong with the program is told as it is, and a model may know its own error better.
    if (isOurs(cause)) throw cause;
    const reason = reasonOf(cause);
    const { id, llm } = session.step;
    throw new LLMError(
      `Cannot decide in step "${id}" of session ${quote(session.id)}: ${llm.name}: ${reason}`,
      { cause },
    );
  }

  const read = request.validate(output);
  const reading = read instanceof Promise ? await unlessAborted(read, signal) : read;
  if (reading === ABORTED) return ABORTED;
  const time = agent.clock();
  const { step } = request;
  if (!reading.success) {
    const event = errorEvent(seq, time, step, reading.problem, output, usage);
    return outcome([event], false, false);
  }
  const decision = reading.value;
  const { action } = decision;
  // Spelled out, for an object that begins as a copy is larger and slower to make.
  const events: SessionEvent[] = [
    usage === undefined
      ? { seq, time, type: "decision", step, decision }
      : { seq, time, type: "decision", step, decision, usage },
  ];
  addConsequences(events, decision, step, session.id);
  const isOver = action === "RESPOND" || action === "END";
  return outcome(events, isOver, action === "MOVE", reading.args, reading.response);
}

/** Adds what a decision does at once, beside being made: the last of the events so far. */
function addConsequences(
  events: SessionEvent[],
  decision: Decision,
  step: string,
  sessionId: string,
): void {
  const { seq, time } = events[0]!;
  switch (decision.action) {
    case "RESPOND":
      return;
    case "TOOL_CALL":
      for (const [call, { tool }] of decision.calls.entries()) {
        const callKey = callKeyOf(sessionId, seq, call);
        events.push({ seq: seq + 1 + call, time, type: "tool_started", callKey, tool });
      }
      return;
    case "MOVE":
      events.push({ seq: seq + 1, time, type: "moved", from: step, to: decision.step });
      return;
    case "END":
      events.push({ seq: seq + 1, time, type: "ended" });
      return;
    default:
      decision satisfies never;
  }
}

function errorEvent(
  seq: number,
  time: number,
  step: string,
  { path, message, attempt }: DecisionProblem,
  output: unknown,
  usage: Usage | undefined,
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
    ...(usage && { usage }),
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

function outcome(
  events: readonly SessionEvent[],
  isOver: boolean,
  isMove: boolean,
  args?: readonly unknown[],
  response?: unknown,
): Decided {
  return { events, isOver, isMove, args, response };
}

function isOurs(cause: unknown): boolean {
  try {
    return cause instanceof LLMError || cause instanceof MisuseError;
  } catch {
    return false;
  }
}
