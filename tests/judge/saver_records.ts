/**
 * What a saver of checkpoints keeps, as the entries of a session.
 *
 * @module
 */

/** Serialised data: the name of its form, and its bytes as base64. */
export type Packed = readonly [form: string, base64: string];

/** A checkpoint, without the values of channels that did not change. */
export interface CheckpointRecord {
  readonly kind: "checkpoint";
  readonly id: string;
  /** The checkpoint that it follows on. */
  readonly parent?: string;
  readonly checkpoint: Packed;
  readonly metadata: Packed;
  /** The channels that changed. */
  readonly changes: readonly ChannelChange[];
}

/** What a channel became. */
export interface ChannelChange {
  readonly channel: string;
  readonly version: number | string;
  /** Its value; absent if it has none any more. */
  readonly value?: Packed;
}

/** What a task wrote after a checkpoint, before the next. */
export interface WritesRecord {
  readonly kind: "writes";
  /** The checkpoint. */
  readonly id: string;
  readonly taskId: string;
  readonly taskPath: string;
  readonly writes: readonly TaskWrite[];
}

/** One write of a task. */
export interface TaskWrite {
  /** Its place among the writes of the task; below 0 for one that may be replaced. */
  readonly index: number;
  readonly channel: string;
  readonly value: Packed;
}

/** One entry of a session. */
export type SaverRecord = CheckpointRecord | WritesRecord;
