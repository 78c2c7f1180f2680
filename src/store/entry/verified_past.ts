/**
 * Reading entries between two points in the hash chain, with verification of all of them.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import { Position } from "../../history/position.ts";
import type { Store } from "../store.ts";
import { EntryReader, type FoundAddress, nameOf, type Page } from "./entry_reader.ts";
import { type Link, makeDamagedError } from "./hash_chain.ts";

/** Entries of a session or child between two points in the hash chain. */
export interface Past {
  readonly address: FoundAddress;
  /** Point before the first of these entries. */
  readonly first: Link;
  /** Point after the last of these entries. */
  readonly end: Link;
}

/**
 * Reads events page by page, each page once its hashes are verified, and validates them unless
 * `validates` is false.
 *
 * @throws {SessionDamagedError} if an entry is missing or damaged, or the chain ends differently.
 * @throws {ConflictError} if the session was deleted meanwhile.
 */
export async function* readPast(
  store: Store,
  { address, first, end }: Past,
  validates = true,
): AsyncGenerator<Page, void, void> {
  const id = nameOf(address);
  if (end.head < first.head) {
    throw makeDamagedError(
      id,
      `it has ${end.head} entries: expected the ${first.head} that were read before`,
    );
  }
  let { hash } = first;
  for await (const page of new EntryReader(store, address).pages(first, end.head, validates)) {
    yield page;
    hash = page.link.hash;
  }
  if (hash !== end.hash) {
    throw makeDamagedError(
      id,
      "the hash of its last entry is not the one stored with it: expected the same hash",
    );
  }
}

/**
 * Reads the events from a sequence number on. The hash of the last one verifies them, also if those
 * before them are not read; that suffices for a turn.
 *
 * @throws what {@linkcode readPast} throws.
 */
export async function readLast(store: Store, past: Past, seq: number): Promise<SessionEvent[]> {
  const { id, child } = past.address;
  const [before] = seq === 0 ? [] : await store.entries(id, { child, from: seq - 1, limit: 1 });
  const first = before === undefined ? past.first : { head: seq, hash: before.hash };
  const last: SessionEvent[] = [];
  for await (const { events } of readPast(store, { ...past, first }, false)) {
    for (const event of events) last.push(event);
  }
  return last;
}

/**
 * Reads all events, and verifies the snapshot that covers them.
 *
 * @throws {SessionDamagedError} if the snapshot does not match the entries. Also throws what
 *   {@linkcode readPast} throws.
 */
export async function readCovered(
  store: Store,
  past: Past,
  start: string,
  snapshot: string | undefined,
): Promise<SessionEvent[]> {
  const position = new Position(start);
  const covered: SessionEvent[] = [];
  for await (const { events } of readPast(store, past)) {
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
