/**
 * The record of a call that is under way.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { AgentError, reasonOf } from "../../errors.ts";
import type { LLMResult, Message, Usage } from "../llm.ts";
import { LLMHttpError } from "../llm_errors.ts";
import { readUsage } from "../usage.ts";
import type { LLMCallRecord } from "./call_record.ts";
import { addFailure } from "./spent.ts";

/** What is known of a call when it begins. */
export interface BegunCall {
  readonly call: LLMCallRecord["call"];
  readonly llm: string;
  readonly input: readonly Message[] | readonly string[];
  readonly step?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** To whom a record is given, and what is in it. */
export interface RecordRules {
  readonly write: (record: LLMCallRecord) => void;
  readonly content: boolean;
  readonly clock: Pick<Clock, "now">;
}

/** What is known of a call when it is over, beside how it ended. */
interface CallEnd {
  readonly usage?: Usage | undefined;
  readonly model?: unknown;
  readonly status?: number;
  readonly output?: unknown;
  readonly reason?: string;
}

/** Writes one record, at the first of its ends. */
export class RunningRecord {
  readonly #begun: BegunCall;
  readonly #rules: RecordRules;
  readonly #time: number;
  #isWritten = false;

  constructor(begun: BegunCall, rules: RecordRules) {
    this.#begun = begun;
    this.#rules = rules;
    this.#time = rules.clock.now();
  }

  /** The call gave a result; vectors are none. */
  succeed(result?: LLMResult): void {
    const { usage, model, output } = result ?? {};
    this.#write("ok", { usage: readUsage(usage), model, output });
  }

  /** The call failed, or was aborted by its signal. */
  fail(error: unknown): void {
    this.#write(outcomeOf(error, this.#begun.signal), {
      usage: addFailure(undefined, error),
      ...(error instanceof LLMHttpError && { status: error.status }),
      reason: reasonOf(error),
    });
  }

  /** The caller broke off. */
  abort(): void {
    this.#write("aborted", {});
  }

  #write(outcome: string, { usage, model, status, output, reason }: CallEnd): void {
    if (this.#isWritten) return;
    this.#isWritten = true;
    const { call, llm, input, step, sessionId } = this.#begun;
    const { write, content, clock } = this.#rules;
    write({
      call,
      llm,
      ...(typeof model === "string" && { model }),
      ...(step !== undefined && { step }),
      ...(sessionId !== undefined && { sessionId }),
      time: this.#time,
      // A clock may be set back.
      duration: Math.max(0, clock.now() - this.#time),
      outcome,
      ...(status !== undefined && { status }),
      ...(usage !== undefined && { usage }),
      messages: input.length,
      chars: charsOf(input),
      ...(content && {
        content: {
          input,
          ...(output !== undefined && { output }),
          ...(reason !== undefined && { reason }),
        },
      }),
    });
  }
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
