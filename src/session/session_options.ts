/**
 * Options of sessions.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Limits } from "../cost/limits.ts";
import type { Store } from "../store/store.ts";
import type { TurnOptions } from "../turn/loop.ts";
import type { State } from "../turn/state.ts";

/** Options of a new or continued session. */
export interface SessionOptions<Context = unknown> {
  /** Its name. Default: that of the state, else a fresh one. */
  readonly id?: string;
  /** Continues the session of this state. Default: a new session. */
  readonly state?: State;
  /** Live objects of this conversation, for tools and guards; never serialized. */
  readonly context?: Context;
  /** Limits of this session and its turns. Default: those of the agent. */
  readonly limits?: Limits;
}

/** Options of a session that lives in a store. */
export interface OpenOptions<Context = unknown> {
  /** Store of the session. */
  readonly store: Store;
  /** Live objects of this conversation, for tools and guards; never stored. */
  readonly context?: Context;
  /** Limits of this session and its turns. Default: those of the agent. */
  readonly limits?: Limits;
  /**
   * Behaviour of a turn while another process, or another object of this one, runs
   * a turn of the same session: `"refuse"` throws a `SessionBusyError`, `"wait"`
   * waits for its end, `"interrupt"` takes the session over at once: nothing that
   * the other one does afterwards is written, and its turn fails. Default: `"refuse"`.
   */
  readonly whenBusy?: "refuse" | "wait" | "interrupt";
  /** Maximum time to wait, in milliseconds. Default: 30,000. */
  readonly maxWait?: number;
  /**
   * After how many milliseconds a process that writes no sign of life is taken
   * for dead, and another may go on with its session. Default: 15,000.
   */
  readonly leaseTime?: number;
  /** The clock that waits. Default: the machine's. */
  readonly clock?: Clock;
  /** Spreads attempts in time: a number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The options of `openSession`: a context is needed where the tools want one. */
export type OpenArgument<Context> = unknown extends Context ? OpenOptions<Context>
  : OpenOptions<Context> & { readonly context: Context };

/** The options of `createSession`: needed only where the tools want a context. */
export type SessionArguments<Context> = unknown extends Context
  ? [options?: SessionOptions<Context>]
  : [options: SessionOptions<Context> & { readonly context: Context }];

/** The options of `agent.next`: needed only where the tools want a context. */
export type NextArguments<Context> = unknown extends Context
  ? [options?: TurnOptions & { readonly context?: Context }]
  : [options: TurnOptions & { readonly context: Context }];
