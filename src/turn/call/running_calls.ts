/**
 * Running the calls of one decision concurrently.
 *
 * @module
 */
import { reasonOf, type RedirectError, ToolTimeoutError } from "../../errors.ts";
import { runIn, type Scope } from "../../graph/work.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import { redactSecrets } from "../../json/secret_patterns.ts";
import type { ToolProgress } from "../../tool/drain.ts";
import { isResponse, readResponse } from "../../tool/response_text.ts";
import { cutText } from "../../tool/result_text.ts";
import { STILL_UNKNOWN } from "../../tool/tool_internals.ts";
import type { CallContext } from "./call_context.ts";
import type { ChildCall, Suspension } from "./child_call.ts";
import { type Outcome, type ReadOptions, readResult } from "./read_result.ts";

/** Call that is ready to run. */
export interface PreparedCall {
  /** Place of the call in its decision. */
  readonly call: number;
  /** Runs the tool; undefined for a `once` call whose end is only looked up. */
  readonly run: (() => unknown) | undefined;
  /** Name of the tool. */
  readonly tool: string;
  /** Milliseconds after which the call fails; undefined if there is no timeout. */
  readonly timeout: number | undefined;
  /** Context of the call. Replaced when its end is looked up. */
  context: CallContext;
  /** True if the call was started in an earlier turn. */
  readonly hasBegun?: boolean | undefined;
  /**
   * Looks up the end of a call of a `once` tool, or returns `STILL_UNKNOWN`; undefined for
   * other tools.
   */
  readonly lookUp?: ((context: CallContext) => unknown) | undefined;
  /** Scope of the observers, in which the tool runs. */
  readonly scope?: Scope | undefined;
  /** Call of the agent behind the tool, if there is one. */
  readonly child?: ChildCall | undefined;
}

/** End or suspension of a call. */
export interface CallEnd<Prepared = PreparedCall> {
  /** The call. */
  readonly prepared: Prepared;
  /** Outcome and text for the model; the suspension; or a mark that the outcome is unknown. */
  readonly end: Suspension | Outcome | typeof STILL_UNKNOWN;
}

/** Progress of a call, which waits until it is resumed. */
export interface CallProgress {
  readonly progress: ToolProgress;
  readonly resume: () => void;
}

/** Settings of calls that run. */
export interface RunOptions extends ReadOptions {
  /** True if somebody reads the progress of the calls. */
  readonly readsProgress: boolean;
}

/** Calls that run concurrently. One that fails does not abort the others. */
export class RunningCalls<Prepared extends PreparedCall = PreparedCall> {
  readonly #open: Set<Prepared>;
  readonly #options: RunOptions;
  #progress: CallProgress[] = [];
  #ended: CallEnd<Prepared>[] = [];
  #wake: (() => void) | undefined;

  /** Starts all calls; when the turn stops, they are given up, and those of agents suspended. */
  constructor(calls: readonly Prepared[], options: RunOptions, turn: RunningTurn) {
    this.#options = options;
    this.#open = new Set(calls);
    turn.onStop = this.#giveUp.bind(this);
    if (turn.isStopped) this.#giveUp();
    for (const call of calls) this.#run(call);
  }

