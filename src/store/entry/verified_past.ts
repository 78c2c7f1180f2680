/**
 * Reading entries from the first one on, with verification of all of them.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import { Position } from "../../history/position.ts";
import { type Address, EntryReader, nameOf } from "./entry_reader.ts";
import { type Link, makeDamagedError } from "./hash_chain.ts";
import type { Store } from "../store.ts";

/** Entries of a session or child from the first one up to a point in the hash chain. */
export interface Past {
  readonly address: Address;
  /** Point before the first entry. */
  readonly first: Link;
  /** Point after the last entry. */
  readonly end: Link;
}

/**
 * Reads events page by page, each page once its hashes are verified, and validates them unless
 * `validates` is false.
 *
 * @throws {SessionDamagedError} if an entry is missing or damaged, or the chain ends differently.
 */
export async function* readPast(
  store: Store,
  { address, first, end }: Past,
  validates = true,
): AsyncGenerator<readonly SessionEvent[], void, void> {
  let { hash } = first;
  const pages = new EntryReader(store, address).pages(first, end.head, validates);
  for await (const { events, link } of pages) {
    yield events;
    hash = link.hash;
  }
  if (hash !== end.hash) {
    throw makeDamagedError(
      nameOf(address),
      `entry ${end.head - 1} belongs to another log: expected the one that the session refers to`,
    );
  }
}

/**
 * Reads the events from a sequence number on. The hash of the last one verifies them, also if those
 * before them are not read; that suffices for a turn.
 *
 * @throws {SessionDamagedError} as {@linkcode readPast}.
 */
export async function readLast(store: Store, past: Past, seq: number): Promise<SessionEvent[]> {
  const { id, child } = past.address;
  const [before] = seq === 0 ? [] : await store.entries(id, { child, from: seq - 1, limit: 1 });
  const first = before === undefined ? past.first : { head: seq, hash: before.hash };
  const last: SessionEvent[] = [];
  for await (const events of readPast(store, { ...past, first }, false)) {
    for (const event of events) last.push(event);
  }
  return last;
}

/**
 * Reads all events, and verifies the snapshot that covers them.
 *
 * @throws {SessionDamagedError} if the snapshot does not match the entries, or as
 *   {@linkcode readPast}.
 */
export async function readCovered(
  store: Store,
  past: Past,
  start: string,
  snapshot: string | undefined,
): Promise<SessionEvent[]> {
  const position = new Position(start);
  const covered: SessionEvent[] = [];
  for await (const events of readPast(store, past)) {
    for (const event of events) {
      position.apply(event);
      covered.push(event);
    }
  }
  if (position.snapshot() !== snapshot) {
    throw makeDamagedError(
      nameOf(past.address),
      "its snapshot does not match its entries: expected the position after them",
    );
  }
  return covered;
}
