/**
 * Stores made of backends. Argument checks and errors are shared by all stores; a
 * backend implements only the storage.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { loadSha256, sha256 } from "../entry/sha256.ts";
import { readLabels } from "../labels.ts";
import type {
  Append,
  ClaimedLease,
  Lease,
  LeaseClaim,
  NewSession,
  Store,
  StoredBlob,
  VerifiableStore,
} from "../store.ts";
import { ConflictError, LeaseLostError, StoreError } from "../store_errors.ts";
import { MAX_TTL } from "../stored_session.ts";
import { expireSessions, type ListBackend, listSessions, RESTING } from "./list_sessions.ts";
import { MAX_ID_LENGTH } from "./session_key.ts";

/**
 * Storage behind a store. Its methods are called with valid arguments, never after
 * `close()`. They return refusals as values, and throw only if the storage fails.
 * Methods not described here behave as in {@linkcode Store}.
 */
export interface Backend
  extends
    Pick<Store, "ownerPrefix" | "read" | "entries" | "renew" | "release" | "delete" | "close">,
    Pick<Store, "setLabels">,
    Required<Pick<Store, "readBlob" | "requestStop" | "listStops">>,
    ListBackend {
  /** Creates a session. Returns false if the id is already in use. */
  create(id: string, session: Required<NewSession>): Promise<boolean>;
  /** Creates a child if the lease is current and the session has no child with this id. */
  createChild(
    lease: Lease,
    child: string,
    session: NewSession,
  ): Promise<"created" | "exists" | "lost">;
  /** Claims a session. Returns the new epoch and the former session, or why it was refused. */
  claim(
    id: string,
    claim: LeaseClaim,
  ): Promise<Pick<ClaimedLease, "epoch" | "session"> | "busy" | "missing">;
  /**
   * Appends entries if the lease is current and the head is as expected. Otherwise
   * returns `"lost"` if the lease is lost, `"missing"` if there is no such child, or else
   * the actual head.
   */
  append(lease: Lease, appended: Append): Promise<"appended" | "lost" | "missing" | number>;
}

/** Makes a store from a backend. `name` is the kind of store, used in messages. */
export function makeStore(name: string, backend: Backend): VerifiableStore {
  let closing: Promise<void> | undefined;
  const open = () => {
    if (closing === undefined) return backend;
    throw makeStoreClosedError(name);
  };
  const { ownerPrefix } = backend;
  const store: VerifiableStore = {
    name,
    ...(ownerPrefix !== undefined && { ownerPrefix }),
    async create(id, session) {
      checkSessionId(id);
      const labels = readLabels(session.labels ?? [], `Cannot create session ${quote(id)}`);
      if (await open().create(id, { ...session, labels })) return;
      throw new ConflictError(
        `Cannot create session ${quote(id)}: a session with this id exists: expected an unused id`,
      );
    },
    async createChild(lease, child, session) {
      checkSessionId(child);
      const outcome = await open().createChild(lease, child, session);
      if (outcome === "created") return;
      const what = `create child ${quote(child)} of session ${quote(lease.id)}`;
      if (outcome === "lost") throw makeLostError(what, lease);
      throw new ConflictError(
        `Cannot ${what}: it has a child with this id: expected an unused id`,
      );
    },
    read: async (id, child) => await open().read(id, child),
    async entries(id, range) {
      checkWhole(range.from, 0, `read entries starting at ${quote(range.from)}`);
      checkWhole(range.limit, 1, `read at most ${quote(range.limit)} entries`);
      return await open().entries(id, range);
    },
    async readBlob(id, hash) {
      const backend = open();
      return HASH_REGEXP.test(hash) ? await backend.readBlob(id, hash) : undefined;
    },
    async claim(id, claim) {
      checkTtl(claim.ttl);
      const { append } = claim;
      if (append?.blobs !== undefined) await loadSha256();
      const copy = append && { append: { ...copyAppend(append), hash: append.hash } };
      const claimed = await open().claim(id, { ...claim, ...copy });
      if (claimed === "busy") return undefined;
      if (claimed !== "missing") return { id, owner: claim.owner, ...claimed };
      throw new ConflictError(
        `Cannot claim session ${quote(id)}: there is no session with this id: ` +
          "expected one made by create()",
      );
    },
    async renew(lease, ttl) {
      checkTtl(ttl);
      return await open().renew(lease, ttl);
    },
    release: async (lease) => await open().release(lease),
    async append(lease, appended) {
      const { child, head, release } = appended;
      if (appended.blobs !== undefined) await loadSha256();
      const copy = copyAppend(appended);
      if (child !== undefined && release) {
        throw new ConfigError(
          `Cannot append to child ${quote(child)} of session ${quote(lease.id)} and release its ` +
            "lease: expected `release` only for the session itself, because its children share it",
        );
      }
      const outcome = await open().append(lease, copy);
      if (outcome === "appended") return;
      const target = child === undefined ? "" : `child ${quote(child)} of `;
      const what = `append to ${target}session ${quote(lease.id)}`;
      if (outcome === "lost") throw makeLostError(what, lease);
      throw new ConflictError(
        outcome === "missing"
          ? `Cannot ${what}: there is no such child: expected one made by createChild()`
          : `Cannot ${what} at head ${quote(head)}: expected its current head, ${outcome}`,
      );
    },
    requestStop: async (id, epoch) => await open().requestStop(id, epoch),
    listStops: async () => await open().listStops(),
    list: async (page) => await listSessions(open(), store, page),
    async setLabels(id, labels) {
      await open().setLabels(id, readLabels(labels, `Cannot label session ${quote(id)}`));
    },
    expire: async (options) => await expireSessions(open(), store, options),
    delete: async (id) => await open().delete(id),
    async verify(id) {
      // Loaded here, because it needs the code of histories.
      const { verifySession } = await import("../entry/verify_session.ts");
      await verifySession(store, id);
    },
    close: () => closing ??= backend.close(),
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
  return store;
}

/** Hash of a blob. Databases refuse to look for some other texts. */
const HASH_REGEXP = /^[0-9a-f]{64}$/;
/** Beginning of a lease owner whose process has a token. */
const TOKEN_REGEXP = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})~/;

