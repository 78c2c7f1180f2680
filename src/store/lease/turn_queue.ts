/**
 * Turns of stored sessions in this process, in the order in which they were called.
 *
 * @module
 */
import type { RunningTurn } from "../../history/running_turn.ts";
import type { Store } from "../store.ts";
import { type LeaseOptions, makeBusyError, makeTimeoutError } from "./acquire_lease.ts";

/** Turn in the queue of its session. */
export interface Place {
  readonly queue: TurnQueue;
  readonly turn: RunningTurn;
  /** Time until which the turn may wait. */
  readonly until: number;
  /** Turn whose tool called this one, if it is known. */
  readonly caller: Place | undefined;
  /** True while another process holds the lease. */
  waitsForLease?: boolean;
  /** Called when the turn may begin. */
  admit?: () => void;
}

/** Finds the turn whose tool is running, in runtimes that have async contexts. */
interface TurnContext {
  getStore(): Place | undefined;
  run<Result>(place: Place, work: () => Result): Result;
}

// The module needs neither an import nor a permission.
const { process } = globalThis as {
  readonly process?: {
    getBuiltinModule?(name: string): { readonly AsyncLocalStorage: new () => TurnContext };
  };
};
const Context = process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
const context: TurnContext | undefined = Context && new Context();

/** Queues that are not empty. */
const queues = new WeakMap<Store, Map<string, TurnQueue>>();

/** Turns of one stored session, of all its session objects in this process. */
export class TurnQueue {
  readonly #id: string;
  /** Turns that hold the lease or are about to claim it; several if one takes the lease over. */
  readonly #running = new Map<RunningTurn, Place>();
  /** Turns that wait, in the order of their calls. */
  readonly #waiting = new Map<RunningTurn, Place>();

  private constructor(id: string) {
    this.#id = id;
  }

  /** Returns the queue of a session; undefined if no turn runs in this process. */
  static find(store: Store, id: string): TurnQueue | undefined {
    return queues.get(store)?.get(id);
  }

  /**
   * Enters a turn into the queue of its session, until it has settled.
   *
   * @throws {SessionBusyError} if another turn is running, and this one may not wait.
   */
  static enter(store: Store, id: string, turn: RunningTurn, options: LeaseOptions): Place {
    let ofStore = queues.get(store);
    if (ofStore === undefined) queues.set(store, ofStore = new Map());
    const queue = ofStore.get(id) ?? new TurnQueue(id);
    const place = queue.#enter(turn, options);
    ofStore.set(id, queue);
    turn.settled.then(() => {
      queue.#leave(place);
      if (queue.#running.size === 0) ofStore.delete(id);
    });
    return place;
  }

  /** Runs a turn so that `enter()` recognizes the turns that its tools start. */
  static run<Result>(place: Place, work: () => Result): Result {
    return context === undefined ? work() : context.run(place, work);
  }

  /** Turns that run or wait. */
  get entered(): readonly RunningTurn[] {
    return [...this.#running.keys(), ...this.#waiting.keys()];
  }

  /** Turns that run, or are about to. */
  get running(): readonly RunningTurn[] {
    const places = [...this.#running.values()];
    return places.filter((place) => !place.waitsForLease).map(({ turn }) => turn);
  }

  #enter(turn: RunningTurn, { whenBusy, maxWait, clock }: LeaseOptions): Place {
    const caller = context?.getStore();
    for (let above = caller; above !== undefined; above = above.caller) {
      if (above.queue !== this || !this.#running.has(above.turn)) continue;
      throw makeBusyError(
        this.#id,
        "a tool of its running turn started it, and would wait for itself: expected a turn that " +
          "starts after the tool has returned",
      );
    }
    const place: Place = { queue: this, turn, until: clock.now() + maxWait, caller };
    const isFree = this.#running.size === 0 || whenBusy === "interrupt";
    if (!isFree && whenBusy === "refuse") {
      throw makeBusyError(
        this.#id,
        'another turn is running: await it first, or pass whenBusy: "wait" to wait for it',
      );
    }
    (isFree ? this.#running : this.#waiting).set(turn, place);
    return place;
  }

  #leave({ turn }: Place): void {
    this.#running.delete(turn);
    this.#waiting.delete(turn);
    const [next] = this.#waiting.values();
    if (next === undefined || this.#running.size > 0) return;
    this.#waiting.delete(next.turn);
    this.#running.set(next.turn, next);
    next.admit?.();
  }

  /**
   * Waits until a turn may begin. Returns false if it was aborted before.
   *
   * @throws {SessionBusyError} if it waited for `maxWait`.
   */
  async admit(place: Place, options: LeaseOptions): Promise<boolean> {
    const { turn: { signal }, until } = place;
    if (!this.#waiting.has(place.turn)) return true;
    if (signal.aborted) return false;
    const { clock } = options;
    return await new Promise<boolean>((resolve, reject) => {
      const abort = () => {
        cancel();
        resolve(false);
      };
      const cancel = clock.setTimer(until - clock.now(), () => {
        signal.removeEventListener("abort", abort);
        reject(makeTimeoutError(this.#id, "earlier turns of this process", options));
      });
      signal.addEventListener("abort", abort, { once: true });
      place.admit = () => {
        cancel();
        signal.removeEventListener("abort", abort);
        resolve(true);
      };
    });
  }
}
