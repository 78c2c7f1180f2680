/**
 * Sessions in a store: finding and creating them.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../errors.ts";
import { EVENT_VERSION } from "../history/migrations.ts";
import { checkStoredVersion } from "./entry/entry_body.ts";
import { type Address, nameOf } from "./entry/entry_reader.ts";
import { firstHash, type Link, makeDamagedError, readStored } from "./entry/hash_chain.ts";
import { loadSha256 } from "./entry/sha256.ts";
import { areSameLabels } from "./labels.ts";
import type { Lease, Store, StoredSession } from "./store.ts";
import { ConflictError, SessionDamagedError } from "./store_errors.ts";

/** Metadata of a session, fixed when it is created. */
export interface SessionMeta {
  /** Id of the first step. */
  readonly start: string;
  /** Name of its agent; undefined for a child, and if an older release made it. */
  readonly agent?: string | undefined;
  /** Random text in the keys of its calls; undefined for a child, and if version 2 made it. */
  readonly incarnation?: string | undefined;
  /** For a fork: the id of the original session, and the number of entries copied from it. */
  readonly fork?: { readonly id: string; readonly at: number } | undefined;
}

/** Session or child found in a store, with its metadata. */
export interface FoundSession extends SessionMeta {
  readonly stored: StoredSession;
  /** Point in the hash chain before the first entry. */
  readonly first: Link;
}

/**
 * Finds a session or child; undefined if it does not exist.
 *
 * @throws {StateError} if a newer release wrote it.
 * @throws {SessionDamagedError} if its metadata is damaged, or it is an incomplete fork.
 */
export async function findSession(
  store: Store,
  address: Address,
): Promise<FoundSession | undefined> {
  // Every use of a session begins here.
  await loadSha256();
  const stored = await store.read(address.id, address.child);
  if (stored === undefined) return undefined;
  return { ...readMeta(stored), stored, first: firstLink(nameOf(address)) };
}

/** Properties of a new session or child beside its metadata. */
interface CreateOptions {
  /** Lease of the session, for a child. */
  readonly lease?: Lease;
  /** Labels of a session. Default: none. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * Creates a session, or a child with the lease of its session. Returns the point in the hash
 * chain before its first entry.
 */
export async function createStored(
  store: Store,
  { id, child }: Address,
  meta: SessionMeta,
  { lease, labels = [] }: CreateOptions = {},
): Promise<Link> {
  const first = firstLink(child ?? id);
  const session = { meta: writeMeta(meta), hash: first.hash };
  await (child === undefined || lease === undefined
    ? store.create(id, { ...session, labels })
    : store.createChild(lease, child, session));
  return first;
}

/**
 * Finds a session or child, or creates it with metadata that `makeMeta` returns.
 *
 * @throws {ConflictError} if it was deleted meanwhile. Also throws what
 *   {@linkcode findSession} throws.
 */
export async function findOrCreate(
  store: Store,
  address: Address,
  makeMeta: () => SessionMeta,
  options?: CreateOptions,
): Promise<FoundSession> {
  const known = await findSession(store, address);
  if (known !== undefined) return known;
  await createStored(store, address, makeMeta(), options).catch((error) => {
    // Another process created it meanwhile: it is opened below.
    if (!(error instanceof ConflictError)) throw error;
  });
  return await findSession(store, address) ?? refuseDeleted(nameOf(address));
}

/** Identity of a session that is opened, beside its id. */
export interface Identity {
  /** Name of its agent. */
  readonly agent: string;
  /** Labels, sorted. Default: those that it has. */
  readonly labels?: readonly string[] | undefined;
  /** Makes its incarnation. */
  readonly ids: () => string;
}

/**
 * Finds a session and replaces its labels, or creates it in the step `start`.
 *
 * @throws what {@linkcode findOrCreate} throws.
 */
export async function findOrCreateLabeled(
  store: Store,
  id: string,
  start: string,
  { agent, labels, ids }: Identity,
): Promise<FoundSession> {
  const makeMeta = () => ({ start, agent, incarnation: ids() });
  const found = await findOrCreate(store, { id }, makeMeta, { labels });
  const { labels: known = [] } = found.stored;
  if (labels !== undefined && !areSameLabels(labels, known)) await store.setLabels(id, labels);
  return found;
}

/** Throws because a session was deleted. */
export function refuseDeleted(id: string): never {
  throw new ConflictError(
    `Cannot open session ${quote(id)}: it was deleted: expected an existing session`,
  );
}

/** Returns the point in the hash chain before the first entry of a session. */
function firstLink(id: string): Link {
  return { head: 0, hash: firstHash(id) };
}

/** Serializes the metadata of a new session. */
function writeMeta({ start, agent, incarnation, fork }: SessionMeta): string {
  return JSON.stringify({ version: EVENT_VERSION, start, agent, incarnation, fork });
}

const metaShape = v.object({
  version: v.number(),
  start: v.string(),
  agent: v.optional(v.string()),
  incarnation: v.optional(v.string()),
  fork: v.optional(v.object({ id: v.string(), at: v.number() })),
});

/** Parses the metadata. Rejects that of a newer release, and incomplete forks. */
function readMeta({ id, meta, head }: StoredSession): SessionMeta {
  const value = readStored(id, "its metadata is not JSON", () => JSON.parse(meta));
  const result = v.safeParse(metaShape, value);
  if (!result.success) {
    throw makeDamagedError(
      id,
      "its metadata is not that of an agent's session: expected what openSession() wrote",
    );
  }
  const { version, fork } = result.output;
  checkStoredVersion("version", version);
  if (fork !== undefined && head < fork.at) {
    throw new SessionDamagedError(
      `Cannot read session ${quote(id)}: it is an incomplete fork of session ${quote(fork.id)}: ` +
        `it has ${head} of ${fork.at} events: expected all; if no process is still writing it, ` +
        "delete it and fork again",
    );
  }
  return result.output;
}
