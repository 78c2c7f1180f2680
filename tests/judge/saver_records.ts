/**
 * Records of a checkpoint saver, stored as entries of a session.
 *
 * @module
 */

/** Serialized data: the name of the format, and the bytes as base64. */
export type Packed = readonly [form: string, base64: string];

/** A checkpoint, without the values of channels that did not change. */
export interface CheckpointRecord {
  readonly kind: "checkpoint";
  readonly id: string;
  /** Id of the previous checkpoint. */
  readonly parent?: string;
  readonly checkpoint: Packed;
  readonly metadata: Packed;
  /** The channels that changed. */
  readonly changes: readonly ChannelChange[];
}

/** Change of a channel. */
export interface ChannelChange {
  readonly channel: string;
  readonly version: number | string;
  /** New value; absent if the channel became empty. */
  readonly value?: Packed;
}

/** Writes of a task between a checkpoint and the next. */
export interface WritesRecord {
  readonly kind: "writes";
  /** Id of the checkpoint. */
  readonly id: string;
  readonly taskId: string;
  readonly taskPath: string;
  readonly writes: readonly TaskWrite[];
}

/** One write of a task. */
export interface TaskWrite {
  /** Index among the writes of the task; negative for a write that later ones replace. */
  readonly index: number;
  readonly channel: string;
  readonly value: Packed;
}

/** One entry of a session. */
export type SaverRecord = CheckpointRecord | WritesRecord;
