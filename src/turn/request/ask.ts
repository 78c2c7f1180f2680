/**
 * Requests to a model for the next decision, and the events that follow from its answer.
 *
 * @module
 */
import { computePrice, type RawAnswer, readCallUsage } from "../../cost/call_usage.ts";
import type { ToolCall } from "../../decision/decision.ts";
import { type Delta, OutputPreview } from "../../decision/output_preview.ts";
import type { DecisionReading } from "../../decision/read_decision.ts";
import { type MisuseError, quote } from "../../errors.ts";
import { runIn } from "../../graph/work.ts";
import type { EventDraft } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { isContextFull, LLMContextError } from "../../llm/llm_errors.ts";
import type { LLM, LLMChunk } from "../../llm/llm.ts";
import { OutputGuard } from "../../llm/output_guard.ts";
import { estimateUsage } from "../../llm/usage.ts";
import { needsApproval, showArgs } from "../call/approval.ts";
import type { ValidatedCalls } from "../call/calls.ts";
import { CallWatch } from "./call_watch.ts";
import { consequences } from "../consequences.ts";
import type { DecisionRequest } from "./decision_request.ts";
import { takeEmbedded } from "./embedded.ts";
import { buildNextRequest, openCompaction } from "./next_request.ts";
import { buildFailure, explainFull, readResult, type Received, toLLMError } from "./received.ts";
import type { LiveSession } from "../live_session.ts";
import { createLengthError, isTooLong, renderOutput } from "./output_size.ts";
import type { Out } from "../stream_part.ts";

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
 * Makes one request, and returns the events that follow from its answer; undefined if
 * the turn was stopped before it. Deltas are passed to `out` while they arrive. A model
 * that does not stream is a stream of one result.
 */
export async function ask(
  session: LiveSession,
  turn: RunningTurn,
  out?: Out<Delta>,
): Promise<Answer | undefined> {
  const { step: { llm }, tracker } = session;
  let next: Awaited<ReturnType<typeof buildNextRequest>>;
  try {
    const building = buildNextRequest(session, turn);
    next = building instanceof Promise ? await building : building;
  } catch (cause) {
    const drafts = takeEmbedded(session);
    if (turn.isStopped) return { drafts };
    return { drafts, error: toLLMError(session, llm, cause) };
  }
  if (next === undefined || "drafts" in next) return next;
  const { request } = next;
  const promptChars = () => session.prompts!.report!().chars;
  const watch = session.agent.timings ? new CallWatch(session, request) : undefined;
  const received: Received = { chars: 0, raw: undefined, promptChars, watch };
  try {
    const limit = await readAnswer(session, llm, request, received, turn, out);
    if (limit !== undefined) return { drafts: [limit] };
    const { raw } = received;
    if (raw !== undefined) {
      session.view?.correct(llm.name, session.view.sent, raw.usage);
      const scope = session.observers?.onWork?.({ kind: "read" });
      const reading = runIn(scope, () => readDecision(session, turn, request, raw, watch));
      const answer = reading instanceof Promise ? await reading : reading;
      if (answer !== undefined) return answer;
    }
    return { drafts: [buildFailure(session, llm, received, "ABORTED")] };
  } catch (cause) {
    if (turn.isStopped) return { drafts: [buildFailure(session, llm, received, "ABORTED")] };
    const error = toLLMError(session, llm, cause);
    const failure = buildFailure(session, llm, received, error.code, error);
    try {
      if (isContextFull(error) && (await openCompaction(session, next.prepared)).begin()) {
        return { drafts: [failure] };
      }
    } catch (mistake) {
      return { drafts: [failure], error: toLLMError(session, llm, mistake) };
    }
    if (error instanceof LLMContextError) {
      return { drafts: [failure], error: explainFull(session, error) };
    }
    const after = error instanceof LLMError ? error.retryAfter : undefined;
    const tooLate = after === undefined ? undefined : tracker!.tooLate;
    return tooLate === undefined ? { drafts: [failure], error } : { drafts: [failure, tooLate] };
  }
}

/**
 * Reads an answer to its end, one chunk at a time, into `received`, unless the turn is
 * aborted. Returns the event of a limit if one cut the answer off.
 */
