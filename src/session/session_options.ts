/**
 * Options of sessions.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Limits } from "../cost/limits.ts";
import type { State } from "../history/state.ts";
import type { Store } from "../store/store.ts";
import type { DataPatch } from "../tool/tool_context.ts";
import type { TurnOptions } from "../turn/turn_options.ts";

/** Options of a new or continued session. */
export interface SessionOptions<Data = unknown, Context = unknown> {
  /** Id of the session. Default: that of the state, otherwise a new one. */
  readonly id?: string;
  /**
   * State of a session to continue. It is trusted like code: `openState()` of
   * `@nomos/agent/store` verifies one that a client held. Default: a new session.
   */
  readonly state?: State;
  /**
   * Data with which the session begins, completed by the defaults of the agent's `data` schema.
   * Validated, and otherwise ignored if the state has data already. Default: the defaults alone.
   */
  readonly data?: DataPatch<Data>;
  /** Live objects of this conversation, for tools and guards; never serialized. Default: none. */
  readonly context?: Context;
  /** Limits of this session and its turns. Default: those of the agent. */
  readonly limits?: Limits;
  /**
   * If true, the state keeps the child session of every call of an agent. By default it has
   * those of open calls only, and the log has the results of the others.
   *
   * @default {false}
   */
  readonly keepChildren?: boolean;
}

/** Options of a session in a store. */
export interface OpenOptions<Data = unknown, Context = unknown> {
  /** Store of the session. */
  readonly store: Store;
  /**
   * Data with which a new session begins, completed by the defaults of the agent's `data` schema.
   * Validated, and otherwise ignored if the stored session has data already. Default: the defaults
   * alone.
   */
  readonly data?: DataPatch<Data>;
  /** Live objects of this conversation, for tools and guards; never stored. Default: none. */
  readonly context?: Context;
  /** Limits of this session and its turns. Default: those of the agent. */
  readonly limits?: Limits;
  /**
   * Labels for finding the session with `store.list()`: at most 16, each of 1 to 100 characters.
   * They replace the labels of an existing session; forks copy them. Default: an existing session
   * keeps its labels, a new one has none.
   */
  readonly labels?: readonly string[];
  /**
   * Behaviour of a turn while another one of the same session runs, in this process or another.
   * `"refuse"` throws a `SessionBusyError`; `"wait"` waits until that turn ends: turns of one
   * process begin in the order of their calls, those of several processes in any order;
   * `"interrupt"` takes its lease at once, so that it can write nothing more and fails.
   * Default: `"refuse"`.
   */
  readonly whenBusy?: "refuse" | "wait" | "interrupt";
  /** Maximum time that `"wait"` waits, counted from the call, in milliseconds. Default: 30,000. */
  readonly maxWait?: number;
  /**
   * Duration of the lease, in milliseconds. A process that has not renewed its lease for
   * so long counts as dead, and another one may continue its session. At most 2 ** 31 - 1.
   * Default: 15,000.
   */
  readonly leaseTime?: number;
  /** Clock for leases and waiting. Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Random number from 0 to 1, for the jitter between attempts. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Options of `openSession`: `context` is required if the agent's tools or guards need one. */
export type OpenArgument<Data, Context> = unknown extends Context ? OpenOptions<Data, Context>
  : OpenOptions<Data, Context> & { readonly context: Context };

/** Options of `createSession`: required if the agent's tools or guards need a context. */
export type SessionArguments<Data, Context> = unknown extends Context
  ? [options?: SessionOptions<Data, Context>]
  : [options: SessionOptions<Data, Context> & { readonly context: Context }];

/** Options of `agent.next`: those of the turn, and of its session. */
export type NextOptions<Data, Context> =
  & TurnOptions
  & Pick<SessionOptions<Data, Context>, "data" | "context">;

/** Options of `agent.next`: required if the agent's tools or guards need a context. */
export type NextArguments<Data, Context> = unknown extends Context
  ? [options?: NextOptions<Data, Context>]
  : [options: NextOptions<Data, Context> & { readonly context: Context }];
