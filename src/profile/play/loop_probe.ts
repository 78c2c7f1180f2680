/**
 * A probe of the time during which the event loop is blocked.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";

/** Time between two looks, in milliseconds. */
const INTERVAL = 10;

/** Lateness that a quiet event loop has too, in milliseconds. */
const TOLERANCE = 20;

/** Measures how late timers are, because synchronous code keeps the event loop from calling them. */
export class LoopProbe {
  /** Time during which the event loop was blocked so far, in milliseconds. */
  blocked = 0;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts to measure. */
  start(): void {
    const due = this.#clock.now() + INTERVAL;
    this.#cancel = this.#clock.setTimer(INTERVAL, () => {
      const late = this.#clock.now() - due;
      if (late > TOLERANCE) this.blocked += late;
      this.start();
    }, true);
  }

  /** Stops to measure. */
  stop(): void {
    this.#cancel?.();
  }
}
