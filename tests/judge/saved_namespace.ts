/**
 * Checkpoints and writes of one namespace, read from the entries of a session.
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

/** A write with the fields by which writes are ordered. */
export type PlacedWrite = TaskWrite & Pick<WritesRecord, "taskId" | "taskPath">;

/** Checkpoints of a namespace of a thread, with the writes after each. */
export class SavedNamespace {
  readonly #checkpoints = new Map<string, CheckpointRecord>();
  readonly #writes = new Map<string, Map<string, PlacedWrite>>();

  /** Reads the entries of a session, in order. */
  constructor(records: readonly SaverRecord[]) {
    for (const record of records) {
      if (record.kind === "checkpoint") this.#checkpoints.set(record.id, record);
      else this.#addWrites(record);
    }
  }

  /** Checkpoints, newest first. Their ids ascend with time. */
  get checkpoints(): readonly CheckpointRecord[] {
    return [...this.#checkpoints.values()].sort((a, b) => a.id < b.id ? 1 : -1);
  }

  /** Returns a checkpoint by its id; without an id, the newest. */
  checkpoint(id: string | undefined): CheckpointRecord | undefined {
    return id === undefined ? this.checkpoints[0] : this.#checkpoints.get(id);
  }

  /** Returns the writes after a checkpoint, unordered. */
  writes(id: string): readonly PlacedWrite[] {
    return [...this.#writes.get(id)?.values() ?? []];
  }

  /** Returns the last change of each channel, from a checkpoint or its nearest ancestor. */
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
      // A task that runs again repeats its writes; the first ones count.
      if (write.index >= 0 && known.has(key)) continue;
      known.set(key, { ...write, taskId, taskPath });
    }
  }
}