async function readAnswer(
  session: LiveSession,
  llm: LLM,
  request: DecisionRequest,
  received: Received,
  turn: RunningTurn,
  out: Out<Delta> | undefined,
): Promise<EventDraft<"limit"> | undefined> {
  let preview = out && new OutputPreview();
  const { maxOutputChars } = session.agent;
  /** Length of the output that arrived, since the last restart. */
  let length = 0;
  let guard: OutputGuard | undefined;
  const limitWhile = createLimitCheck(session, llm.name);
  const chunks = openChunks(session, llm, request);
  // An iterator with a pending next() may never close, so its return() is not awaited.
  let isWaiting = false;
  try {
    while (!turn.isStopped) {
      isWaiting = true;
      const next = await turn.unlessStopped(chunks.next());
      if (next === STOPPED) break;
      isWaiting = false;
      if (next.done) {
        throw new LLMError(
          `Cannot decide in step ${quote(session.step.id)} of session ${quote(session.id)}: ` +
            `${llm.name}: its stream ended: expected a chunk of type "result" before its end`,
          { isRetryable: true },
        );
      }
      const chunk = next.value;
      if (chunk.type === "result") {
        const raw = readResult(chunk.result);
        if (isTooLong(raw.output, maxOutputChars)) {
          received.chars = Math.max(received.chars, maxOutputChars);
          throw createLengthError(session, raw.usage);
        }
        received.raw = raw;
        received.watch?.onAnswer();
        return undefined;
      }
      if (chunk.type === "restart") {
        length = 0;
        preview = out && new OutputPreview();
        guard = undefined;
        received.watch?.onRestart();
        await out?.({ type: "restart" });
        continue;
      }
      received.watch?.onText();
      received.chars += chunk.text.length;
      length += chunk.text.length;
      if (length > maxOutputChars) throw createLengthError(session);
      const limit = limitWhile?.(received.chars);
      if (limit !== undefined) return limit;
      if (preview !== undefined) {
        for (const delta of preview.push(chunk.text)) await out!(delta);
      }
      guard ??= new OutputGuard(llm.name, request);
      received.raw = guard.push(chunk.text);
      if (received.raw !== undefined) {
        received.watch?.onAnswer();
        return undefined;
      }
    }
    return undefined;
  } finally {
    const closing = chunks.return?.();
    if (isWaiting) closing?.catch(() => {});
    else if (closing !== undefined) await closing;
  }
}

/** Starts the request; each chunk is read in the scope of the observers. */
function openChunks(
  { observers }: LiveSession,
  llm: LLM,
  request: DecisionRequest,
): AsyncIterator<LLMChunk> {
  const scope = observers?.onModelCall({ llm: llm.name, request });
  const chunks = llm.stream?.(request)[Symbol.asyncIterator]();
  const next = chunks === undefined
    ? async (): Promise<IteratorResult<LLMChunk>> => {
      return { done: false, value: { type: "result", result: await llm.decide(request) } };
    }
    : () => chunks.next();
  const close = chunks?.return?.bind(chunks);
  return {
    next: () => runIn(scope, next),
    ...(close !== undefined && { return: close }),
  };
}

/**
 * Returns a function that checks the limits for an answer of `chars` characters;
 * undefined if nothing is limited.
 */
function createLimitCheck(
  { tracker, agent, prompts }: LiveSession,
  llm: string,
): ((chars: number) => EventDraft<"limit"> | undefined) | undefined {
  if (!tracker!.limitsStream) return undefined;
  let promptChars: number | undefined;
  return (chars) => {
    promptChars ??= prompts!.report!().chars;
    const usage = estimateUsage(promptChars, chars);
    return tracker!.reachedWhile(usage, computePrice(agent.cost, usage, llm));
  };
}

/** Reads an answer; undefined if the turn was stopped before. A promise only if a schema is async. */
function readDecision(
  session: LiveSession,
  turn: RunningTurn,
  request: DecisionRequest,
  raw: RawAnswer,
  watch: CallWatch | undefined,
): Answer | undefined | Promise<Answer | undefined> {
  const reading = request.validate(raw.output);
  if (reading instanceof Promise) {
    return turn.unlessStopped(reading).then((read) =>
      read === STOPPED || turn.isStopped ? undefined : buildAnswer(session, raw, read, watch)
    );
  }
  return turn.isStopped ? undefined : buildAnswer(session, raw, reading, watch);
}

/** Returns the events of an answer. */
function buildAnswer(
  session: LiveSession,
  raw: RawAnswer,
  reading: DecisionReading,
  watch: CallWatch | undefined,
): Answer {
  const { agent, log: { head }, tracker, step: { id: step, llm } } = session;
  const usage = readCallUsage(raw, {
    llm: llm.name,
    cost: agent.cost,
    promptChars: tracker!.limitsTokens ? () => session.prompts!.report!().chars : undefined,
  });
  const details = watch === undefined ? usage : { ...usage, ...watch.record(raw.timing) };
  // Without a price, a limit of cost could not hold.
  const unpriced: readonly EventDraft[] = tracker!.limitsCost && usage?.cost === undefined
    ? [{ type: "limit", reason: "cost", option: "cost" }]
    : [];
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
