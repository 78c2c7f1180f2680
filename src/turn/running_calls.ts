/**
 * Running the calls of one decision concurrently.
 *
 * @module
 */
import type { ChildCall } from "../agent/child_call.ts";
import { FallbackError, reasonOf, ToolTimeoutError } from "../errors.ts";
import type { Charge } from "../history/event.ts";
import type { Scope } from "./observer.ts";
import { HeldCall } from "./held_call.ts";
import { resultText } from "../tool/result_text.ts";
import { type HeldTool, runOf, unknownOf } from "../tool/tool.ts";
import type { ToolContext } from "../tool/tool_context.ts";

/** One call that is to be run: its tool and validated arguments, or why it cannot be. */
export interface PreparedCall {
  /** The place of the call in its decision. */
  readonly call: number;
  /** What to run; text says why the call cannot be made. */
  readonly run: { readonly tool: HeldTool; readonly args: unknown } | string;
  /** The context, for its tool. */
  readonly context: CallContext;
  /** In what it runs, where somebody watches. */
  readonly scope?: Scope | undefined;
  /** The call, where the tool is an agent. */
  readonly child?: ChildCall | undefined;
  /** Whether it was running when the process died, and must not run again. */
  readonly isUnknown?: boolean;
}

/** What became of a call. */
export interface CallOutcome {
  /** The place of the call in its decision. */
  readonly call: number;
  /** How it ended. */
  readonly outcome: "ok" | "error" | "fallback" | "aborted";
  /** The result or the reason. */
  readonly text: string;
  /** What the session of an agent has spent since the log said it last. */
  readonly charge?: Charge | undefined;
}

/** A call that ended, or came to rest without an end. */
export type CallRest = CallOutcome | HeldCall;

/** The context of one call. Its signal is made when it is first read, for most tools never do. */
export class CallContext implements ToolContext {
  /** Frees what waits for the call, when it is given up. */
  onGivenUp: (() => void) | undefined;
  /** Whether nobody waits for the call any more. */
  isGivenUp = false;
  #controller: AbortController | undefined;
  #reason: unknown;

  constructor(
    readonly context: unknown,
    readonly sessionId: string,
    readonly step: string,
    readonly callKey: string,
  ) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Whether the call was told to stop. */
  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /** Tells the call to stop. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** Calls that run; outcomes come one by one as calls come to rest. */
export class RunningCalls {
  readonly #open: Map<number, PreparedCall>;
  readonly #maxResultChars: number;
  readonly #signal: AbortSignal | undefined;
  #ended: CallRest[] = [];
  #wake: (() => void) | undefined;

