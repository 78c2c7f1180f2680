/**
 * The point at which a worker kills itself, as `kill -9` would, or stops.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import { type Intercept, interceptedStore, isWrite } from "./intercepted_store.ts";

/** One point in the life of a worker. */
export interface DeathPoint {
  /** A write to the store, a write that appends, or an effect of a tool. */
  readonly what: "write" | "append" | "effect";
  /** Its number, from 1. */
  readonly at: number;
  /** Before it, or when it is done and nobody has been told. */
  readonly when: "before" | "after";
  /** True to stop there until the process is continued, instead of dying. Default: false. */
  readonly isStop?: boolean;
}

/** Counts what a worker does, and ends it at its point. */
export class Death {
  /** Number of each that were done. */
  readonly done: Record<DeathPoint["what"], number> = { write: 0, append: 0, effect: 0 };
  readonly #point: DeathPoint | undefined;
  readonly #onStop: () => void;

  /** Without a point, it only counts. `onStop` is told just before a stop. */
  constructor(point?: DeathPoint, onStop: () => void = () => {}) {
    this.#point = point;
    this.#onStop = onStop;
  }

  /** Does something unless it is time to die. */
  async around<Result>(what: DeathPoint["what"], work: () => Promise<Result>): Promise<Result> {
    const at = ++this.done[what];
    await this.#dieAt(what, at, "before");
    const result = await work();
    await this.#dieAt(what, at, "after");
    return result;
  }

  /** A store whose writes count. */
  watch(store: Store): Store {
    const intercept: Intercept = (method, call) => {
      if (!isWrite(method)) return call();
      const write = method === "append" ? () => this.around("append", call) : call;
      return this.around("write", write);
    };
    return interceptedStore(store, intercept);
  }

  async #dieAt(what: string, at: number, when: string): Promise<void> {
    const point = this.#point;
    if (point?.what !== what || point.at !== at || point.when !== when) return;
    if (point.isStop) {
      this.#onStop();
      Deno.kill(Deno.pid, "SIGSTOP");
      return;
    }
    Deno.kill(Deno.pid, "SIGKILL");
    await new Promise(() => {});
  }
}
