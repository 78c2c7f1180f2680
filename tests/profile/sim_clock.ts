import { type Clock, nextTask } from "../../src/clock.ts";

/** A clock whose time passes when nothing else can go on, or when code takes some by itself. */
export class SimClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimer(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Takes some time without giving way, as code that computes does. */
  spend(milliseconds: number): void {
    this.#now += milliseconds;
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(milliseconds, resolve));
  }

  /** Lets time pass until a promise has settled. */
  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settle = () => isSettled = true;
    promise.then(settle, settle);
    while (!isSettled) {
      await nextTask();
      if (isSettled) break;
      const [next] = [...this.#timers].sort((a, b) => a.due - b.due);
      if (next === undefined) continue;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    return await promise;
  }
}
