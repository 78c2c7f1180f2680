/**
 * Scenarios, their environment and their findings.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";

/** Extent of the chaos. */
export interface Effort {
  /** Number of workers that are killed at random; other scenarios scale with it. */
  readonly kills: number;
  /** Seed of all random choices. */
  readonly seed: number;
  /** Interval of the crash points and store calls that are tried: 1 tries all. */
  readonly stride: number;
  /** Number of turns of a session during which random faults occur. */
  readonly turns: number;
  /** Number of clients that use one session at once. */
  readonly clients: number;
}

/** Environment of a scenario. */
export interface Environment {
  /** Kind of store. */
  readonly kind: "sqlite" | "postgres";
  /** URL with which workers open the store. */
  readonly url: string;
  /** Store, opened in this process. */
  readonly store: Store;
  /** Folder for journals and copies. */
  readonly folder: string;
  /** Server of a PostgreSQL store. */
  readonly server?: Server;
}

/** PostgreSQL server in which faults are injected. */
export interface Server {
  /** Runs a statement as the superuser. Returns the rows, and the number returned or changed. */
  query<Row>(
    text: string,
    ...values: readonly unknown[]
  ): Promise<{ readonly rows: readonly Row[]; readonly count: number }>;
  /** Stops the server as a crash would, and starts it again. */
  restart(): Promise<void>;
}

/** Kind of fault and the check of its consequences. */
export interface Scenario {
  /** Name of the scenario. */
  readonly name: string;
  /** Injects the faults, and returns the consequences. */
  readonly run: (environment: Environment, effort: Effort) => Promise<Findings>;
}

/** Figures of one scenario. Those of broken promises are 0 if all are kept. */
export interface Findings {
  /** Number of injected faults, for example kills, failed calls, flipped bits. */
  readonly faults: number;
  /** Number of events that were acknowledged to a worker as committed. */
  readonly acknowledged: number;
  /** Number of acknowledged events that are missing or changed in the store. */
  readonly lost: number;
  /** Number of entries, inputs and results that appear twice or out of order. */
  readonly duplicates: number;
  /** Number of effects of tools outside the store. */
  readonly effects: number;
  /** Number of effects without a recorded result when their process died, failed or was fenced. */
  readonly inFlight: number;
  /** Number of repeated effects. Only those in flight may be repeated. */
  readonly repeated: number;
  /** Number of repeated effects of `once` tools. */
  readonly onceRepeated: number;
  /** Number of turns of suspended workers that were rejected after another worker took over. */
  readonly fenced: number;
  /** Number of fenced turns that were rejected when they appended. */
  readonly refused: number;
  /** Number of turns that failed because the storage failed. */
  readonly failed: number;
  /** Broken promises in words. */
  readonly problems: readonly string[];
  /** Other observations. */
  readonly notes: readonly string[];
}

/** Findings of a scenario in which nothing was counted. */
export const NO_FINDINGS: Findings = {
  faults: 0,
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
  problems: [],
  notes: [],
};
