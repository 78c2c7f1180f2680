/**
 * Requests of other processes to stop turns of this one.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import type { Lease, Store } from "../store.ts";

/** Delay between two reads of the requests, in milliseconds. */
const DELAY = 1_000;

/** Running turns of this process whose store can stop them. */
const watches = new WeakMap<Store, StopWatch>();

/**
 * Interrupts a turn as soon as another process requests it. Returns a function that ends the
 * watch.
 */
export function watchStops(
  store: Store,
  { epoch }: Lease,
  turn: RunningTurn,
  clock: Clock,
): () => void {
  if (store.listStops === undefined) return () => {};
  let watch = watches.get(store);
  if (watch === undefined) watches.set(store, watch = new StopWatch(store));
  return watch.add(epoch, turn, clock);
}

/** Reads the requests of one store once a second, for all its running turns. */
class StopWatch {
  readonly #store: Store;
  /** Turns by the epochs of their leases, which are unique in the store. */
  readonly #turns = new Map<number, RunningTurn>();
  /** Cancels the next read; undefined while none is due. */
  #cancel: (() => void) | undefined;
  #isReading = false;

  constructor(store: Store) {
    this.#store = store;
  }

  add(epoch: number, turn: RunningTurn, clock: Clock): () => void {
    this.#turns.set(epoch, turn);
    if (this.#cancel === undefined && !this.#isReading) this.#schedule(clock);
    return () => {
      this.#turns.delete(epoch);
      if (this.#turns.size > 0) return;
      this.#cancel?.();
      this.#cancel = undefined;
    };
  }

  #schedule(clock: Clock): void {
    // The renewal of the leases keeps the program alive.
    this.#cancel = clock.setTimer(DELAY, () => void this.#poll(clock), true);
  }

  async #poll(clock: Clock): Promise<void> {
    this.#cancel = undefined;
    this.#isReading = true;
    try {
      for (const epoch of await this.#store.listStops!()) {
        this.#turns.get(epoch)?.interrupt(
          new DOMException("Another process interrupted the turn", "AbortError"),
        );
      }
    } catch {
      // A store that fails, in whatever way, is asked again a second later.
    }
    this.#isReading = false;
    if (this.#turns.size > 0) this.#schedule(clock);
  }
}
