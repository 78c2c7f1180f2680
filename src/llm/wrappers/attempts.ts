/**
 * A call that is made in several attempts: with the same model or with others.
 *
 * @module
 */
import { MisuseError } from "../../errors.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult, Usage } from "../llm.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { askOrAbort } from "./or_abort.ts";
import { addFailure, addToResult } from "./spent.ts";

/** The attempts of one call: which model is asked, and whether there is another attempt. */
export interface Attempts {
  /** The model of the attempt that is under way. */
  readonly llm: LLM;
  /** The model's name for results in which the vendor does not say it; absent: they stay so. */
  readonly model?: string;
  /** Gets ready for the attempt that follows a failed one, or throws what the call fails with. */
  goOn(failure: Failure): void | Promise<void>;
  /** The attempt succeeded. */
  succeed?(): void;
}

/** A failed attempt. */
export interface Failure {
  /** What was thrown. */
  readonly error: unknown;
  /** What this attempt and those before it cost. */
  readonly spent: Usage | undefined;
}

/** Whether an error says that the call is not wanted, or that the program is wrong: nothing to try again. */
export function isFinal(error: unknown): boolean {
  return error instanceof MisuseError || error instanceof Error && error.name === "AbortError";
}

/** Makes the attempts of a `decide()`. */
export async function decideIn(attempts: Attempts, request: LLMRequest): Promise<LLMResult> {
  const ask = (llm: LLM) => llm.decide(request);
  const { answer, spent } = await attempt(attempts, ask, request.signal);
  return finish(answer, attempts, spent);
}

/** Makes the attempts of a call that costs no tokens that are told. */
export async function callIn<Answer>(
  attempts: Attempts,
  ask: (llm: LLM) => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return (await attempt(attempts, ask, signal)).answer;
}

/** Makes the attempts of a stream. One that fails after text was handed on is followed by a `restart`. */
export async function* streamIn(
  attempts: Attempts,
  request: LLMRequest,
): AsyncGenerator<LLMChunk, void, void> {
  const { signal } = request;
  let spent: Usage | undefined;
  let hasText = false;
  let isAnswered = false;
  let reader = new ChunkReader(attempts.llm, request);
  try {
    for (;;) {
      let chunk: LLMChunk | undefined;
      try {
        chunk = await reader.next();
      } catch (error) {
        if (isAnswered || signal?.aborted) throw error;
        spent = addFailure(spent, error);
        await attempts.goOn({ error, spent });
        reader = new ChunkReader(attempts.llm, request);
        if (!hasText) continue;
        chunk = { type: "restart" };
      }
      if (chunk === undefined) return;
      if (chunk.type === "text") hasText = true;
      else if (chunk.type === "restart") hasText = false;
      else {
        isAnswered = true;
        attempts.succeed?.();
        chunk = { type: "result", result: finish(chunk.result, attempts, spent) };
      }
      yield chunk;
    }
  } finally {
    await reader.close();
  }
}

async function attempt<Answer>(
  attempts: Attempts,
  ask: (llm: LLM) => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<{ readonly answer: Answer; readonly spent: Usage | undefined }> {
  let spent: Usage | undefined;
  for (;;) {
    let answer: Answer;
    try {
      answer = await askOrAbort(() => ask(attempts.llm), signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      spent = addFailure(spent, error);
      await attempts.goOn({ error, spent });
      continue;
    }
    attempts.succeed?.();
    return { answer, spent };
  }
}

function finish(
  result: LLMResult,
  { model }: Attempts,
  spent: Usage | undefined,
): LLMResult {
  // What is no result is told by the core, in its own words.
  if (typeof result !== "object" || result === null) return result;
  const spentResult = addToResult(result, spent);
  return model === undefined || result.model !== undefined
    ? spentResult
    : { ...spentResult, model };
}
