/**
 * The point at which a worker kills itself, as `kill -9` would.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import { type Intercept, InterceptedStore, isWrite } from "./intercepted_store.ts";

/** One point in the life of a worker. */
export interface DeathPoint {
  /** A write to the store, or an effect of a tool. */
  readonly what: "write" | "effect";
  /** Which of them, from 1. */
  readonly at: number;
  /** Before it, or when it is done and nobody has been told. */
  readonly when: "before" | "after";
}

/** Counts what a worker does, and ends it at its point. */
export class Death {
  /** How much of each was done. */
  readonly done: Record<DeathPoint["what"], number> = { write: 0, effect: 0 };
  readonly #point: DeathPoint | undefined;

  /** Without a point, it only counts. */
  constructor(point?: DeathPoint) {
    this.#point = point;
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
    const intercept: Intercept = (method, call) =>
      isWrite(method) ? this.around("write", call) : call();
    return new InterceptedStore(store, intercept);
  }

  async #dieAt(what: string, at: number, when: string): Promise<void> {
    const point = this.#point;
    if (point?.what !== what || point.at !== at || point.when !== when) return;
    Deno.kill(Deno.pid, "SIGKILL");
    await new Promise(() => {});
  }
}
