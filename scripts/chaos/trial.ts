/**
 * One run of a scenario: its sessions, workers, journal and problems.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import { type Clock, systemClock } from "../../src/clock.ts";
import { examine } from "./examine.ts";
import { Journal, readJournal } from "./journal.ts";
import { Player, type PlayOptions } from "./player.ts";
import type { Environment, Findings } from "./scenario.ts";
import type { WorkerTask } from "./worker.ts";
import { WorkerProcess } from "./worker_process.ts";

/** Clock without retry delays: timers below a second fire at once, longer ones are kept. */
export const FAST_CLOCK: Clock = {
  now: () => systemClock.now(),
  setTimer: (milliseconds, callback) =>
    systemClock.setTimer(milliseconds < 1_000 ? 0 : milliseconds, callback),
};

/** One run of a scenario. */
export class Trial implements Disposable {
  /** Expected number of turns by id, of the sessions that are examined at the end. */
  readonly sessions: Map<string, number> = new Map();
  /** Names of the workers that were killed. */
  readonly killed: Set<string> = new Set();
  /** Broken promises in words. */
  readonly problems: string[] = [];
  readonly #environment: Environment;
  readonly #path: string;
  readonly #journal: Journal;

  /** Starts a trial. Its name must be unique in the environment. */
  constructor(environment: Environment, readonly name: string) {
    this.#environment = environment;
    this.#path = `${environment.folder}/${name}.jsonl`;
    this.#journal = new Journal(this.#path, name);
  }

  /** Makes a player in this process. By default it uses the store of the environment. */
  player(options?: PlayOptions, store?: Store, journal?: Journal): Player {
    return new Player(store ?? this.#environment.store, journal ?? this.#journal, options);
  }

  /** Opens the journal for another player of this process. */
  journal(worker: string): Journal {
    return new Journal(this.#path, worker);
  }

  /** Starts a worker process. */
  start(task: Omit<WorkerTask, "url" | "journal"> & Partial<WorkerTask>): WorkerProcess {
    return new WorkerProcess({ url: this.#environment.url, journal: this.#path, ...task });
  }

  /** Compares the store with the journal. `notes` are further observations. */
  async examine(
    faults: number,
    notes: readonly string[] = [],
    store: Store = this.#environment.store,
  ): Promise<Findings> {
    const { sessions, killed } = this;
    const records = await readJournal(this.#path);
    const findings = await examine({ store, sessions, records, killed });
    return { ...findings, faults, notes, problems: [...this.problems, ...findings.problems] };
  }

  /** Closes the journal. */
  [Symbol.dispose](): void {
    this.#journal[Symbol.dispose]();
  }
}
