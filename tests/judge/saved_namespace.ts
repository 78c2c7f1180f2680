/**
 * What follows from the entries of one session.
 *
 * @module
 */
import type {
  ChannelChange,
  CheckpointRecord,
  SaverRecord,
  TaskWrite,
  WritesRecord,
} from "./saver_records.ts";

/** A write, and what it is ordered by. */
export type PlacedWrite = TaskWrite & Pick<WritesRecord, "taskId" | "taskPath">;

/** The checkpoints of a namespace of a thread, and what was written after each. */
export class SavedNamespace {
  readonly #checkpoints = new Map<string, CheckpointRecord>();
  readonly #writes = new Map<string, Map<string, PlacedWrite>>();

  /** Takes the entries in their order. */
  constructor(records: readonly SaverRecord[]) {
    for (const record of records) {
      if (record.kind === "checkpoint") this.#checkpoints.set(record.id, record);
      else this.#addWrites(record);
    }
  }

  /** The checkpoints, the newest first: their ids ascend with time. */
  get checkpoints(): readonly CheckpointRecord[] {
    return [...this.#checkpoints.values()].sort((a, b) => a.id < b.id ? 1 : -1);
  }

  /** A checkpoint by its id; the newest without one. */
  checkpoint(id: string | undefined): CheckpointRecord | undefined {
    return id === undefined ? this.checkpoints[0] : this.#checkpoints.get(id);
  }

  /** What was written after a checkpoint, in no order. */
  writes(id: string): readonly PlacedWrite[] {
    return [...this.#writes.get(id)?.values() ?? []];
  }

  /** What each channel had last become when a checkpoint was put: itself or one that it follows on says so. */
  changes(id: string): ReadonlyMap<string, ChannelChange> {
    const nearest = new Map<string, ChannelChange>();
    let record = this.#checkpoints.get(id);
    while (record !== undefined) {
      for (const change of record.changes) {
        if (!nearest.has(change.channel)) nearest.set(change.channel, change);
      }
      record = record.parent === undefined ? undefined : this.#checkpoints.get(record.parent);
    }
    return nearest;
  }

  #addWrites({ id, taskId, taskPath, writes }: WritesRecord): void {
    const known = this.#writes.get(id) ?? new Map<string, PlacedWrite>();
    this.#writes.set(id, known);
    for (const write of writes) {
      const key = JSON.stringify([taskId, write.index]);
      // A task that runs again writes the same again: the first counts.
      if (write.index >= 0 && known.has(key)) continue;
      known.set(key, { ...write, taskId, taskPath });
    }
  }
}
