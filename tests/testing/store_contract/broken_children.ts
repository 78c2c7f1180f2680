import { ConflictError, type ListedSession, type Store } from "@nomos/agent/store";
import type { Fault } from "./broken_stores.ts";

/** Faults of children by description. */
export const CHILD_FAULTS: Readonly<Record<string, Fault>> = {
  "a child is a session too": {
    check: "a child is found only in its session",
    methods: (inner) => ({
      async createChild(lease, child, session) {
        await inner.createChild(lease, child, session);
        await inner.create(child, session).catch(() => {});
      },
    }),
  },
  "list() lists children": {
    check: "a child is found only in its session",
    methods: (inner) => {
      const children = new Map<string, ListedSession>();
      return {
        async createChild(lease, child, session) {
          await inner.createChild(lease, child, session);
          const id = `${lease.id}/${child}`;
          children.set(id, { ...(await inner.read(lease.id, child))!, id, approvals: [] });
        },
        async list(page) {
          const { sessions, ...rest } = await inner.list(page);
          const found = [...children.values()].filter(({ id }) =>
            id.startsWith(page?.prefix ?? "")
          );
          return { sessions: [...sessions, ...found], ...rest };
        },
      };
    },
  },
  "children of all sessions share their ids": {
    check: "a child is found only in its session",
    methods: (inner) => {
      const owners = new Map<string, string>();
      return {
        async createChild(lease, child, session) {
          await inner.createChild(lease, child, session);
          owners.set(child, owners.get(child) ?? lease.id);
        },
        read: (id, child) => inner.read(owners.get(child ?? "") ?? id, child),
      };
    },
  },
  "createChild() replaces an existing child": {
    check: "createChild() refuses an existing child",
    methods: (inner) => ({
      createChild: (lease, child, session) =>
        inner.createChild(lease, child, session).catch((error) => {
          if (!(error instanceof ConflictError)) throw error;
        }),
    }),
  },
  "append() ignores the child": {
    check: "children have entries, a head and a snapshot of their own",
    methods: (inner) => ({
      append: (lease, { child: _, ...appended }) => inner.append(lease, appended),
    }),
  },
  "a child can be written with a lost lease": {
    check: "a child can be written only with",
    methods: (inner) => {
      let epoch = 0;
      let owner = "";
      return {
        async claim(id, claim) {
          const lease = await inner.claim(id, claim);
          if (lease !== undefined) ({ epoch, owner } = lease);
          return lease;
        },
        append: (lease, appended) =>
          inner.append(appended.child === undefined ? lease : { ...lease, owner, epoch }, appended),
      };
    },
  },
  "delete() leaves the children": {
    check: "delete() of a session deletes its children",
    methods: (inner) => {
      const left = new Map<string, Awaited<ReturnType<Store["read"]>>>();
      return {
        async createChild(lease, child, session) {
          await inner.createChild(lease, child, session);
          left.set(`${lease.id} ${child}`, await inner.read(lease.id, child));
        },
        read: async (id, child) => await inner.read(id, child) ?? left.get(`${id} ${child}`),
      };
    },
  },
};
