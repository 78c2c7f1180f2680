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

/** Tells all observers of an agent, in their order. */
export class TurnWatch {
  readonly #observers: readonly TurnObserver[];

  /** Begins the turn. */
  constructor(observers: readonly Observer[], turn: ObservedTurn) {
    this.#observers = tell("a turn", () => observers.map((observer) => observer.beginTurn(turn)));
  }

  /** Events were committed. */
  committed(events: readonly SessionEvent[]): void {
    for (const event of events) {
      tell(`event ${event.seq}`, () => {
        for (const observer of this.#observers) observer.onEvent?.(event);
      });
    }
  }

  /** What is to run a model call. */
  modelCall(call: ObservedModelCall): Scope {
    return nest(
      tell("a model call", () => this.#observers.map((observer) => observer.onModelCall?.(call))),
    );
  }

  /** What is to run a tool. */
  toolCall(call: ObservedToolCall): Scope {
    return nest(
      tell("a tool call", () => this.#observers.map((observer) => observer.onToolCall?.(call))),
    );
  }

  /** The turn is over. */
  end(end: ObservedEnd): void {
    tell("the end of a turn", () => {
      for (const observer of this.#observers) observer.onEnd?.(end);
    });
  }
}

function tell<Result>(what: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new ObserverError(`Cannot tell an observer of ${what}: it threw: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** One scope of several: the first is the outermost. */
function nest(scopes: readonly (Scope | undefined)[]): Scope {
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
