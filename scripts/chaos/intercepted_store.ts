/**
 * A store with somebody between it and those who use it.
 *
 * @module
 */
import type {
  Append,
  EntryRange,
  Lease,
  LeaseClaim,
  ListPage,
  NewSession,
  SessionList,
  Store,
  StoredEntry,
  StoredSession,
} from "@nomos/agent/store";

/** The methods that are intercepted. */
export type StoreMethod = Exclude<keyof Store, "name" | "close">;

/** Decides about a call: may let it through, fail, or die, before or after. */
export type Intercept = <Result>(
  method: StoreMethod,
  call: () => Promise<Result>,
) => Promise<Result>;

/** Methods that change what is stored. */
const WRITES: readonly StoreMethod[] = ["create", "claim", "renew", "release", "append", "delete"];

/** Whether a method changes what is stored. */
export function isWrite(method: StoreMethod): boolean {
  return WRITES.includes(method);
}

/** Lets every call go through an {@linkcode Intercept}. */
export class InterceptedStore implements Store {
  readonly #store: Store;
  readonly #intercept: Intercept;

  /** Stands between a store and its users. */
  constructor(store: Store, intercept: Intercept) {
    this.#store = store;
    this.#intercept = intercept;
  }

  get name(): string {
    return this.#store.name;
  }

  create(id: string, session: NewSession): Promise<void> {
    return this.#intercept("create", () => this.#store.create(id, session));
  }

  read(id: string): Promise<StoredSession | undefined> {
    return this.#intercept("read", () => this.#store.read(id));
  }

  entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    return this.#intercept("entries", () => this.#store.entries(id, range));
  }

  claim(id: string, claim: LeaseClaim): Promise<Lease | undefined> {
    return this.#intercept("claim", () => this.#store.claim(id, claim));
  }

  renew(lease: Lease, ttl: number): Promise<boolean> {
    return this.#intercept("renew", () => this.#store.renew(lease, ttl));
  }

  release(lease: Lease): Promise<void> {
    return this.#intercept("release", () => this.#store.release(lease));
  }

  append(lease: Lease, appended: Append): Promise<void> {
    return this.#intercept("append", () => this.#store.append(lease, appended));
  }

  list(page?: ListPage): Promise<SessionList> {
    return this.#intercept("list", () => this.#store.list(page));
  }

  delete(id: string): Promise<boolean> {
    return this.#intercept("delete", () => this.#store.delete(id));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