/** Returns the prefix of the lease owners of a process with a token, which is a UUID. */
export function ownerPrefixOf(token: string): string {
  return `${token}~`;
}

/** Returns the token of the process of a lease owner; undefined if it has none. */
export function tokenOf(owner: string): string | undefined {
  return TOKEN_REGEXP.exec(owner)?.[1];
}

/** Makes the error of a lost lease. `what` follows "Cannot" in the message. */
function makeLostError(what: string, { epoch }: Lease): LeaseLostError {
  return new LeaseLostError(
    `Cannot ${what} with the lease of epoch ${quote(epoch)}: it was released, claimed by ` +
      "another writer, or deleted with the session: expected the current lease; call claim() " +
      "for a new one",
  );
}

/** Makes the error of a store that is used after it was closed. */
export function makeStoreClosedError(name: string): StoreError {
  return new StoreError(`Cannot use the ${name} store: it was closed: expected an open store`);
}

/**
 * Rejects ids that a database cannot store. NUL ends text in some databases. A lone
 * surrogate becomes a replacement character, so two different ids would be equal.
 */
function checkSessionId(id: string): void {
  const isValid = typeof id === "string" && id.length >= 1 && id.length <= MAX_ID_LENGTH &&
    !id.includes("\0") && id.isWellFormed();
  if (isValid) return;
  throw new ConfigError(
    `Cannot create session ${quote(id)}: expected an id of 1 to ${MAX_ID_LENGTH} characters ` +
      "without NUL or lone surrogates",
  );
}

function checkTtl(ttl: number): void {
  checkWhole(ttl, 1, `lease a session for ${quote(ttl)} milliseconds`, MAX_TTL);
}

/** Validates entries, and copies them, because the caller may change the list meanwhile. */
function copyAppend(appended: Append): Append {
  const { head, entries } = appended;
  if (entries.length === 0) {
    throw new ConfigError(`Cannot append at head ${quote(head)}: expected at least one entry`);
  }
  for (const [index, { seq }] of entries.entries()) {
    if (Number.isSafeInteger(head) && seq === head + index) continue;
    throw new ConfigError(
      `Cannot append an entry with seq ${quote(seq)} at index ${index} to head ${quote(head)}: ` +
        "expected entries numbered from the head without gaps",
    );
  }
  checkStatus(appended.status);
  const { approvals = [], blobs, ...rest } = appended;
  return {
    ...rest,
    ...(blobs !== undefined && { blobs: copyBlobs(blobs) }),
    entries: entries.map(({ seq, body, hash }) => ({ seq, body, hash })),
    ...(approvals.length > 0 && { approvals: structuredClone(approvals) }),
  };
}

/** Validates the hashes of blobs, on which other sessions rely, and copies each once. */
function copyBlobs(blobs: readonly StoredBlob[]): readonly StoredBlob[] {
  const copies = new Map<string, StoredBlob>();
  for (const { hash, data } of blobs) {
    const copy = { hash, data: data.slice() };
    const actual = sha256(copy.data);
    if (actual !== hash) {
      throw new ConfigError(
        `Cannot append a blob with the hash ${quote(hash)}: expected the SHA-256 of its bytes, ` +
          quote(actual),
      );
    }
    copies.set(hash, copy);
  }
  // In one order, so that writers that lock them never deadlock.
  return [...copies.values()].sort((a, b) => a.hash < b.hash ? -1 : 1);
}

function checkStatus(status: Append["status"]): void {
  if (status === undefined || RESTING.includes(status)) return;
  throw new ConfigError(
    `Cannot append with status ${quote(status)}: expected one of ${RESTING.map(quote).join(", ")}`,
  );
}

/** Rejects numbers that are not whole or out of range. `action` follows "Cannot" in the message. */
function checkWhole(value: number, least: number, action: string, most?: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new ConfigError(`Cannot ${action}: expected a whole number ${range}`);
}
