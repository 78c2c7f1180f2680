/**
 * The tools of a scenario: its sessions, its journal, and its problems.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";
import { type Clock, systemClock } from "../../src/clock.ts";
import { examine } from "./examine.ts";
import { Journal, readJournal } from "./journal.ts";
import { Player, type PlayOptions } from "./player.ts";
import type { Arena, Findings } from "./scenario.ts";
import type { WorkerTask } from "./worker.ts";
import { WorkerProcess } from "./worker_process.ts";

/** A clock that lets waits of less than a second pass at once; leases take their time. */
export const IMPATIENT: Clock = {
  now: () => systemClock.now(),
  setTimer: (milliseconds, callback) =>
    systemClock.setTimer(milliseconds < 1_000 ? 0 : milliseconds, callback),
};

/** One run of a scenario. */
export class Trial implements Disposable {
  /** The sessions that are examined at the end, each with how many turns it should have. */
  readonly sessions: Map<string, number> = new Map();
  /** The workers that were killed. */
  readonly killed: Set<string> = new Set();
  /** Broken promises, in words. */
  readonly problems: string[] = [];
  readonly #arena: Arena;
  readonly #path: string;
  readonly #journal: Journal;

  /** Begins a trial, whose name no other trial of the arena has. */
  constructor(arena: Arena, readonly name: string) {
    this.#arena = arena;
    this.#path = `${arena.folder}/${name}.jsonl`;
    this.#journal = new Journal(this.#path, name);
  }

  /** A player in this process, in the store of the arena or another one. */
  player(options?: PlayOptions, store?: Store, journal?: Journal): Player {
    return new Player(store ?? this.#arena.store, journal ?? this.#journal, options);
  }

  /** A journal for one more player of this process. */
  journal(worker: string): Journal {
    return new Journal(this.#path, worker);
  }

  /** Starts a player in a process of its own. */
  start(task: Omit<WorkerTask, "place" | "journal"> & Partial<WorkerTask>): WorkerProcess {
    return new WorkerProcess({ place: this.#arena.place, journal: this.#path, ...task });
  }

  /** Examines the store. */
  async examine(blows: number, store: Store = this.#arena.store): Promise<Findings> {
    const { sessions, killed } = this;
    const notes = await readJournal(this.#path);
    const findings = await examine({ store, sessions, notes, killed });
    return { ...findings, blows, problems: [...this.problems, ...findings.problems] };
  }

  /** Closes the journal. */
  [Symbol.dispose](): void {
    this.#journal[Symbol.dispose]();
  }
}
