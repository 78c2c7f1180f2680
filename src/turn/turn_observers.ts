/**
 * The observers of an agent during one turn.
 *
 * @module
 */
import { ObserverError, reasonOf } from "../errors.ts";
import type { ObservedWork, OnWork, Scope } from "../graph/work.ts";
import type { SessionEvent } from "../history/event.ts";
import { freezeJson } from "../json/json.ts";
import type { AgentCore } from "./agent_core.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedToolError,
  ObservedTurn,
  Observer,
  TurnObserver,
} from "./observer.ts";

/**
 * Notifies all observers of an agent, in order. An observer that fails changes nothing for the
 * turn and for the other observers; its failure is reported.
 */
export class TurnObservers {
  readonly #observers: readonly TurnObserver[];
  readonly #agent: Pick<AgentCore, "onObserverError" | "warn">;
  /** Notifies of work, and returns its scope; undefined if no observer has `onWork`. */
  readonly onWork: OnWork | undefined;

  /** Creates the observers of a turn that starts; failures are reported to the agent. */
  constructor(
    observers: readonly Observer[],
    turn: ObservedTurn,
    agent: Pick<AgentCore, "onObserverError" | "warn">,
  ) {
    this.#agent = agent;
    this.#observers = observers.flatMap((each) =>
      this.#notify("the start of a turn", () => each.beginTurn(turn)) ?? []
    );
    const workers = this.#observers.filter(({ onWork }) => onWork !== undefined);
    // Bound, because of how V8 allocates function literals: see `RunningTurn.onStop`.
    if (workers.length > 0) this.onWork = this.#onWork.bind(this, workers);
  }

  #onWork(workers: readonly TurnObserver[], work: ObservedWork): Scope | undefined {
    return this.#openScope(`${work.kind} work`, workers, (observer) => observer.onWork!(work));
  }

  /** Notifies of events that were committed. */
  onEvents(events: readonly SessionEvent[]): void {
    for (const event of events) {
      freezeJson(event);
      for (const observer of this.#observers) {
        this.#notify(`event ${event.seq}`, () => observer.onEvent?.(event));
      }
    }
  }

  /** Notifies of a model call, and returns the scope in which it runs, if any. */
  onModelCall(call: ObservedModelCall): Scope | undefined {
    const open = (observer: TurnObserver) => observer.onModelCall?.(call);
    return this.#openScope("a model call", this.#observers, open);
  }

  /** Notifies of a tool call, and returns the scope in which it runs, if any. */
  onToolCall(call: ObservedToolCall): Scope | undefined {
    const open = (observer: TurnObserver) => observer.onToolCall?.(call);
    return this.#openScope("a tool call", this.#observers, open);
  }

  /** Notifies of a tool that threw. */
  onToolError(error: ObservedToolError): void {
    for (const observer of this.#observers) {
      this.#notify("a failed tool", () => observer.onToolError?.(error));
    }
  }

  /** Notifies of the end of the turn. */
  onEnd(end: ObservedEnd): void {
    for (const observer of this.#observers) {
      this.#notify("the end of a turn", () => observer.onEnd?.(end));
    }
  }

  /** Combines the scopes of the observers into one; that of the first is the outermost. */
  #openScope(
    what: string,
    observers: readonly TurnObserver[],
    open: (observer: TurnObserver) => Scope | undefined,
  ): Scope | undefined {
    const scopes = observers.flatMap((each) => this.#notify(what, () => open(each)) ?? []);
    if (scopes.length === 0) return undefined;
    return <Result>(run: () => Result): Result => {
      const nested = scopes.reduceRight<() => Result>(
        (inner, scope) => () => this.#runInScope(what, scope, inner),
        run,
      );
      return nested();
    };
  }

  /** Runs a call exactly once, and returns its own result, whatever the scope does. */
  #runInScope<Result>(what: string, scope: Scope, run: () => Result): Result {
    let ended: { readonly value: Result } | { readonly thrown: unknown } | undefined;
    const runOnce = (): Result => {
      if (ended === undefined) {
        try {
          ended = { value: run() };
        } catch (thrown) {
          ended = { thrown };
        }
      }
      if ("thrown" in ended) throw ended.thrown;
      return ended.value;
    };
    try {
      const returned: unknown = scope(runOnce);
      const result = runOnce();
      if (returned instanceof Promise && returned !== result) {
        this.#watch(what, returned, result);
      }
    } catch (cause) {
      const isOfCall = ended !== undefined && "thrown" in ended && ended.thrown === cause;
      if (!isOfCall) this.#report(what, cause);
    }
    return runOnce();
  }

  /** Reports the rejection of a scope's promise, unless the call itself rejects with it. */
  async #watch(what: string, returned: Promise<unknown>, result: unknown): Promise<void> {
    const [scope, call] = await Promise.allSettled([returned, result]);
    if (scope.status !== "rejected") return;
    const isOfCall = call.status === "rejected" && call.reason === scope.reason;
    if (!isOfCall) this.#report(what, scope.reason);
  }

  /** Calls an observer; its failure is reported, also that of a promise. */
  #notify<Result>(what: string, call: () => Result): Result | undefined {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((cause) => this.#report(what, cause));
      return result;
    } catch (cause) {
      this.#report(what, cause);
      return undefined;
    }
  }

  #report(what: string, cause: unknown): void {
    const message = `Cannot notify an observer of ${what}: it threw: ${reasonOf(cause)}`;
    const error = new ObserverError(message, { cause });
    try {
      this.#agent.onObserverError(error);
    } catch (thrown) {
      this.#agent.warn(
        "onObserverError",
        `the option "onObserverError" threw: ${reasonOf(thrown)}`,
        thrown,
      );
    }
  }
}
