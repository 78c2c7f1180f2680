/**
 * The place of a scenario, and its findings.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import type { Place } from "./place.ts";

/** Extent of the chaos. */
export interface Effort {
  /** Number of workers that are killed at random; other scenarios scale with it. */
  readonly kills: number;
  /** Decides what is left to chance. */
  readonly seed: number;
  /** Every which commit point is tried: 1 tries all. */
  readonly stride: number;
}

/** Environment of a scenario. */
export interface Arena {
  /** The store, for workers. */
  readonly place: Place;
  /** The store, opened for the one who examines it. */
  readonly store: Store;
  /** A folder for journals and copies. */
  readonly folder: string;
  /** Extent of the chaos. */
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
  /** Name of the scenario. */
  readonly name: string;
  /** Does it, and says what came of it. */
  readonly run: (arena: Arena) => Promise<Findings>;
}

/** The figures of one scenario. Those of broken promises are 0 where all are kept. */
export interface Findings {
  /** Processes that were killed or stopped, faults and breaks. */
  readonly blows: number;
  /** Events that a worker was told are committed. */
  readonly acknowledged: number;
  /** Of these, how many the store lacks or has otherwise. */
  readonly lost: number;
  /** Entries, inputs and results that are there twice, or out of order. */
  readonly duplicates: number;
  /** Effects of tools outside of the store. */
  readonly effects: number;
  /** Of these, how many had no result on record when their process died, failed or was fenced. */
  readonly inFlight: number;
  /** Effects that were done again. Only those in flight may be. */
  readonly repeated: number;
  /** Effects of `once` tools that were done again. */
  readonly onceRepeated: number;
  /** Turns of workers that had been taken for dead, and were refused. */
  readonly fenced: number;
  /** Of these, how many were refused when they tried to append. */
  readonly refused: number;
  /** Turns that failed because the storage did. */
  readonly failed: number;
  /** Sessions that were played to their end. */
  readonly finished: number;
  /** Each broken promise, in words. */
  readonly problems: readonly string[];
  /** Other observations. */
  readonly notes: readonly string[];
}

/** Findings of nothing. */
export const NOTHING: Findings = {
  blows: 0,
  acknowledged: 0,
  lost: 0,
  duplicates: 0,
  effects: 0,
  inFlight: 0,
  repeated: 0,
  onceRepeated: 0,
  fenced: 0,
  refused: 0,
  failed: 0,
  finished: 0,
  problems: [],
  notes: [],
};