  /**
   * Returns the progress of a call, or the next call that ended or is suspended; undefined after the
   * last one.
   */
  async next(): Promise<CallProgress | CallEnd<Prepared> | undefined> {
    while (this.#progress.length + this.#ended.length === 0 && this.#open.size > 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#progress.shift() ?? this.#ended.shift();
  }

  /** Gives up the calls that still run, and returns the ends that were not read. Later results are dropped. */
  abandon(): readonly CallEnd<Prepared>[] {
    this.#giveUp();
    this.#open.clear();
    return this.#ended.splice(0);
  }

  #giveUp(): void {
    if (this.#open.size === 0) return;
    const reason = new DOMException("The turn was aborted", "AbortError");
    for (const prepared of this.#open) {
      const { context, child, lookUp, hasBegun } = prepared;
      if (child !== undefined) {
        // A child session stops by itself, and is awaited, so that its log has an end.
        context.abort(reason);
        continue;
      }
      const mayHaveEffect = context.isStarted || hasBegun;
      // A call whose end can still be found out, or that runs again, stays open for `resume()`.
      if (lookUp === undefined ? context.isStarted || !hasBegun : !mayHaveEffect) {
        const outcome = mayHaveEffect ? "unknown" : "not_run";
        this.#ended.push({ prepared, end: { outcome, text: reason.message } });
      }
      context.giveUp(reason);
      this.#open.delete(prepared);
    }
    this.#progress = [];
    this.#wake?.();
  }

  async #run(prepared: Prepared): Promise<void> {
    // A tool that ran before may have aborted the turn.
    if (!this.#open.has(prepared)) return;
    const { readsProgress } = this.#options;
    const onValue = readsProgress ? (value: unknown) => this.#report(prepared, value) : undefined;
    const end = await runCall(prepared, this.#options, onValue);
    prepared.context.hasEnded = true;
    if (!this.#open.delete(prepared)) return;
    this.#ended.push({ prepared, end });
    this.#wake?.();
  }

  /** Passes a value that a tool yielded to the reader, and waits until it was read. */
  #report({ tool, context: { callKey } }: PreparedCall, value: unknown): Promise<void> {
    return new Promise((resume) => {
      this.#progress.push({ progress: { type: "progress", callKey, tool, value }, resume });
      this.#wake?.();
    });
  }
}

/** Runs one call, and looks up the end of a `once` call if it is not known. Never throws. */
async function runCall(
  prepared: PreparedCall,
  options: ReadOptions,
  onValue: OnValue | undefined,
): Promise<CallEnd["end"]> {
  const { run, lookUp, context } = prepared;
  context.isStarted = true;
  if (run !== undefined) {
    try {
      return await perform(prepared, run, options, onValue);
    } catch (thrown) {
      if (lookUp === undefined || !context.hasTimedOut) {
        return await describeThrown(thrown, options.maxResultChars, context.signal);
      }
    }
    prepared.context = context.renew();
    prepared.context.isStarted = true;
  }
  try {
    const look = async () => {
      const found = await lookUp!(prepared.context);
      if (found === STILL_UNKNOWN) throw found;
      return found;
    };
    return await perform(prepared, look, options, undefined);
  } catch (thrown) {
    if (thrown !== STILL_UNKNOWN) {
      const { tool } = prepared;
      options.warn(
        `whenUnknown of ${tool}`,
        `Cannot look up the outcome of a call of tool "${tool}": "whenUnknown" threw: ${
          reasonOf(thrown)
        }`,
        thrown,
      );
    }
    return STILL_UNKNOWN;
  }
}

type OnValue = (value: unknown) => Promise<void>;

/** Runs a function of a tool within the timeout, and reads its result. */
function perform(
  prepared: PreparedCall,
  run: () => unknown,
  options: ReadOptions,
  onValue: OnValue | undefined,
): Promise<Suspension | Outcome> {
  const { context, scope, timeout, tool } = prepared;
  const reading = runIn(scope, () => readResult(run, { tool, context, options, onValue }));
  return timeout === undefined || context.isGivenUp
    ? reading
    : withTimeout(reading, timeout, prepared);
}

/** Returns the outcome of a call that threw. Keys and passwords in its message are redacted. */
async function describeThrown(
  thrown: unknown,
  maxChars: number,
  signal: AbortSignal,
): Promise<Outcome> {
  let outcome: Outcome["outcome"] = "error";
  let text = reasonOf(thrown);
  try {
    if (isResponse(thrown)) ({ text } = await readResponse(thrown, maxChars, signal));
    if (isRedirect(thrown)) {
      outcome = "redirected";
      text += `\nInstead: ${thrown.instruction}`;
    }
  } catch {
    // A thrown proxy may throw again when it is inspected.
  }
  return { outcome, text: cutText(redactSecrets(text), maxChars), thrown };
}

/** Returns true for a `RedirectError`, also of another copy of the package. */
function isRedirect(thrown: unknown): thrown is RedirectError {
  const { code, instruction } = Object(thrown) as Partial<RedirectError>;
  return code === "REDIRECT" && typeof instruction === "string";
}

function withTimeout<Value>(
  running: Promise<Value>,
  timeout: number,
  { tool, context, child }: PreparedCall,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    let error: ToolTimeoutError | undefined;
    const timer = setTimeout(() => {
      error = new ToolTimeoutError(
        `Tool "${tool}" took longer than its timeout of ${timeout} ms: it may have had its effect`,
      );
      context.hasTimedOut = true;
      context.abort(error);
      // A child session stops by itself, and is awaited, so that its usage is complete.
      if (child === undefined) reject(error);
    }, timeout);
    const cancel = () => clearTimeout(timer);
    context.onGivenUp = cancel;
    const settle = (value: Value) => error === undefined ? resolve(value) : reject(error);
    running.then(settle, reject).finally(cancel);
  });
}
