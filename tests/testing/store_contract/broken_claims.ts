import type { Append, ClaimAppend, Lease, Store } from "@nomos/agent/store";
import type { Fault } from "./broken_stores.ts";

/** Faults of claims that append, and of appends that release, by description. */
export const CLAIM_FAULTS: Readonly<Record<string, Fault>> = {
  "claim() returns the session as it is afterwards": {
    check: "claim() returns the session as it was before",
    methods: (inner) => ({
      async claim(id, claim) {
        const claimed = await inner.claim(id, claim);
        const { snapshot: _, ...session } = (await inner.read(id))!;
        return claimed && { ...claimed, session };
      },
    }),
  },
  "claim() ignores its entries": {
    check: "claim() appends its entries",
    methods: (inner) => ({ claim: (id, { append: _, ...claim }) => inner.claim(id, claim) }),
  },
  "claim() loses its snapshot": {
    check: "claim() appends its entries",
    methods: (inner) => ({
      claim: (id, { append, ...claim }) => {
        const { snapshot: _, ...rest } = append ?? {} as ClaimAppend;
        return inner.claim(id, { ...claim, ...(append && { append: rest }) });
      },
    }),
  },
  "claim() refuses a session with another head": {
    check: "claim() appends its entries",
    methods: (inner) => ({
      async claim(id, claim) {
        const head = (await inner.read(id))?.head;
        const isMoved = claim.append !== undefined && claim.append.head !== head;
        return isMoved ? undefined : await inner.claim(id, claim);
      },
    }),
  },
  "claim() appends after another entry than the expected one": {
    check: "claim() appends its entries",
    methods: (inner) => ({
      async claim(id, { append, ...claim }) {
        const { head, hash } = (await inner.read(id))!;
        const isAt = append?.head === head;
        return await inner.claim(id, { ...claim, ...(isAt && { append: { ...append, hash } }) });
      },
    }),
  },
  "claim() appends although another owner holds the lease": {
    check: "claim() of a session that another owner holds",
    methods: (inner) => {
      const leases = new Map<string, Lease>();
      return {
        async claim(id, claim) {
          const claimed = await inner.claim(id, claim);
          if (claimed !== undefined) leases.set(id, claimed);
          else if (claim.append !== undefined) await inner.append(leases.get(id)!, claim.append);
          return claimed;
        },
      };
    },
  },
  "claim() checks its entries too late": {
    check: "claim() refuses entries with gaps",
    methods: (inner) => ({
      async claim(id, { append, ...claim }) {
        const claimed = await inner.claim(id, claim);
        if (claimed !== undefined && append?.head === claimed.session.head) {
          await inner.append(claimed, append);
        }
        return claimed;
      },
    }),
  },
  "append() ignores release": {
    check: "append() with release ends the lease",
    methods: (inner) => ({
      append: (lease, { release: _, ...appended }) => inner.append(lease, appended),
    }),
  },
  "append() releases even if it is refused": {
    check: "append() with release that is refused",
    methods: (inner) => ({
      async append(lease, { release, ...appended }: Append) {
        try {
          await inner.append(lease, appended);
        } finally {
          if (release) await inner.release(lease);
        }
      },
    } satisfies Partial<Store>),
  },
};
