import type { ListedSession, ListPage, Store } from "@nomos/agent/store";
import type { Fault } from "./broken_stores.ts";

/** Faults of status, labels and expiry by description. */
export const SUMMARY_FAULTS: Readonly<Record<string, Fault>> = {
  "list() ignores leases": listing("list() has the status of the last append", (session) => {
    const { status, ...rest } = session;
    return { ...rest, ...(status !== undefined && status !== "running" && { status }) };
  }),
  "list() shows sessions with expired leases as running": listing(
    "list() has the status of the last append",
    (session) => session.lease === undefined ? session : { ...session, status: "running" },
  ),
  "append() keeps what waited": {
    check: "list() has what the last append said waits",
    methods: (inner) => {
      let kept: ListedSession["approvals"] | undefined;
      return {
        append: (lease, { approvals, ...rest }) => {
          kept = approvals ?? kept;
          return inner.append(lease, { ...rest, ...(kept && { approvals: kept }) });
        },
      };
    },
  },
  "an append to a child changes the status of the session": {
    check: "an append to a child changes neither",
    methods: (inner) => {
      const touched = new Set<string>();
      return {
        append: async (lease, { child, ...rest }) => {
          await inner.append(lease, { ...rest, ...(child !== undefined && { child }) });
          if (child !== undefined) touched.add(lease.id);
        },
        list: async (page) => {
          const found = await inner.list(page);
          const change = (session: ListedSession) =>
            touched.has(session.id) ? { ...session, status: "waiting" as const } : session;
          return { ...found, sessions: found.sessions.map(change) };
        },
      };
    },
  },
  "append() without a status keeps the old one": {
    check: "append() without a status leaves none",
    methods: (inner) => ({
      append: (lease, appended) => inner.append(lease, { status: "ended", ...appended }),
    }),
  },
  "list() ignores the status": filtering(({ status: _, ...page }) => page),
  "list() ignores the time": filtering(({ updatedBefore: _, ...page }) => page),
  "list() ignores the label": filtering(({ label: _, ...page }) => page),
  "list() accepts any status": {
    check: "list(), append() and expire() refuse",
    methods: (inner) => ({ list: (page) => inner.list(page).catch(() => ({ sessions: [] })) }),
  },
  "setLabels() keeps the old labels": {
    check: "labels are those of create()",
    methods: (inner) => ({
      setLabels: async (id, labels) => {
        const { labels: old = [] } = await inner.read(id) ?? {};
        await inner.setLabels(id, [...old, ...labels]);
      },
    }),
  },
  "labels are cut at 50 characters": {
    check: "labels are those of create()",
    methods: (inner) => ({
      create: (id, { labels = [], ...rest }) =>
        inner.create(id, { ...rest, labels: labels.map((label) => label.slice(0, 50)) }),
    }),
  },
  "setLabels() drops labels that are too many": {
    check: "create() and setLabels() refuse",
    methods: (inner) => ({
      setLabels: (id, labels) => inner.setLabels(id, labels.slice(0, 16)),
    }),
  },
  "expire() deletes sessions that run": {
    check: "expire() deletes old sessions",
    methods: (inner) => ({
      expire: async ({ olderThan: _, status: __, ...page }) => {
        const { sessions } = await inner.list(page);
        await Promise.all(sessions.map(({ id }) => inner.delete(id)));
        return sessions.length;
      },
    }),
  },
  "expire() ignores the age": {
    check: "expire() deletes old sessions",
    methods: (inner) => ({ expire: (options) => inner.expire({ ...options, olderThan: 0 }) }),
  },
};

function listing(check: string, change: (session: ListedSession) => ListedSession): Fault {
  return {
    check,
    methods: (inner) => ({
      list: async (page) => {
        const found = await inner.list(page);
        return { ...found, sessions: found.sessions.map(change) };
      },
    }),
  };
}

function filtering(change: (page: ListPage) => ListPage): Fault {
  const list = (inner: Store) => (page: ListPage = {}) => inner.list(change(page));
  return {
    check: "list() combines the filters",
    methods: (inner) => ({ list: list(inner) }),
  };
}
