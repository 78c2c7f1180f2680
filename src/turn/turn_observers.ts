/**
 * The observers of an agent during one turn.
 *
 * @module
 */
import { ObserverError, reasonOf } from "../errors.ts";
import type { SessionEvent } from "../history/event.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  Observer,
  Scope,
  TurnObserver,
} from "./observer.ts";

/** Notifies all observers of an agent, in order. */
export class TurnObservers {
  readonly #observers: readonly TurnObserver[];

  /** Creates the observers of a turn that starts. */
  constructor(observers: readonly Observer[], turn: ObservedTurn) {
    this.#observers = notify(
      "the start of a turn",
      () => observers.map((observer) => observer.beginTurn(turn)),
    );
  }

  /** Notifies of events that were committed. */
  onEvents(events: readonly SessionEvent[]): void {
    for (const event of events) {
      notify(`event ${event.seq}`, () => {
        for (const observer of this.#observers) observer.onEvent?.(event);
      });
    }
  }

  /** Notifies of a model call, and returns the scope in which it runs. */
  onModelCall(call: ObservedModelCall): Scope {
    return nestScopes(
      notify("a model call", () => this.#observers.map((observer) => observer.onModelCall?.(call))),
    );
  }

  /** Notifies of a tool call, and returns the scope in which it runs. */
  onToolCall(call: ObservedToolCall): Scope {
    return nestScopes(
      notify("a tool call", () => this.#observers.map((observer) => observer.onToolCall?.(call))),
    );
  }

  /** Notifies of the end of the turn. */
  onEnd(end: ObservedEnd): void {
    notify("the end of a turn", () => {
      for (const observer of this.#observers) observer.onEnd?.(end);
    });
  }
}

function notify<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new ObserverError(`Cannot notify an observer of ${what}: it threw: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Combines scopes into one; the first is the outermost. */
function nestScopes(scopes: readonly (Scope | undefined)[]): Scope {
  return (run) => {
    let nested = run;
    for (const scope of scopes.toReversed()) {
      if (scope === undefined) continue;
      const inner = nested;
      nested = () => scope(inner);
    }
    return nested();
  };
}
