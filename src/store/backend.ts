/**
 * Stores made of backends: every store checks its arguments and refuses alike, and
 * only the storage itself is another.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { MAX_ID_LENGTH } from "./session_key.ts";
import type {
  Append,
  Lease,
  LeaseClaim,
  ListPage,
  NewSession,
  Store,
  StoredSession,
} from "./store.ts";
import { ConflictError, LeaseLostError, StoreError } from "./store_errors.ts";

/** Maximum length of a page of a list. */
const MAX_PAGE_LENGTH = 1_000;

/**
 * The storage of a store. Its methods are called with valid arguments, never after
 * `close()`, and return refusals as values; they throw only if the storage fails.
 * What is not described here is as in {@linkcode Store}.
 */
export interface Backend
  extends Pick<Store, "read" | "entries" | "renew" | "release" | "delete" | "close"> {
  /** Creates a session. False if there is one of that id. */
  create(id: string, session: NewSession): Promise<boolean>;
  /** Claims a session. Returns the epoch of the new lease, or the reason why there is none. */
  claim(id: string, claim: LeaseClaim): Promise<number | "busy" | "missing">;
  /**
   * Appends entries if the lease holds and the head is the expected one; otherwise
   * returns the other head, or `"lost"` for a lease that does not hold.
   */
  append(lease: Lease, appended: Append): Promise<"appended" | "lost" | number>;
  /** Sessions behind `after` whose ids begin with `prefix`, in order, at most `limit`. */
  list(page: Required<ListPage>): Promise<readonly Omit<StoredSession, "snapshot">[]>;
}

/** Makes a store of a backend. `name` is the kind of store, for messages. */
export function makeStore(name: string, backend: Backend): Store {
  let closing: Promise<void> | undefined;
  const open = () => {
    if (closing === undefined) return backend;
    throw storeClosed(name);
  };
  return {
    name,
    async create(id, session) {
      checkSessionId(id);
      if (await open().create(id, session)) return;
      throw new ConflictError(
        `Cannot create session ${quote(id)}: there is one: expected a new id`,
      );
    },
    read: async (id) => await open().read(id),
    async entries(id, range) {
      checkWhole(range.from, 0, `read entries from ${quote(range.from)} on`);
      checkWhole(range.limit, 1, `read ${quote(range.limit)} entries at most`);
      return await open().entries(id, range);
    },
    async claim(id, claim) {
      checkTtl(claim.ttl);
      const epoch = await open().claim(id, claim);
      if (epoch === "busy") return undefined;
      if (epoch !== "missing") return { id, owner: claim.owner, epoch };
      throw new ConflictError(
        `Cannot claim session ${quote(id)}: there is none: expected one that was created`,
      );
    },
    async renew(lease, ttl) {
      checkTtl(ttl);
      return await open().renew(lease, ttl);
    },
    release: async (lease) => await open().release(lease),
    async append(lease, { head, entries, ...rest }) {
      checkEntries(head, entries);
      // The caller may change the list before it is written.
      const copies = entries.map(({ seq, body, hash }) => ({ seq, body, hash }));
      const outcome = await open().append(lease, { head, entries: copies, ...rest });
      if (outcome === "appended") return;
      const { id, epoch } = lease;
      if (outcome !== "lost") {
        throw new ConflictError(
          `Cannot append to session ${quote(id)} at ${quote(head)}: expected its head, ${outcome}`,
        );
      }
      throw new LeaseLostError(
        `Cannot append to session ${quote(id)} with the lease of epoch ${quote(epoch)}: ` +
          "expected the lease that holds, but it was claimed, given back or deleted since",
      );
    },
    async list({ prefix = "", after = "", limit = 100 } = {}) {
      checkWhole(limit, 1, `list ${quote(limit)} sessions at most`, MAX_PAGE_LENGTH);
      // One more than the page holds tells whether there is another page.
      const found = await open().list({ prefix, after, limit: limit + 1 });
      const sessions = found.slice(0, limit);
      return { sessions, ...(found.length > limit && { next: sessions.at(-1)!.id }) };
    },
    delete: async (id) => await open().delete(id),
    close: () => closing ??= backend.close(),
  };
}

/** The error of a store that is used after it was closed. */
export function storeClosed(name: string): StoreError {
  return new StoreError(`Cannot use the ${name} store: it was closed: expected an open one`);
}

/**
 * Rejects ids that a database cannot keep: NUL ends text in some, and a lone
 * surrogate becomes another character, so that two ids would be one.
 */
function checkSessionId(id: string): void {
  const isValid = typeof id === "string" && id.length >= 1 && id.length <= MAX_ID_LENGTH &&
    !id.includes("\0") && id.isWellFormed();
  if (isValid) return;
  throw new ConfigError(
    `Cannot create session ${quote(id)}: expected an id of 1 to ${MAX_ID_LENGTH} characters, ` +
      "without NUL and lone surrogates",
  );
}

function checkTtl(ttl: number): void {
  checkWhole(ttl, 1, `lease a session for ${quote(ttl)} milliseconds`);
}

function checkEntries(head: number, entries: Append["entries"]): void {
  if (entries.length === 0) {
    throw new ConfigError(`Cannot append at ${quote(head)}: expected at least one entry`);
  }
  for (const [index, { seq }] of entries.entries()) {
    if (Number.isSafeInteger(head) && seq === head + index) continue;
    throw new ConfigError(
      `Cannot append entry ${quote(seq)} at place ${index} from ${quote(head)} on: ` +
        `expected it to be numbered from the head on without gaps`,
    );
  }
}

/** Rejects what is no whole number, or out of range. `doing` is what it was given for. */
function checkWhole(value: number, least: number, doing: string, most?: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= (most ?? value)) return;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new ConfigError(`Cannot ${doing}: expected a whole number ${range}`);
}
