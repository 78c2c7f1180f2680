/**
 * A LangGraph checkpoint saver on top of a store, so that LangGraph's validation
 * suite can test stores.
 *
 * @module
 */
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  compareWritesSortKeys,
  copyCheckpoint,
  maxChannelVersion,
  type PendingWrite,
  TASKS,
  WRITES_IDX_MAP,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import type { Store } from "@nomos/agent/store";
import { Buffer } from "node:buffer";
import { type PlacedWrite, SavedNamespace } from "./saved_namespace.ts";
import type { ChannelChange, CheckpointRecord, Packed, SaverRecord } from "./saver_records.ts";
import { SessionLogs } from "./session_logs.ts";

/** Thread and namespace of a checkpoint. */
interface Place {
  readonly thread: string;
  readonly namespace: string;
}

/** First checkpoint version that contains its pending sends. */
const VERSION_WITH_SENDS = 4;

/**
 * Stores checkpoints in a store. Each namespace of a thread is a session to which
 * checkpoints and writes are appended.
 */
export class StoreSaver extends BaseCheckpointSaver {
  readonly #logs: SessionLogs;

  /** Creates a saver on a store. */
  constructor(store: Store) {
    super();
    this.#logs = new SessionLogs(store);
  }

  /** Returns a checkpoint; the newest if the config names none; undefined if there is none. */
  override async getTuple({ configurable }: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const thread = textOf(configurable, "thread_id");
    if (thread === undefined) return undefined;
    const place = { thread, namespace: textOf(configurable, "checkpoint_ns") ?? "" };
    const saved = await this.#read(place);
    const record = saved.checkpoint(textOf(configurable, "checkpoint_id"));
    return record && await this.#tuple(place, saved, record);
  }

  /** Lists checkpoints of one thread or of all, newest first. */
  override async *list(
    { configurable }: RunnableConfig,
    { limit = Infinity, before, filter = {} }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const namespace = textOf(configurable, "checkpoint_ns");
    const only = textOf(configurable, "checkpoint_id");
    const end = textOf(before?.configurable, "checkpoint_id");
    const tuples: CheckpointTuple[] = [];
    for await (const id of this.#logs.ids(prefixOf(textOf(configurable, "thread_id")))) {
      const place = placeOf(id);
      if (namespace !== undefined && place.namespace !== namespace) continue;
      const saved = await this.#read(place);
      for (const record of saved.checkpoints) {
        if (only !== undefined && record.id !== only) continue;
        if (end !== undefined && record.id >= end) continue;
        const tuple = await this.#tuple(place, saved, record);
        const metadata: Readonly<Record<string, unknown>> = { ...tuple.metadata };
        if (Object.entries(filter).some(([key, value]) => metadata[key] !== value)) continue;
        tuples.push(tuple);
      }
    }
    tuples.sort((a, b) => a.checkpoint.id < b.checkpoint.id ? 1 : -1);
    for (const [index, tuple] of tuples.entries()) {
      if (index >= limit) return;
      yield tuple;
    }
  }

