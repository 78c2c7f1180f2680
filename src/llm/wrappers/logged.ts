/**
 * Writing down what a model is asked.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import { AgentError, reasonOf } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import type { LLM, LLMRequest, LLMResult, Message, Usage } from "../llm.ts";
import { LLMHttpError } from "../llm_errors.ts";
import { readUsage } from "../usage.ts";
import { addFailure } from "./attempts.ts";
import { type Call, notify, readParts, wrapModel } from "./call.ts";

/** One call of a model, as JSON apart from what `content` may hold. */
export interface LLMCallRecord {
  /** What was called. */
  readonly call: "decide" | "stream" | "embed";
  /** The name of the model. */
  readonly llm: string;
  /** The model that answered, where the vendor says so. */
  readonly model?: string;
  /** The step in which it was called. */
  readonly step?: string;
  /** The session for which it was called. */
  readonly sessionId?: string;
  /** When it was called, in milliseconds since 1970. */
  readonly time: number;
  /** How long it took, in milliseconds. In a stream, what the consumer does counts as well. */
  readonly duration: number;
  /**
   * `"ok"`, `"aborted"` if the caller gave up, else the `code` of the error (for
   * example `"LLM_HTTP"`), or its name if it has none.
   */
  readonly outcome: string;
  /** The HTTP status of an error that has one. */
  readonly status?: number;
  /** Tokens, of a call that failed too, where the vendor says so. */
  readonly usage?: Usage;
  /** How many messages were sent, or texts to embed. */
  readonly messages: number;
  /** Characters of the messages or texts. */
  readonly chars: number;
  /** What was said; absent unless it was asked for. */
  readonly content?: LLMCallContent;
}

/** What was said in a call. */
export interface LLMCallContent {
  /** The messages, or the texts to embed. */
  readonly input: readonly Message[] | readonly string[];
  /** The output, as the model gave it; absent where it gave none, and for embeddings. */
  readonly output?: unknown;
  /** The message of the error, which may quote an answer. */
  readonly reason?: string;
}

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
  return wrapModel(llm, async function* (call) {
    const end = startRecord(llm, call, options);
    try {
      for await (const part of readParts(call, llm)) {
        if (part.type === "result") end("ok", { result: part.result });
        else if (part.type === "vectors") end("ok");
        yield part;
      }
      end("ok");
    } catch (error) {
      end(outcomeOf(error, call.signal), { error });
      throw error;
    } finally {
      end("aborted");
    }
  });
}

/** Starts the record of a call. Returns a function that writes it, at the first end only. */
function startRecord(
  { name }: LLM,
  call: Call,
  { log, content = false, clock = systemClock }: LoggedOptions,
): (outcome: string, end?: { readonly result?: LLMResult; readonly error?: unknown }) => void {
  const time = clock.now();
  const { step, sessionId }: Partial<LLMRequest> = call.method === "embed" ? {} : call.request;
  let isWritten = false;
  return (outcome, end = {}) => {
    if (isWritten) return;
    isWritten = true;
    const input = call.method === "embed" ? call.texts : call.request.messages;
    const { result, error } = end;
    const { model, output } = result ?? {};
    const hasFailed = "error" in end;
    const usage = hasFailed ? addFailure(undefined, error) : readUsage(result?.usage);
    notify(log, {
      call: call.method,
      llm: name,
      ...omitUndefined({
        model: typeof model === "string" ? model : undefined,
        step,
        sessionId,
        status: error instanceof LLMHttpError ? error.status : undefined,
        usage,
      }),
      time,
      // A clock may be set back.
      duration: Math.max(0, clock.now() - time),
      outcome,
      messages: input.length,
      chars: charsOf(input),
      ...(content && {
        content: {
          input,
          ...omitUndefined({ output, reason: hasFailed ? reasonOf(error) : undefined }),
        },
      }),
    });
  };
}

function charsOf(input: readonly (Message | string)[]): number {
  return input.reduce(
    (chars, said) => chars + (typeof said === "string" ? said : said.content).length,
    0,
  );
}

function outcomeOf(error: unknown, signal: AbortSignal | undefined): string {
  if (error instanceof AgentError) return error.code;
  const name = error instanceof Error ? error.name : "Error";
  return signal?.aborted || name === "AbortError" ? "aborted" : name;
}