  /** Starts all calls at once; they are given up when the signal aborts. */
  constructor(
    calls: readonly PreparedCall[],
    maxResultChars: number,
    signal: AbortSignal | undefined,
  ) {
    this.#maxResultChars = maxResultChars;
    this.#signal = signal;
    this.#open = new Map(calls.map((call) => [call.call, call]));
    if (signal?.aborted) this.#giveUp();
    else signal?.addEventListener("abort", this.#giveUp);
    // A tool may abort the turn: what is given up by then is not started.
    for (const call of calls) if (this.#open.has(call.call)) this.#run(call);
  }

  /** The next call that came to rest; undefined when all have. A promise only if there is none yet. */
  next(): CallRest | undefined | Promise<CallRest | undefined> {
    if (this.#ended.length > 0 || this.#open.size === 0) return this.#ended.shift();
    return new Promise<void>((resolve) => this.#wake = resolve).then(() => this.#ended.shift());
  }

  /**
   * Gives up what still runs, and returns all outcomes that were not fetched. A
   * result that comes later is dropped; a call that came to rest is made again.
   */
  abandon(): readonly CallOutcome[] {
    this.#giveUp();
    this.#signal?.removeEventListener("abort", this.#giveUp);
    const rest = this.#ended;
    this.#ended = [];
    return rest.filter((call) => call.outcome !== "held");
  }

  readonly #giveUp = (): void => {
    if (this.#open.size === 0) return;
    const reason = new DOMException("The turn was aborted", "AbortError");
    for (const { call, context, child } of this.#open.values()) {
      this.#ended.push(charged({ call, outcome: "aborted", text: reason.message }, child));
      context.isGivenUp = true;
      context.abort(reason);
      context.onGivenUp?.();
    }
    this.#open.clear();
    this.#wake?.();
  };

  #run(prepared: PreparedCall): void {
    const outcome = runCall(prepared, this.#maxResultChars);
    if (outcome instanceof Promise) outcome.then((outcome) => this.#end(outcome, prepared));
    else this.#end(outcome, prepared);
  }

  #end(outcome: CallRest, { call, child }: PreparedCall): void {
    if (!this.#open.delete(call)) return;
    this.#ended.push(child === undefined ? outcome : charged(outcome, child));
    if (outcome.outcome === "error") {
      const reason = new DOMException("Another call of the same decision failed", "AbortError");
      for (const { context } of this.#open.values()) context.abort(reason);
    }
    this.#wake?.();
  }
}

/** What came of a call, with what the session of an agent has spent for it. */
function charged(outcome: CallRest, child: ChildCall | undefined): CallRest {
  const charge = child?.charge;
  if (charge === undefined) return outcome;
  if (outcome.outcome !== "held") return { ...outcome, charge };
  outcome.charge = charge;
  return outcome;
}

/** Runs one call. It never throws, and a tool that is not asynchronous costs no promise. */
function runCall(
  prepared: PreparedCall,
  maxResultChars: number,
): CallRest | Promise<CallRest> {
  const { call, run, context, scope, isUnknown, child } = prepared;
  if (typeof run === "string") return { call, outcome: "error", text: run };
  const { tool, args } = run;
  const succeed = (result: unknown): CallRest => {
    if (result instanceof HeldCall) return result;
    return { call, outcome: "ok", text: resultText(result, maxResultChars) };
  };
  const fail = (thrown: unknown): CallOutcome => {
    const { outcome, text } = describeThrown(thrown, context);
    return { call, outcome, text: resultText(text, maxResultChars) };
  };
  try {
    const perform = child !== undefined
      ? () => child.run(args)
      : isUnknown
      ? unknownOf(tool)!
      : runOf(tool);
    const result = scope === undefined
      ? perform(args, context)
      : scope(() => perform(args, context));
    if (!isThenable(result)) return succeed(result);
    const running = Promise.resolve(result);
    const { timeout } = tool;
    // One that aborts its own turn is given up before its time is taken.
    const timed = timeout === undefined || context.isGivenUp
      ? running
      : withTimeout(running, timeout, tool.name, context);
    return timed.then(succeed).catch(fail);
  } catch (thrown) {
    return fail(thrown);
  }
}

/** What a call came to that threw. A value that throws when it is looked at is no signal. */
function describeThrown(
  thrown: unknown,
  context: CallContext,
): Pick<CallOutcome, "outcome" | "text"> {
  const text = reasonOf(thrown);
  try {
    if (thrown instanceof ToolTimeoutError) return { outcome: "error", text };
    if (thrown instanceof FallbackError) {
      return { outcome: "fallback", text: `${text}\nInstead: ${thrown.instruction}` };
    }
  } catch {
    // Told as any other error.
  }
  return { outcome: context.isAborted ? "aborted" : "error", text };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function withTimeout(
  running: Promise<unknown>,
  timeout: number,
  name: string,
  context: CallContext,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new ToolTimeoutError(`Tool "${name}" took longer than ${timeout} ms`);
      reject(error);
      context.abort(error);
    }, timeout);
    // A call that was given up leaves no timer behind; one that is only asked to stop keeps its own.
    context.onGivenUp = () => clearTimeout(timer);
    running.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