  /** Appends a checkpoint, with the values of the channels that changed. */
  override async put(
    { configurable }: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const thread = expectText(configurable, "thread_id", "a checkpoint");
    const place = { thread, namespace: textOf(configurable, "checkpoint_ns") ?? "" };
    const parent = textOf(configurable, "checkpoint_id");
    const { id, channel_values: values } = checkpoint;
    const changes = Object.entries(newVersions).map(
      async ([channel, version]): Promise<ChannelChange> =>
        Object.hasOwn(values, channel)
          ? { channel, version, value: await this.#pack(values[channel]) }
          : { channel, version },
    );
    await this.#append(place, {
      kind: "checkpoint",
      id,
      ...(parent !== undefined && { parent }),
      checkpoint: await this.#pack({ ...copyCheckpoint(checkpoint), channel_values: {} }),
      metadata: await this.#pack(metadata),
      changes: await Promise.all(changes),
    });
    return configOf(place, id);
  }

  /** Appends the writes of a task after a checkpoint. */
  override async putWrites(
    { configurable }: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const thread = expectText(configurable, "thread_id", "writes");
    const id = expectText(configurable, "checkpoint_id", "writes");
    const packed = writes.map(async ([channel, value], place) => {
      const index = WRITES_IDX_MAP[channel] ?? place;
      return { index, channel, value: await this.#pack(value) };
    });
    await this.#append(
      { thread, namespace: textOf(configurable, "checkpoint_ns") ?? "" },
      { kind: "writes", id, taskId, taskPath, writes: await Promise.all(packed) },
    );
  }

  /** Deletes the sessions of a thread. */
  override async deleteThread(thread: string): Promise<void> {
    for await (const id of this.#logs.ids(prefixOf(thread))) await this.#logs.delete(id);
  }

  async #read(place: Place): Promise<SavedNamespace> {
    return new SavedNamespace(await this.#logs.read(idOf(place)) as readonly SaverRecord[]);
  }

  async #append(place: Place, record: SaverRecord): Promise<void> {
    await this.#logs.append(idOf(place), record);
  }

  async #tuple(
    place: Place,
    saved: SavedNamespace,
    { id, parent, checkpoint: packed, metadata }: CheckpointRecord,
  ): Promise<CheckpointTuple> {
    const checkpoint: Checkpoint = await this.#unpack(packed);
    const changes = saved.changes(id);
    for (const [channel, version] of Object.entries(checkpoint.channel_versions)) {
      const change = changes.get(channel);
      if (change?.version !== version || change.value === undefined) continue;
      checkpoint.channel_values[channel] = await this.#unpack(change.value);
    }
    if (checkpoint.v < VERSION_WITH_SENDS && parent !== undefined) {
      await this.#addSends(checkpoint, saved.writes(parent));
    }
    return {
      config: configOf(place, id),
      checkpoint,
      metadata: await this.#unpack(metadata),
      pendingWrites: await this.#inOrder(saved.writes(id)),
      ...(parent !== undefined && { parentConfig: configOf(place, parent) }),
    };
  }

  /** Adds the pending sends to a channel, where newer checkpoint versions store them. */
  async #addSends(checkpoint: Checkpoint, before: readonly PlacedWrite[]): Promise<void> {
    const sends = await this.#inOrder(before.filter(({ channel }) => channel === TASKS));
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_values[TASKS] = sends.map(([, , value]) => value);
    checkpoint.channel_versions[TASKS] = versions.length === 0
      ? this.getNextVersion(undefined)
      : maxChannelVersion(...versions);
  }

  async #inOrder(writes: readonly PlacedWrite[]): Promise<CheckpointPendingWrite[]> {
    const keyed = writes.map((write) => {
      return { write, key: writesSortKey(write.taskPath, write.taskId, write.index) };
    });
    keyed.sort((a, b) => compareWritesSortKeys(a.key, b.key));
    return await Promise.all(keyed.map(async ({ write }): Promise<CheckpointPendingWrite> => {
      return [write.taskId, write.channel, await this.#unpack(write.value)];
    }));
  }

  async #pack(value: unknown): Promise<Packed> {
    const [form, bytes] = await this.serde.dumpsTyped(value);
    return [form, Buffer.from(bytes).toString("base64")];
  }

  async #unpack<Value>([form, base64]: Packed): Promise<Value> {
    return await this.serde.loadsTyped(form, new Uint8Array(Buffer.from(base64, "base64")));
  }
}

/** Prefix of the ids of all sessions of savers. A store may contain other sessions. */
const PREFIX = "langgraph:";

/** Returns the session id of a place: JSON separates the thread from the namespace. */
function idOf({ thread, namespace }: Place): string {
  return PREFIX + JSON.stringify([thread, namespace]);
}

function placeOf(id: string): Place {
  const [thread, namespace] = JSON.parse(id.slice(PREFIX.length));
  return { thread, namespace };
}

/** Returns the id prefix of the sessions of a thread; without a thread, of all threads. */
function prefixOf(thread: string | undefined): string {
  return thread === undefined ? PREFIX : `${PREFIX}[${JSON.stringify(thread)},`;
}

function configOf({ thread, namespace }: Place, id: string): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } };
}

type Configurable = RunnableConfig["configurable"];
type Key = "thread_id" | "checkpoint_ns" | "checkpoint_id";

function textOf(configurable: Configurable, key: Key): string | undefined {
  const value: unknown = configurable?.[key];
  if (value === undefined || typeof value === "string") return value;
  throw new TypeError(`Cannot use ${JSON.stringify(value)} as "${key}": expected text`);
}

function expectText(configurable: Configurable, key: Key, what: string): string {
  const text = textOf(configurable, key);
  if (text !== undefined) return text;
  throw new TypeError(`Cannot put ${what} without "${key}": expected it in "configurable"`);
}
