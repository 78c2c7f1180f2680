/**
 * Writing down what a model is asked.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../llm.ts";
import type { LLMCallRecord } from "./call_record.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { askOrAbort } from "./or_abort.ts";
import { RunningRecord } from "./running_record.ts";
import { tell } from "./tell.ts";
import { wrapModel } from "./wrap_model.ts";

/** Options of {@linkcode logged}. */
export interface LoggedOptions {
  /**
   * Is given one record for each call, when the call is over. What it throws is
   * dropped, for an answer is worth more than a line: let it mind its own errors.
   */
  readonly log: (record: LLMCallRecord) => void;
  /** Whether records have what was said, which may be private. Default: false. */
  readonly content?: boolean;
  /** By which calls are timed. Default: {@linkcode systemClock}. */
  readonly clock?: Pick<Clock, "now">;
}

/**
 * A model whose calls are written down, one record each, whether they succeed, fail
 * or are given up. Within `retry()` that is one record for each attempt, around it
 * one for all. A stream that is never read is no call.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { logged, type LLMCallRecord } from "@nomos/agent/llm";
 * import { assertEquals } from "@std/assert";
 *
 * const records: LLMCallRecord[] = [];
 * const agent = new Agent({
 *   name: "watched",
 *   llm: logged(new MockLLM([decide.respond("Hello")]), { log: (record) => records.push(record) }),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * await agent.createSession().next("Hi");
 * const [record] = records;
 * assertEquals([record?.llm, record?.step, record?.outcome], ["mock", "greet", "ok"]);
 * assertEquals(record?.content, undefined);
 * ```
 */
export function logged(llm: LLM, options: LoggedOptions): LLM {
  const { log, content = false, clock = systemClock } = options;
  const rules = { content, clock, write: (record: LLMCallRecord) => tell(log, record) };
  const begin = (call: "decide" | "stream", request: LLMRequest) => {
    const { messages: input, step, sessionId, signal } = request;
    return new RunningRecord({ call, llm: llm.name, input, step, sessionId, signal }, rules);
  };

  async function decide(request: LLMRequest): Promise<LLMResult> {
    const record = begin("decide", request);
    try {
      const result = await askOrAbort(() => llm.decide(request), request.signal);
      record.succeed(result);
      return result;
    } catch (error) {
      record.fail(error);
      throw error;
    }
  }

  async function* stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const record = begin("stream", request);
    const reader = new ChunkReader(llm, request);
    try {
      for (;;) {
        const chunk = await reader.next();
        if (chunk === undefined) return record.succeed();
        if (chunk.type === "result") record.succeed(chunk.result);
        yield chunk;
      }
    } catch (error) {
      record.fail(error);
      throw error;
    } finally {
      record.abort();
      await reader.close();
    }
  }

  async function embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<number[][]> {
    const signal = options?.signal;
    const record = new RunningRecord({ call: "embed", llm: llm.name, input: texts, signal }, rules);
    try {
      const vectors = await askOrAbort(() => llm.embed!(texts, options), signal);
      record.succeed();
      return vectors;
    } catch (error) {
      record.fail(error);
      throw error;
    }
  }

  return wrapModel(llm, { decide, stream, embed });
}
