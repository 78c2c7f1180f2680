/**
 * A probe of the time during which the event loop is blocked.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";

/** Time between two looks, in milliseconds. */
const INTERVAL = 10;

/** Delay of timers that even a quiet event loop causes, in milliseconds. */
const TOLERANCE = 20;

/** Measures how late timers are, because synchronous code keeps the event loop from calling them. */
export class LoopProbe {
  /** Time during which the event loop was blocked so far, in milliseconds. */
  blocked = 0;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  /** Time at which the next look is due. */
  #due = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts measuring, or restarts if it measures already. */
  start(): void {
    this.stop();
    this.#due = this.#clock.now() + INTERVAL;
    this.#cancel = this.#clock.setTimer(INTERVAL, () => this.start(), true);
  }

  /** Stops measuring. A timer that is still late counts, because it would never fire. */
  stop(): void {
    this.#cancel?.();
    const late = this.#clock.now() - this.#due;
    if (late > TOLERANCE) this.blocked += late;
    this.#due = Infinity;
  }
}
