/**
 * Answers of models as they arrive, and failed calls: their errors and their events.
 *
 * @module
 */
import { computePrice, countChars, type RawAnswer } from "../../cost/call_usage.ts";
import { type MisuseError, quote, reasonOf } from "../../errors.ts";
import type { EventDraft } from "../../history/event.ts";
import type { LLM, LLMResult } from "../../llm/llm.ts";
import { isLLMOrMisuseError, LLMError } from "../../llm/llm_error.ts";
import { isRefused, LLMContextError } from "../../llm/llm_failures.ts";
import { estimateUsage, readUsage } from "../../llm/usage.ts";
import type { LiveSession } from "../live_session.ts";
import type { CallWatch } from "./call_watch.ts";

/** Part of an answer that has arrived. */
export interface Received {
  /** Number of characters of its chunks. */
  chars: number;
  /** The whole answer. */
  raw: RawAnswer | undefined;
  /** Returns the number of characters of the request. */
  readonly promptChars: () => number;
  /** Measures the call; undefined unless the agent's option `timings` is true. */
  readonly watch?: CallWatch | undefined;
}

/** Copies the fields of a result, because a getter of a custom model may return another value later. */
export function copyResult(result: LLMResult): RawAnswer {
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`it returned ${quote(result)}: expected a result with an output`);
  }
  const { output, usage, model, remark, timing } = result;
  return { output, usage, model, remark, timing };
}

/** Returns the error of a failed call: that of the model or of the author's code, or one around it. */
export function toLLMError(
  { id, step }: LiveSession,
  llm: LLM,
  cause: unknown,
): LLMError | MisuseError {
  if (isLLMOrMisuseError(cause)) return cause;
  return new LLMError(
    `Cannot decide in step ${quote(step.id)} of session ${quote(id)}: ` +
      `${llm.name}: ${reasonOf(cause)}`,
    { cause },
  );
}

/** Returns the error of a request that is too long although older events have left it. */
export function explainFull({ id, step }: LiveSession, cause: LLMContextError): LLMContextError {
  return new LLMContextError(
    `Cannot decide in step ${quote(step.id)} of session ${quote(id)}: ${cause.message}: the ` +
      "request is too long without older turns: expected the standing text, the last message and " +
      "the running turn to fit into the context window: shorten descriptions or examples, lower " +
      '"maxResultChars", or use a model with a larger window',
    { cause, usage: cause.usage },
  );
}

/**
 * Returns the event of a call that failed or was aborted. Its usage is estimated if it was not
 * reported, unless the server refused the request, which costs nothing.
 */
export function buildFailure(
  { agent, step }: LiveSession,
  llm: LLM,
  { raw, chars, promptChars, watch }: Received,
  code: string,
  error?: unknown,
): EventDraft<"model_failed"> {
  const reported = readUsage(raw?.usage ?? (error instanceof LLMError ? error.usage : undefined));
  const answerChars = raw === undefined ? chars : countChars(raw.output);
  const usage = reported ?? (isRefused(error) ? {} : estimateUsage(promptChars(), answerChars));
  const model = typeof raw?.model === "string" ? raw.model : undefined;
  const cost = computePrice(agent.cost, usage, llm.name, model);
  return {
    type: "model_failed",
    step: step.id,
    code,
    usage,
    ...(cost !== undefined && { cost }),
    ...watch?.record(raw?.timing ?? (error instanceof LLMError ? error.timing : undefined)),
  };
}
