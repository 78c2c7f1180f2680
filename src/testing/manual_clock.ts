/**
 * A clock that a test moves.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { ConfigError, quote } from "../errors.ts";

/**
 * A clock that stands still until it is advanced, for tests of what waits: retries,
 * timeouts, limits. No time passes in the test. Where only the time is asked for,
 * as by an agent, give `() => clock.now()`.
 *
 * @example A retry policy of one's own
 * ```ts
 * import { Agent, LLMError, MockLLM } from "@nomos/agent";
 * import { retry } from "@nomos/agent/llm";
 * import { ManualClock } from "@nomos/agent/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const clock = new ManualClock();
 * const calls: number[] = [];
 * const down = new MockLLM([() => {
 *   calls.push(clock.now());
 *   return new LLMError("It is down", { isRetryable: true });
 * }], { whenDone: "repeat" });
 * const agent = new Agent({
 *   name: "patient",
 *   llm: retry(down, { attempts: 4, firstDelay: 100, clock, random: () => 1 }),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 *
 * const turn = agent.createSession().next("Hi");
 * const failed = assertRejects(() => turn, LLMError, "It is down");
 * await clock.advance(1_000);
 * await failed;
 * assertEquals([calls, clock.pendingTimers], [[0, 100, 300, 700], 0]);
 * ```
 */
export class ManualClock implements Clock {
  #now: number;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();

  /** A clock that stands at a time, in milliseconds since 1970. */
  constructor(now = 0) {
    this.#now = now;
  }

  /** How many timers are set that were neither called nor cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** The time at which it stands. */
  now(): number {
    return this.#now;
  }

  /** Calls back when it was advanced so far. A time that is no number, or below 0, counts as 0. */
  setTimer(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + (milliseconds > 0 ? milliseconds : 0), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Moves on, and calls the timers that are due by then: in the order of their
   * times, those of one time in the order in which they were set, each with the
   * clock at its time. What waits on promises goes on before the next one is called,
   * and may set timers and cancel them. Rejects with what a timer throws.
   *
   * @throws {ConfigError} if the time to move is no number from 0.
   */
  async advance(milliseconds: number): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new ConfigError(
        `Cannot advance a clock by ${quote(milliseconds)}: expected milliseconds, from 0`,
      );
    }
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      // The sort keeps timers of one time in the order in which they were set.
      const [timer] = [...this.#timers].sort((a, b) => a.due - b.due);
      if (timer === undefined || timer.due > end) break;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
  }
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Waits until no promise has anything to go on with: a message comes after all of that. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      port2.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
