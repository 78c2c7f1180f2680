import {
  ConflictError,
  type Lease,
  LeaseLostError,
  type Store,
  type StoredSession,
} from "@nomos/agent/store";

/** A fault of a store, and the check that must find it. */
export interface Fault {
  readonly check: string;
  /** Faulty methods that replace those of a correct store. */
  methods(inner: Store): Partial<Store>;
}

/** Creates a store with a fault. */
export function brokenStore(inner: Store, { methods }: Fault): Store {
  const own = methods(inner);
  return new Proxy(inner, {
    get(target, key) {
      const method = Reflect.get(Object.hasOwn(own, key) ? own : target, key);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

/** Faults by description. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "append() ignores the head": {
    check: "append() at another head",
    methods: (inner) => ({ append: (lease, appended) => appendAnywhere(inner, lease, appended) }),
  },
  "append() is not atomic": {
    check: "append() refuses empty lists",
    methods: (inner) => ({
      async append(lease, { entries, ...rest }) {
        if (entries.length === 0) return inner.append(lease, { entries, ...rest });
        for (const entry of entries) {
          await inner.append(lease, { ...rest, head: entry.seq, entries: [entry] });
        }
      },
    }),
  },
  "append() accepts an empty list": {
    check: "append() refuses empty lists",
    methods: (inner) => ({
      append: (lease, appended) => {
        return appended.entries.length === 0 ? Promise.resolve() : inner.append(lease, appended);
      },
    }),
  },
  "append() checks the head too early": {
    check: "of 20 concurrent append() at one head",
    methods: (inner) => ({
      async append(lease, appended) {
        const head = (await inner.read(lease.id))?.head ?? 0;
        if (head !== appended.head) throw new ConflictError("another head");
        await null;
        await appendAnywhere(inner, lease, appended);
      },
    }),
  },
  "append() writes nothing": {
    check: "append() adds entries",
    methods: () => ({ append: () => Promise.resolve() }),
  },
  "append() throws instead of rejecting": {
    check: "append() refuses empty lists",
    methods: (inner) => ({
      append: (lease, appended) => {
        if (appended.entries.length === 0) throw new RangeError("no entries");
        return inner.append(lease, appended);
      },
    }),
  },
  "append() does not copy its entries": {
    check: "the store copies arguments",
    methods: (inner) => {
      const kept = new Map<string, unknown>();
      return {
        append: async (lease, appended) => {
          await inner.append(lease, appended);
          kept.set(lease.id, appended.entries);
        },
        entries: async (id, range) => {
          const entries = await inner.entries(id, range);
          return (kept.get(id) as typeof entries | undefined) ?? entries;
        },
      };
    },
  },
  "append() parses bodies": {
    check: "append() stores every body",
    methods: (inner) => ({
      append: (lease, { entries, ...rest }) => {
        const parsed = entries.map((entry) => {
          return { ...entry, body: JSON.stringify(JSON.parse(entry.body)) };
        });
        return inner.append(lease, { ...rest, entries: parsed });
      },
    }),
  },
  "append() cuts bodies at 64 kB": {
    check: "append() stores every body",
    methods: (inner) => ({
      append: (lease, { entries, ...rest }) => {
        const cut = entries.map((entry) => ({ ...entry, body: entry.body.slice(0, 65_536) }));
        return inner.append(lease, { ...rest, entries: cut });
      },
    }),
  },
  "an append without a snapshot removes it": {
    check: "a snapshot covers all",
    methods: (inner) => ({
      read: async (id) => {
        const { snapshot, ...session } = await inner.read(id) as StoredSession;
        return snapshot?.head === session.head ? { ...session, snapshot } : session;
      },
    }),
  },
  "a snapshot has the head before its entries": {
    check: "a snapshot covers all",
    methods: (inner) => ({
      read: async (id) => {
        const session = await inner.read(id) as StoredSession;
        const { snapshot } = session;
        if (snapshot === undefined) return session;
        return { ...session, snapshot: { ...snapshot, head: snapshot.head - 3 } };
      },
    }),
  },
  "a lost lease can write": {
    check: "claim() with force ends the lease",
    methods: (inner) => {
      const { claim, latest } = watchClaims(inner);
      return {
        claim,
        append: (lease, appended) => inner.append(latest(lease), appended),
      };
    },
  },
  "a lost lease with a stale head is called a conflict": {
    check: "claim() with force ends the lease",
    methods: (inner) => ({
      async append(lease, appended) {
        const session = await inner.read(lease.id);
        if (session !== undefined && session.head !== appended.head) {
          throw new ConflictError("another head");
        }
        await inner.append(lease, appended);
      },
    }),
  },
  "an expired lease is lost": {
    check: "an expired lease stays valid",
    methods: (inner) => ({
      async append(lease, appended) {
        // Only an expired lease can be claimed by another owner.
        const { id } = lease;
        if (await inner.claim(id, { owner: "nobody", ttl: 1 }) !== undefined) {
          throw new LeaseLostError("the lease ran out");
        }
        await inner.append(lease, appended);
      },
    }),
  },
  "a repeated claim() is refused": {
    check: "claim() by the owner of a lease renews it",
    methods: (inner) => {
      const owners = new Set<string>();
      const claim: Store["claim"] = async (id, claimed) => {
        const lease = owners.has(claimed.owner) ? undefined : await inner.claim(id, claimed);
        if (lease !== undefined) owners.add(claimed.owner);
        return lease;
      };
      return { claim };
    },
  },
  "a repeated release() fails": {
    check: "renew() and release() can be repeated",
    methods: (inner) => ({
      async release(lease) {
        if (!await inner.renew(lease, 1)) throw new LeaseLostError("it was released");
        await inner.release(lease);
      },
    }),
  },
  "renew() returns true for a lost lease": {
    check: "claim() with force ends the lease",
    methods: (inner) => ({ renew: async (lease, ttl) => (await inner.renew(lease, ttl)) || true }),
  },
  "renew() does nothing": {
    check: "renew() extends a lease",
    methods: () => ({ renew: () => Promise.resolve(true) }),
  },
  "renew() extends a lease too far": {
    check: "a lease lasts exactly",
    methods: (inner) => ({ renew: (lease, ttl) => inner.renew(lease, ttl + 1) }),
  },
  "release() does nothing": {
    check: "release() frees the session",
    methods: () => ({ release: () => Promise.resolve() }),
  },
  "release() frees a session for any owner": {
    check: "release() of a lost lease",
    methods: (inner) => {
      const { claim, latest } = watchClaims(inner);
      return {
        claim,
        release: (lease) => inner.release(latest(lease)),
      };
    },
  },
  "claim() ignores the lease of another owner": {
    check: "claim() returns undefined while",
    methods: (inner) => ({ claim: (id, claim) => inner.claim(id, { ...claim, force: true }) }),
  },
  "claim() ignores force": {
    check: "claim() with force ends the lease",
    methods: (inner) => ({ claim: (id, { owner, ttl }) => inner.claim(id, { owner, ttl }) }),
  },
  "claim() is not atomic": {
    check: "of 20 concurrent claim() of one session",
    methods: (inner) => {
      const held = new Set<string>();
      return {
        claim: async (id, claim) => {
          if (held.has(id) && !claim.force) return undefined;
          await null;
          held.add(id);
          return inner.claim(id, { ...claim, force: true });
        },
      };
    },
  },
  "every lease has the same epoch": {
    check: "The epoch of a newer lease",
    methods: (inner) => ({
      claim: async (id, claim) => {
        const lease = await inner.claim(id, claim);
        return lease && { ...lease, epoch: 1 };
      },
    }),
  },
  "the owner of a lease is ignored": {
    check: "a lease is valid only with",
    methods: (inner) => {
      const owners = new Map<number, string>();
      const own = (lease: Lease) => ({ ...lease, owner: owners.get(lease.epoch) ?? lease.owner });
      return {
        claim: async (id, claim) => {
          const lease = await inner.claim(id, claim);
          if (lease !== undefined) owners.set(lease.epoch, lease.owner);
          return lease;
        },
        append: (lease, appended) => inner.append(own(lease), appended),
      };
    },
  },
  "create() replaces an existing session": {
    check: "create() refuses an existing id",
    methods: (inner) => ({
      async create(id, session) {
        await inner.delete(id);
        await inner.create(id, session);
      },
    }),
  },
  "create() is not atomic": {
    check: "of 20 concurrent create() of one id",
    methods: (inner) => ({
      async create(id, session) {
        if (await inner.read(id) !== undefined) throw new ConflictError("taken");
        await inner.create(id, session).catch(() => {});
      },
    }),
  },
  "create() parses meta": {
    check: "create() stores meta unchanged",
    methods: (inner) => ({
      create: (id, { meta, hash }) => {
        return inner.create(id, { meta: JSON.stringify(JSON.parse(meta)), hash });
      },
    }),
  },
  "renew() changes updatedAt": {
    check: "createdAt never changes",
    methods: (inner) => {
      let renewed = 0;
      return {
        renew: (lease, ttl) => {
          renewed++;
          return inner.renew(lease, ttl);
        },
        read: async (id) => {
          const session = await inner.read(id) as StoredSession;
          return { ...session, updatedAt: session.updatedAt + renewed };
        },
      };
    },
  },
  "ids end at NUL": {
    check: "a session is found by exactly its id",
    methods: (inner) => ({ read: (id) => inner.read(id.split("\0")[0]!) }),
  },
  "ids are stored as UTF-8": {
    check: "a session is found by exactly its id",
    methods: (inner) => ({ read: (id) => inner.read(id.toWellFormed()) }),
  },
  "ids are trimmed": { check: "a session is found by exactly", methods: byId((id) => id.trim()) },
  "ids are case-insensitive": {
    check: "a session is found by exactly",
    methods: byId((id) => id.toLowerCase()),
  },
  "ids are normalized": {
    check: "a session is found by exactly",
    methods: byId((id) => id.normalize()),
  },
  "any id can be created": {
    check: "create() refuses ids",
    methods: (inner) => ({
      create: (id, session) => inner.create(id === "" ? "nameless" : id, session),
    }),
  },
  "delete() leaves the entries": {
    check: "delete() removes a session",
    methods: (inner) => {
      const left = new Map<string, Awaited<ReturnType<Store["entries"]>>>();
      return {
        delete: async (id) => {
          left.set(id, await inner.entries(id, { from: 0, limit: 1_000 }));
          return inner.delete(id);
        },
        entries: async (id, range) => {
          const entries = await inner.entries(id, range);
          return entries.length === 0 ? left.get(id) ?? [] : entries;
        },
      };
    },
  },
  "delete() always returns true": {
    check: "an unknown session",
    methods: (inner) => ({ delete: async (id) => (await inner.delete(id)) || true }),
  },
  "entries() returns one entry too many": {
    check: "entries() returns the requested range",
    methods: (inner) => ({
      entries: (id, { from, limit }) => inner.entries(id, { from, limit: limit + 1 }),
    }),
  },
  "entries() returns the last entry first": {
    check: "append() adds entries",
    methods: (inner) => ({
      entries: async (id, range) => [...await inner.entries(id, range)].reverse(),
    }),
  },
  "a closed store stays usable": {
    check: "close() makes all methods fail",
    methods: () => ({ close: () => Promise.resolve() }),
  },
};

/** Replaces each id. */
function byId(change: (id: string) => string): Fault["methods"] {
  return (inner) => ({
    create: (id, session) => inner.create(change(id), session),
    read: async (id) => {
      const session = await inner.read(change(id));
      return session && { ...session, id };
    },
  });
}

async function appendAnywhere(
  inner: Store,
  lease: Lease,
  { entries, snapshot }: Parameters<Store["append"]>[1],
): Promise<void> {
  if (entries.length === 0) return;
  for (let isDone = false; !isDone;) {
    const head = (await inner.read(lease.id))?.head ?? 0;
    const numbered = entries.map((entry, index) => ({ ...entry, seq: head + index }));
    const appended = { head, entries: numbered, ...(snapshot !== undefined && { snapshot }) };
    isDone = await inner.append(lease, appended).then(() => true, (error) => {
      if (error instanceof ConflictError) return false;
      throw error;
    });
  }
}

/** Returns a `claim` that records leases, and a function that returns the latest lease. */
function watchClaims(inner: Store) {
  const leases = new Map<string, Lease>();
  const claim: Store["claim"] = async (id, claimed) => {
    const lease = await inner.claim(id, claimed);
    if (lease !== undefined) leases.set(id, lease);
    return lease;
  };
  return { claim, latest: (lease: Lease) => leases.get(lease.id) ?? lease };
}
