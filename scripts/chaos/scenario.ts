/**
 * What a scenario is given, and what it gives.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import type { Findings } from "./findings.ts";
import type { Place } from "./place.ts";

/** How much is done. */
export interface Effort {
  /** How many workers are killed at random; other scenarios do so much as suits it. */
  readonly kills: number;
  /** Decides what is left to chance. */
  readonly seed: number;
  /** Every which commit point is tried: 1 tries all. */
  readonly stride: number;
}

/** Where scenarios take place. */
export interface Arena {
  /** The store, for workers. */
  readonly place: Place;
  /** The store, opened for the one who examines it. */
  readonly store: Store;
  /** A folder for journals and copies. */
  readonly folder: string;
  /** How much is done. */
  readonly effort: Effort;
  /** The server of a store in PostgreSQL. */
  readonly server?: Server;
}

/** A server that may be harmed. */
export interface Server {
  /** Runs a statement as a role that may do everything, and gives how many rows it gave. */
  query(text: string, ...values: readonly unknown[]): Promise<number>;
  /** Stops the server as if it had crashed, and starts it again. */
  restart(): Promise<void>;
}

/** One way to do harm. */
export interface Scenario {
  /** What is done. */
  readonly name: string;
  /** Does it, and says what came of it. */
  readonly run: (arena: Arena) => Promise<Findings>;
}
