/**
 * A clock for tests, advanced by hand.
 *
 * @module
 */
import { type Clock, nextTask } from "../clock.ts";
import { ConfigError, quote } from "../errors.ts";

/**
 * A clock that stands still until it is advanced, for tests of retries, timeouts
 * and limits without real waiting. Pass `() => clock.now()` where only a function
 * that returns the time is expected, as in the options of an agent.
 *
 * @example A custom retry policy
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
  /** Pending timers, in the order in which they were set. */
  readonly #timers = new Set<Timer>();

  /** Creates a clock that stands at `now`, in milliseconds since 1970. */
  constructor(now = 0) {
    this.#now = now;
  }

  /** Number of timers that were neither called nor cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Returns the current time, in milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /**
   * Calls `callback` once the clock has advanced by `milliseconds`; a negative
   * delay or `NaN` counts as 0. Returns a function that cancels the timer.
   */
  setTimer(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + (milliseconds > 0 ? milliseconds : 0), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Advances the clock and calls each timer that becomes due, with the clock at
   * its due time. Timers are called by due time, then in the order in which they
   * were set. Before each timer, pending promises settle; their reactions may set
   * or cancel timers. Rejects with the error of a timer that throws.
   *
   * @throws {ConfigError} if `milliseconds` is negative or not finite.
   */
  async advance(milliseconds: number): Promise<void> {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new ConfigError(
        `Cannot advance a clock by ${quote(milliseconds)}: ` +
          "expected a finite number of milliseconds, at least 0",
      );
    }
    const end = this.#now + milliseconds;
    // A turn that has just been called may still load its code.
    await (loading ??= loadLazyCode());
    await nextTask();
    for (;;) {
      // The sort is stable: timers due at the same time stay in the order in which they were set.
      const [timer] = [...this.#timers].sort((a, b) => a.due - b.due);
      if (timer === undefined || timer.due > end) break;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
      await nextTask();
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** Code that the first turns load. */
let loading: Promise<unknown> | undefined;

function loadLazyCode(): Promise<unknown> {
  return Promise.all([
    import("../session/turn_code.ts"),
    import("../session/compaction_code.ts"),
  ]);
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}
