/**
 * Logging of model calls.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import { AgentError, quote, reasonOf } from "../../errors.ts";
import { omitUndefined } from "../../json/json.ts";
import type { LLM, LLMRequest, LLMResult, Message, Usage } from "../llm.ts";
import { LLMHttpError } from "../llm_failures.ts";
import { ANYTHING, checkOptions, createOptionError, FLAG, FUNCTION } from "../option_rules.ts";
import { readUsage } from "../usage.ts";
import { addFailedUsage } from "./attempts.ts";
import { type Call, notify, readParts, wrapModel } from "./call.ts";

/** Log record of one model call. JSON-serializable, unless `content` holds an output that is not. */
export interface LLMCallRecord {
  /** Method that was called. */
  readonly call: "decide" | "stream" | "embed";
  /** Name of the wrapped model. */
  readonly llm: string;
  /** Vendor's name of the model that answered, if reported. */
  readonly model?: string;
  /** Id of the current step; absent unless the call is for a decision. */
  readonly step?: string;
  /** Id of the session. */
  readonly sessionId?: string;
  /** Start of the call, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Duration in milliseconds. For a stream, it includes the time that the consumer takes. */
  readonly duration: number;
  /**
   * `"ok"`; `"aborted"` if the caller aborted the call or stopped reading; otherwise the `code`
   * of the error, for example `"LLM_HTTP"`, or its `name` if it has no code.
   */
  readonly outcome: string;
  /** HTTP status of the error, if it has one. */
  readonly status?: number;
  /** Token usage, also of a failed call, if the vendor reports it. */
  readonly usage?: Usage;
  /** Number of messages sent or texts embedded. */
  readonly messages: number;
  /** Total number of characters of the messages or texts. */
  readonly chars: number;
  /** Input and output; absent unless {@linkcode LoggedOptions.content} is true. */
  readonly content?: LLMCallContent;
}

/** Content of a call. */
export interface LLMCallContent {
  /** Messages, or texts to embed. */
  readonly input: readonly Message[] | readonly string[];
  /** Output as the model returned it; absent for failed calls and embeddings. */
  readonly output?: unknown;
  /** Message of the error, which may quote the answer. */
  readonly reason?: string;
}

/** Options of {@linkcode logged}. */
export interface LoggedOptions {
  /**
   * Called with one record when a call ends. Errors that it throws are ignored, because a
   * logging failure must not lose an answer.
   */
  readonly log: (record: LLMCallRecord) => void;
  /** If true, records include the messages and the output, which may be private. `@default {false}` */
  readonly content?: boolean;
  /** Clock used for times and durations. Default: {@linkcode systemClock}. */
  readonly clock?: Pick<Clock, "now">;
}

/**
 * Logs one record per call of a model, whether it succeeds, fails or is aborted. Inside
 * `retry()` it logs every attempt; around `retry()` it logs every call. A stream that is
 * never read is not logged.
 *
 * @throws {ConfigError} if an option is unknown or invalid, or there is no `log`.
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
  const doing = `log the calls of model ${quote(llm.name)}`;
  checkOptions(doing, options, { log: FUNCTION, content: FLAG, clock: ANYTHING });
  if (options.log === undefined) {
    throw createOptionError(doing, "log", "undefined", FUNCTION.expected);
  }
  return wrapModel(llm, async function* (call) {
    const end = startRecord(llm, call, options);
    try {
      for await (const part of readParts(call, llm)) {
        if (part.type === "result") end("ok", { result: part.result });
        else if (part.type === "vectors") {
          const { usage, model } = part.vectors;
          end("ok", { result: { output: undefined, ...omitUndefined({ usage, model }) } });
        }
        yield part;
      }
      end("ok");
    } catch (error) {
      end(classifyOutcome(error, call.signal), { error });
      throw error;
    } finally {
      end("aborted");
    }
  });
}

/** Starts the record of a call. Returns a function that completes and logs it; later calls do nothing. */
function startRecord(
  { name }: LLM,
  call: Call,
  { log, content = false, clock = systemClock }: LoggedOptions,
): (outcome: string, end?: { readonly result?: LLMResult; readonly error?: unknown }) => void {
  const time = clock.now();
  const { step, sessionId }: Partial<LLMRequest> = call.method === "embed" ? {} : call.request;
  let isLogged = false;
  return (outcome, end = {}) => {
    if (isLogged) return;
    isLogged = true;
    const input = call.method === "embed" ? call.texts : call.request.messages;
    const { result, error } = end;
    const { model, output } = result ?? {};
    const hasFailed = "error" in end;
    const usage = hasFailed ? addFailedUsage(undefined, error) : readUsage(result?.usage);
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
      // The system clock may be set back during the call.
      duration: Math.max(0, clock.now() - time),
      outcome,
      messages: input.length,
      chars: countCharacters(input),
      ...(content && {
        content: {
          input,
          ...omitUndefined({ output, reason: hasFailed ? reasonOf(error) : undefined }),
        },
      }),
    });
  };
}

function countCharacters(input: readonly (Message | string)[]): number {
  return input.reduce(
    (chars, item) => chars + (typeof item === "string" ? item : item.content).length,
    0,
  );
}

function classifyOutcome(error: unknown, signal: AbortSignal | undefined): string {
  if (error instanceof AgentError) return error.code;
  const name = error instanceof Error ? error.name : "Error";
  return signal?.aborted || name === "AbortError" ? "aborted" : name;
}
