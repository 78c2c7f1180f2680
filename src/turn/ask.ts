/**
 * Requests to a model for the next decision, and the events that follow from its answer.
 *
 * @module
 */
import { computePrice, countChars, type RawAnswer, readCallUsage } from "../cost/call_usage.ts";
import type { ToolCall } from "../decision/decision.ts";
import { type Delta, OutputPreview } from "../decision/output_preview.ts";
import type { DecisionReading } from "../decision/read_decision.ts";
import { type MisuseError, quote, reasonOf } from "../errors.ts";
import type { EventDraft } from "../history/event.ts";
import { type RunningTurn, STOPPED } from "../history/running_turn.ts";
import { isLLMOrMisuseError, LLMError } from "../llm/llm_error.ts";
import { LLMHttpError } from "../llm/llm_errors.ts";
import type { LLM, LLMChunk, LLMResult } from "../llm/llm.ts";
import { OutputGuard } from "../llm/output_guard.ts";
import { estimateUsage, readUsage } from "../llm/usage.ts";
import { needsApproval, showArgs } from "./approval.ts";
import type { ValidatedCalls } from "./calls.ts";
import { consequences } from "./consequences.ts";
import type { DecisionRequest } from "./decision_request.ts";
import type { LiveSession } from "./live_session.ts";
import { createLengthError, isTooLong, renderOutput } from "./output_size.ts";
import { issueRequest, prepareNext } from "./prepare.ts";
import type { Out } from "./stream_part.ts";

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
 *
 * @throws {LLMError} if an embedding model failed.
 * @throws {GuardError} if a guard failed.
 */
export async function ask(
  session: LiveSession,
  turn: RunningTurn,
  out?: Out<Delta>,
): Promise<Answer | undefined> {
  const { step: { llm }, tracker } = session;
  let request: DecisionRequest;
  try {
    const preparing = prepareNext(session, turn.signal);
    const prepared = preparing instanceof Promise ? await turn.unlessStopped(preparing) : preparing;
    if (prepared === STOPPED || turn.isStopped) return undefined;
    if (prepared.schema.legal.actions.length === 0) {
      return { drafts: [{ type: "limit", reason: "stuck" }] };
    }
    request = issueRequest(session, prepared, turn.signal);
  } catch (cause) {
    if (turn.isStopped) return undefined;
    throw toLLMError(session, llm, cause);
  }
  const received: Received = { chars: 0, raw: undefined };
  try {
    const limit = await readAnswer(session, llm, request, received, turn, out);
    if (limit !== undefined) return { drafts: [limit] };
    const { raw } = received;
    if (raw !== undefined) {
      const validating = request.validate(raw.output);
      const reading = validating instanceof Promise
        ? await turn.unlessStopped(validating)
        : validating;
      if (reading !== STOPPED && !turn.isStopped) return buildAnswer(session, llm, raw, reading);
    }
    return { drafts: [buildFailure(session, llm, received, "ABORTED")] };
  } catch (cause) {
    if (turn.isStopped) return { drafts: [buildFailure(session, llm, received, "ABORTED")] };
    const error = toLLMError(session, llm, cause);
    const failure = buildFailure(session, llm, received, error.code, error);
    const after = error instanceof LLMError ? error.retryAfter : undefined;
    const tooLate = after === undefined ? undefined : tracker!.tooLate;
    return tooLate === undefined ? { drafts: [failure], error } : { drafts: [failure, tooLate] };
  }
}

/** Part of an answer that has arrived. */
interface Received {
  /** Number of characters of its chunks. */
  chars: number;
  /** The whole answer. */
  raw: RawAnswer | undefined;
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
        return undefined;
      }
      if (chunk.type === "restart") {
        length = 0;
        preview = out && new OutputPreview();
        guard = undefined;
        await out?.({ type: "restart" });
        continue;
      }
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
      if (received.raw !== undefined) return undefined;
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
    next: scope === undefined ? next : () => scope(next),
    ...(close !== undefined && { return: close }),
  };
}

/** Copies the fields of a result, because a getter of a custom model may return another value later. */
function readResult(result: LLMResult): RawAnswer {
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`it returned ${quote(result)}: expected a result with an output`);
  }
  const { output, usage, model, remark } = result;
  return { output, usage, model, remark };
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

/** Returns the error of a failed call: that of the model or of the author's code, or one around it. */
function toLLMError({ id, step }: LiveSession, llm: LLM, cause: unknown): LLMError | MisuseError {
  if (isLLMOrMisuseError(cause)) return cause;
  return new LLMError(
    `Cannot decide in step ${quote(step.id)} of session ${quote(id)}: ` +
      `${llm.name}: ${reasonOf(cause)}`,
    { cause },
  );
}

/**
 * Returns the event of a call that failed or was aborted. Its usage is estimated if it was not
 * reported, unless the server refused the request, which costs nothing.
 */
function buildFailure(
  session: LiveSession,
  llm: LLM,
  { raw, chars }: Received,
  code: string,
  error?: unknown,
): EventDraft<"model_failed"> {
  const { agent, step, prompts } = session;
  const reported = readUsage(raw?.usage ?? (error instanceof LLMError ? error.usage : undefined));
  const answerChars = raw === undefined ? chars : countChars(raw.output);
  const usage = reported ??
    (error instanceof LLMHttpError ? {} : estimateUsage(prompts!.report!().chars, answerChars));
  const model = typeof raw?.model === "string" ? raw.model : undefined;
  const cost = computePrice(agent.cost, usage, llm.name, model);
  const draft = { type: "model_failed", step: step.id, code, usage } as const;
  return cost === undefined ? draft : { ...draft, cost };
}

/** Returns the events of an answer. */
function buildAnswer(
  session: LiveSession,
  llm: LLM,
  raw: RawAnswer,
  reading: DecisionReading,
): Answer {
  const { agent, log: { head }, tracker } = session;
  const step = session.step.id;
  const usage = readCallUsage(raw, {
    llm: llm.name,
    cost: agent.cost,
    promptChars: tracker!.limitsTokens ? () => session.prompts!.report!().chars : undefined,
  });
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
    return { drafts: [{ type: "error", step, ...refusal, ...usage }, ...unpriced] };
  }
  const { value: decision, args, response, unwrapped } = reading;
  const asks = (call: ToolCall, index: number) =>
    needsApproval(session.step, call.tool, args[index], session)
      ? showArgs(args[index], call.args)
      : undefined;
  return {
    drafts: [
      { type: "decision", step, decision, ...(unwrapped && { unwrapped }), ...usage },
      ...consequences(decision, head, session, step, asks),
      ...(decision.action === "END" ? [] : unpriced),
    ],
    calls: { decision: head, args },
    response,
  };
}
