/**
 * What a scenario found, in figures.
 *
 * @module
 */

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
  /** What tools did outside. */
  readonly effects: number;
  /** Of these, how many had no result on record when their process died, failed or was fenced. */
  readonly inFlight: number;
  /** How many were done again. Only those in flight may be. */
  readonly repeated: number;
  /** Effects of `once` tools that were done again. */
  readonly onceRepeated: number;
  /** Turns of workers that had been taken for dead, and were refused. */
  readonly fenced: number;
  /** Sessions that were played to their end. */
  readonly finished: number;
  /** Each broken promise, in words. */
  readonly problems: readonly string[];
  /** What else was seen. */
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
  finished: 0,
  problems: [],
  notes: [],
};
