/**
 * Crash of a worker at a chosen point, as by `kill -9`, or its suspension there.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import { type Intercept, interceptStore, isWrite } from "./intercept_store.ts";

/** Point in the life of a worker at which it crashes. */
export interface CrashPoint {
  /** Kind of operation: a write to the store, a write that appends, or an effect of a tool. */
  readonly operation: "write" | "append" | "effect";
  /** Number of the operation among those of its kind, from 1. */
  readonly at: number;
  /** Before the operation, or after it but before its caller is notified. */
  readonly when: "before" | "after";
  /** If true, the worker is suspended until it is continued, instead of killed. Default: false. */
  readonly isStop?: boolean;
}

/** Counts the operations of a worker, and crashes it at a point. */
export class CrashInjector {
  /** Number of operations so far, by kind. */
  readonly done: Record<CrashPoint["operation"], number> = { write: 0, append: 0, effect: 0 };
  readonly #point: CrashPoint | undefined;
  readonly #onStop: () => void;

  /** Makes an injector; without a point, it only counts. `onStop` is called before a suspension. */
  constructor(point?: CrashPoint, onStop: () => void = () => {}) {
    this.#point = point;
    this.#onStop = onStop;
  }

  /** Runs an operation, unless the worker crashes before it. */
  async run<Result>(
    operation: CrashPoint["operation"],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const at = ++this.done[operation];
    await this.#crashAt(operation, at, "before");
    const result = await work();
    await this.#crashAt(operation, at, "after");
    return result;
  }

  /** Returns a store whose writes are counted as operations. */
  wrapStore(store: Store): Store {
    const intercept: Intercept = (method, call) => {
      if (!isWrite(method)) return call();
      const write = method === "append" ? () => this.run("append", call) : call;
      return this.run("write", write);
    };
    return interceptStore(store, intercept);
  }

  async #crashAt(operation: string, at: number, when: string): Promise<void> {
    const point = this.#point;
    if (point?.operation !== operation || point.at !== at || point.when !== when) return;
    if (point.isStop) {
      this.#onStop();
      Deno.kill(Deno.pid, "SIGSTOP");
      return;
    }
    Deno.kill(Deno.pid, "SIGKILL");
    await new Promise(() => {});
  }
}
