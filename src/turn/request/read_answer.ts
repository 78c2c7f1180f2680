/**
 * Reading the answer of a model while it arrives.
 *
 * @module
 */
import { computePrice } from "../../cost/call_usage.ts";
import { type Delta, OutputPreview } from "../../decision/output_preview.ts";
import { quote } from "../../errors.ts";
import type { EventDraft } from "../../history/event.ts";
import { type RunningTurn, STOPPED } from "../../history/running_turn.ts";
import type { LLM, LLMChunk } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { OutputGuard } from "../../llm/output_guard.ts";
import { estimateUsage } from "../../llm/usage.ts";
import type { LiveSession } from "../live_session.ts";
import type { Out } from "../stream_part.ts";
import type { DecisionRequest } from "./decision_request.ts";
import { createLengthError, isTooLong } from "./output_size.ts";
import { copyResult, type Received } from "./received.ts";

/**
 * Reads an answer to its end, one chunk at a time, into `received`, unless the turn is
 * aborted. Returns the event of a limit if one cut the answer off. A model that does not stream
 * is a stream of one result.
 */
export async function readAnswer(
  session: LiveSession,
  llm: LLM,
  request: DecisionRequest,
  received: Received,
  turn: RunningTurn,
  out: Out<Delta> | undefined,
): Promise<EventDraft<"limit"> | undefined> {
  const { maxOutputChars } = session.agent;
  const chunks = openChunks(session, llm, request);
  /** Text since the last restart; undefined before the first. */
  let text: ArrivingText | undefined;
  // An iterator with a pending next() may never close, so its return() is not awaited.
  let isWaiting = false;
  try {
    while (!turn.isStopped) {
      isWaiting = true;
      const next = await turn.unlessStopped(chunks.next());
      if (next === STOPPED) break;
      isWaiting = false;
      if (next.done) throw createEndError(session, llm);
      const chunk = next.value;
      if (chunk.type === "result") {
        const raw = copyResult(chunk.result);
        if (isTooLong(raw.output, maxOutputChars)) {
          received.chars = Math.max(received.chars, maxOutputChars);
          throw createLengthError(session, raw.usage);
        }
        received.raw = raw;
      } else if (chunk.type === "restart") {
        text = undefined;
        received.watch?.onRestart();
        await out?.({ type: "restart" });
      } else {
        received.watch?.onText();
        received.chars += chunk.text.length;
        text ??= {
          length: 0,
          preview: out && new OutputPreview(),
          guard: new OutputGuard(llm.name, request),
          limitReached: createLimitCheck(session, llm, received),
        };
        text.length += chunk.text.length;
        if (text.length > maxOutputChars) throw createLengthError(session);
        const limit = text.limitReached?.();
        if (limit !== undefined) return limit;
        for (const delta of text.preview?.push(chunk.text) ?? []) await out!(delta);
        received.raw = text.guard.push(chunk.text);
      }
      if (received.raw !== undefined) {
        received.watch?.onAnswer();
        break;
      }
    }
    return undefined;
  } finally {
    const closing = turn.unlessStopped(chunks.return?.());
    if (isWaiting) closing.catch(() => {});
    else await closing;
  }
}

/** Starts the request; each chunk is read in the scope of the observers. */
function openChunks(
  { observers }: LiveSession,
  llm: LLM,
  request: DecisionRequest,
): AsyncIterator<LLMChunk> {
  const scope = observers?.onModelCall({ llm: llm.name, request });
  const chunks: AsyncIterator<LLMChunk> = llm.stream?.(request)[Symbol.asyncIterator]() ?? {
    next: async () => {
      return { done: false, value: { type: "result", result: await llm.decide(request) } };
    },
  };
  if (scope === undefined) return chunks;
  const close = chunks.return?.bind(chunks);
  return {
    next: () => scope(() => chunks.next()),
    ...(close !== undefined && { return: close }),
  };
}

/** Text of an answer that is arriving. */
interface ArrivingText {
  /** Number of characters. */
  length: number;
  /** Finds the deltas; undefined without a reader. */
  readonly preview: OutputPreview | undefined;
  readonly guard: OutputGuard;
  /** Returns the event of a limit that the answer reaches; undefined if nothing is limited. */
  readonly limitReached: (() => EventDraft<"limit"> | undefined) | undefined;
}

/** Returns a function that checks the limits while text arrives; undefined if nothing is limited. */
function createLimitCheck(
  { tracker, agent }: LiveSession,
  llm: LLM,
  received: Received,
): ArrivingText["limitReached"] {
  if (!tracker!.limitsStream) return undefined;
  const promptChars = received.promptChars();
  return () => {
    const usage = estimateUsage(promptChars, received.chars);
    return tracker!.reachedWhile(usage, computePrice(agent.cost, usage, llm.name));
  };
}

function createEndError({ id, step }: LiveSession, llm: LLM): LLMError {
  return new LLMError(
    `Cannot decide in step ${quote(step.id)} of session ${quote(id)}: ${llm.name}: its stream ` +
      'ended: expected a chunk of type "result" before its end',
    { isRetryable: true },
  );
}
