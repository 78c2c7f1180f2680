import type { ListPage, SessionList, Store } from "@nomos/agent/store";
import type { Fault } from "./broken_stores.ts";

/** Faults of list() by description. */
export const LIST_FAULTS: Readonly<Record<string, Fault>> = {
  "list() omits a session": listing("list() returns every id", (found) => {
    return { ...found, sessions: found.sessions.filter(({ id }) => !id.endsWith("'")) };
  }),
  "list() returns next on the last page": listing("list() returns pages of 100", (found) => {
    return { ...found, next: found.sessions.at(-1)?.id ?? "" };
  }),
  "list() stops after the first page": listing("list() returns pages of 100", ({ sessions }) => {
    return { sessions };
  }),
  "list() returns snapshots": {
    check: "list() returns sessions like read()",
    methods: (inner) => ({
      list: async (page) => {
        const { sessions } = await inner.list(page);
        const whole = sessions.map(async (session) => ({
          ...session,
          ...await inner.read(session.id),
        }));
        return { sessions: await Promise.all(whole) };
      },
    }),
  },
  "list() returns deleted sessions": {
    check: "list() omits deleted sessions",
    methods: () => ({ delete: () => Promise.resolve(true) }),
  },
  "list() returns 50 sessions by default": {
    check: "list() returns pages of 100",
    methods: (inner) => ({ list: (page) => inner.list({ limit: 50, ...page }) }),
  },
  "list() accepts any limit": {
    check: "list() refuses an invalid limit",
    methods: (inner) => ({ list: () => inner.list() }),
  },
  "list() includes the id after which it continues": {
    check: "list() continues after an id",
    methods: (inner) => ({
      list: async (page = {}) => {
        const found = await inner.list(page);
        const all = await inner.list({ ...page, after: "", limit: 1_000 });
        const same = all.sessions.filter(({ id }) => id === page.after);
        return { ...found, sessions: [...same, ...found.sessions] };
      },
    }),
  },
  "list() treats a prefix as a pattern": filtering((id, prefix) => {
    const parts = prefix.split("%").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}`, "s").test(id);
  }),
  "list() ignores the case of a prefix": filtering((id, prefix) => {
    return id.toLowerCase().startsWith(prefix.toLowerCase());
  }),
  "list() finds nothing for a prefix that ends in U+FFFF": filtering((id, prefix) => {
    return id.startsWith(prefix) && !prefix.endsWith("\uffff");
  }),
  "list() sorts by code points": ordering((id) => {
    return [...id].map((character) => character.codePointAt(0)!.toString(16).padStart(6, "0"));
  }),
  "list() sorts by the rules of a language": {
    check: "list() returns every id",
    methods: (inner) => ({ list: (page) => paged(inner, page, (a, b) => a.localeCompare(b)) }),
  },
};

function listing(check: string, change: (found: SessionList) => SessionList): Fault {
  return { check, methods: (inner) => ({ list: async (page) => change(await inner.list(page)) }) };
}

function filtering(matches: (id: string, prefix: string) => boolean): Fault {
  return {
    check: "list() matches a prefix literally",
    methods: (inner) => ({
      list: async ({ prefix = "", ...page } = {}) => {
        const { sessions } = await inner.list({ ...page, limit: 1_000 });
        return { sessions: sessions.filter(({ id }) => matches(id, prefix)) };
      },
    }),
  };
}

function ordering(keyOf: (id: string) => readonly string[]): Fault {
  const compare = (a: string, b: string) => keyOf(a).join() < keyOf(b).join() ? -1 : 1;
  return {
    check: "list() returns every id",
    methods: (inner) => ({ list: (page) => paged(inner, page, compare) }),
  };
}

/** Lists pages in another order. */
async function paged(
  inner: Store,
  { prefix = "", after, limit = 100 }: ListPage = {},
  compare: (a: string, b: string) => number,
): Promise<SessionList> {
  const { sessions } = await inner.list({ prefix, limit: 1_000 });
  const sorted = [...sessions].sort((a, b) => compare(a.id, b.id));
  const from = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  const page = sorted.slice(from, from + limit);
  return { sessions: page, ...(from + limit < sorted.length && { next: page.at(-1)!.id }) };
}
