/**
 * Forks in a store, with copies of the child sessions that are open at the cut.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { listBegunChildren } from "../history/cut.ts";
import type { AddedEvents } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Position } from "../history/position.ts";
import { childIdOf, type SessionName } from "../history/session_name.ts";
import { appendWithRetry } from "./entry/append_with_retry.ts";
import { readBlobs } from "./entry/blobs.ts";
import { buildAppend } from "./entry/build_append.ts";
import { serializeEvent } from "./entry/entry_body.ts";
import {
  checkIdentity,
  EntryReader,
  type FoundAddress,
  hasBlob,
  nameOf,
} from "./entry/entry_reader.ts";
import { type Link, makeDamagedError } from "./entry/hash_chain.ts";
import { createStored, findSession, type FoundSession, type SessionMeta } from "./find_session.ts";
import { acquireLease, type LeaseOptions } from "./lease/acquire_lease.ts";
import type { SessionLease } from "./lease/session_lease.ts";
import type { Store } from "./store.ts";

/** Minimum number of events between two snapshots. */
export const SNAPSHOT_INTERVAL = 64;

/** Maximum number of entries in one append. */
const BATCH_LENGTH = 1_000;

/** Session or child whose history is copied. */
type Original = Pick<FoundSession, "start" | "incarnation" | "first">;

/** Session or child of a fork, with the history that it copies from the original. */
interface ForkedPast extends SessionMeta {
  /** Id of the session or child. */
  readonly id: string;
  /** Bodies of the entries, as they are stored, in the version each was written in. */
  readonly bodies: readonly string[];
  /** Position after them. */
  readonly position: Position;
  /** Id of the session that has the blobs to which they refer. */
  readonly from: string;
}

/** History of a copy. */
interface Cut {
  /** Number of entries to copy. */
  readonly at: number;
  /** Events that follow in the copy, and in those of its children. Default: none. */
  readonly added: AddedEvents | undefined;
}

interface Copied extends Cut {
  /** Name of the copy. */
  readonly name: SessionName;
}

/**
 * Creates a fork with the first `at` entries of a session and those that are added, and its
 * children. The metadata of the fork records how many entries it will have, and its entries
 * are written last, so that it is recognized as incomplete if its writer dies. A fork that
 * cannot be written is deleted.
 *
 * @throws {ConflictError} if a session with this id exists, or the original was deleted.
 * @throws {ConfigError} if version 2 did not record how far an open child session was.
 * @throws {SessionDamagedError} if an entry is missing or damaged.
 * @throws {StoreError} if the store fails.
 */
export async function writeFork(
  store: Store,
  address: FoundAddress,
  original: Original,
  fork: Copied,
  options: LeaseOptions & Pick<SessionMeta, "agent">,
): Promise<void> {
  const { id } = fork.name;
  const children: ForkedPast[] = [];
  const past = await copyPast(store, address, original, fork, children);
  const { agent } = options;
  const meta = { ...past, agent, fork: { id: nameOf(address), at: past.bodies.length } };
  // Read after the entries, so that all of them were those of this session.
  const stored = await store.read(address.id);
  checkIdentity(address, stored);
  const { labels } = stored;
  const first = await createStored(store, { id }, meta, { labels });
  try {
    const until = options.clock.now() + options.maxWait;
    // Not undefined, because there is no signal that could abort.
    const { lease } = (await acquireLease(store, id, options, { until }))!;
    try {
      for (const child of children) {
        const owner = { lease: lease.lease };
        const before = await createStored(store, { id, child: child.id }, child, owner);
        await writePast(store, lease, child.id, before, child, options);
      }
      await writePast(store, lease, undefined, first, past, options);
    } finally {
      await lease.release();
    }
  } catch (error) {
    // If deleting fails too, the incomplete fork is still rejected when it is read.
    await store.delete(id).catch(() => {});
    throw error;
  }
}

/** Copies the first `at` entries for a fork, and adds the copies of its children to `children`. */
async function copyPast(
  store: Store,
  address: FoundAddress,
  { start, incarnation, first }: Original,
  { name, at, added }: Copied,
  children: ForkedPast[],
): Promise<ForkedPast> {
  const position = new Position(start);
  const bodies: string[] = [];
  let sinceDecision: SessionEvent[] = [];
  for await (const { entries, events } of new EntryReader(store, address).pages(first, at)) {
    for (const event of events) {
      position.apply(event);
      if (event.type === "decision") sinceDecision = [];
      sinceDecision.push(event);
    }
    for (const { body } of entries) bodies.push(body);
  }
  const own = { id: nameOf(address), incarnation };
  for (const { call, head } of listBegunChildren(position.calls, sinceDecision)) {
    const child = childIdOf(own, position.decision, call);
    const found = await findSession(store, { id: address.id, child });
    if (found === undefined) {
      throw makeDamagedError(own.id, `its child ${quote(child)} is missing: expected it`);
    }
    const copy = { id: childIdOf(name, position.decision, call), incarnation: undefined };
    const below = { id: address.id, child, meta: found.stored.meta };
    const cut = { name: copy, at: head, added: added?.children.get(call) };
    children.push(await copyPast(store, below, found, cut, children));
  }
  for (const event of added?.events ?? []) {
    position.apply(event);
    bodies.push(serializeEvent(event));
  }
  return { ...name, start, bodies, position, from: address.id };
}

async function writePast(
  store: Store,
  { lease, lost }: SessionLease,
  child: string | undefined,
  first: Link,
  { bodies, position, from }: ForkedPast,
  { clock }: LeaseOptions,
): Promise<void> {
  for (let before = first; before.head < bodies.length;) {
    lost.throwIfAborted();
    const batch = bodies.slice(before.head, before.head + BATCH_LENGTH);
    const isLast = before.head + batch.length === bodies.length;
    const isDue = bodies.length >= SNAPSHOT_INTERVAL;
    const after = isLast ? position : undefined;
    const referring = batch.filter((body) => hasBlob({ body }));
    const blobs = referring.length === 0 ? undefined : await readBlobs(store, from, referring);
    const written = { bodies: batch, blobs };
    const { appended, link } = buildAppend(before, written, child, after, isDue);
    await appendWithRetry(store, lease, before, appended, clock);
    before = link;
  }
}
