/**
 * Contract checks of listing sessions.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { ListPage } from "../../store/store.ts";
import { expectEqual, expectRejection, expectTrue } from "./expectations.ts";
import type { ContractChecks, Trial } from "./trial.ts";

export const LIST_CHECKS: ContractChecks = {
  "list() returns sessions like read(), without snapshots, with what waits": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0, 2, "{}");
    const { snapshot, ...session } = await trial.read(id);
    expectTrue(snapshot !== undefined, "read() returned no snapshot: expected the appended one");
    const page = await trial.store.list({ prefix: trial.prefix });
    const listed = { ...session, status: "running", approvals: [] };
    expectEqual(page, { sessions: [listed] }, "the list");
  },
  "list() returns pages of 100 sessions or of the given limit": async (trial) => {
    const ids = Array.from({ length: 201 }, (_, index) => trial.id(`${index + 100}`));
    await Promise.all(shuffled(ids).map((id) => trial.create(id)));
    for (const [limit, lengths] of [[undefined, [100, 100, 1]], [67, [67, 67, 67]]] as const) {
      const pages = await pagesOf(trial, limit === undefined ? {} : { limit });
      expectEqual(pages.map((page) => page.length), lengths, "the lengths of the pages");
      expectEqual(pages.flat(), ids, "the ids of all pages");
    }
    expectEqual(await pagesOf(trial, { limit: 1_000 }), [ids], "a page of 1,000");
    expectEqual((await pagesOf(trial, { limit: 1 })).length, 201, "the number of pages of 1");
  },
  "list() continues after an id, whether that session exists or not": async (trial) => {
    for (const rest of ["a", "b", "ba", "c"]) await trial.create(trial.id(rest));
    const { prefix } = trial;
    for (const [after, expected] of [["a", "b ba c"], ["aa", "b ba c"], ["b", "ba c"]] as const) {
      const found = (await pagesOf(trial, { after: prefix + after })).flat();
      expectEqual(found, expected.split(" ").map((rest) => prefix + rest), `after "${after}"`);
    }
    expectEqual(await pagesOf(trial, { after: `${prefix}c` }), [[]], "the list after the last");
    const all = (await pagesOf(trial, { after: "" })).flat();
    expectEqual(all.length, 4, "the length of a list after the empty text");
    const only = { prefix: `${prefix}b`, after: `${prefix}a` };
    const found = (await trial.store.list(only)).sessions.map(({ id }) => id);
    expectEqual(found, [`${prefix}b`, `${prefix}ba`], "a list after an id before the prefix");
  },
  "list() matches a prefix literally, not as a pattern": async (trial) => {
    const ids = ODD_TEXTS.map((text) => trial.id(text));
    await Promise.all(ids.map((id) => trial.create(id)));
    const parts = ["%", "_", "\\", "*", "?", "[a]", "A", "a", "'", "👍", "\ud83d", "é", "\uffff"];
    for (const part of parts) {
      const prefix = trial.prefix + part;
      const found = await trial.store.list({ prefix });
      const expected = inOrder(ids.filter((id) => id.startsWith(prefix)));
      expectEqual(found.sessions.map(({ id }) => id), expected, `the list of "${part}"`);
    }
    const none = await trial.store.list({ prefix: `${trial.prefix}nothing` });
    expectEqual(none, { sessions: [] }, "the list of a prefix that no id has");
  },
  "list() returns every id in the order of UTF-16 code units": async (trial) => {
    const ids = ODD_TEXTS.map((text) => trial.id(text));
    await Promise.all(shuffled(ids).map((id) => trial.create(id)));
    for (const limit of [1, 3, 1_000]) {
      const found = (await pagesOf(trial, { limit })).flat();
      expectEqual(found, inOrder(ids), `the ids in pages of ${limit}`);
    }
  },
  "list() without a prefix returns all sessions": async (trial) => {
    const ids = [await trial.create(), await trial.create()];
    const found = (await pagesOf(trial, { limit: 1_000 }, {})).flat();
    expectEqual(found, inOrder(found), "the ids of all sessions");
    expectEqual(found.filter((id) => id.startsWith(trial.prefix)), ids, "the ids of this check");
    await trial.store.list();
  },
  "list() omits deleted sessions": async (trial) => {
    const ids = ["a", "b", "c"].map((rest) => trial.id(rest));
    for (const id of ids) await trial.create(id);
    await trial.store.delete(ids[1]!);
    expectEqual((await pagesOf(trial, {})).flat(), [ids[0], ids[2]], "the ids after delete()");
    await trial.create(ids[1]!);
    expectEqual((await pagesOf(trial, {})).flat(), ids, "the ids after one was created again");
  },
  "list() refuses an invalid limit": async (trial) => {
    for (const limit of [0, -1, 1.5, NaN, 1_001]) {
      const list = () => trial.store.list({ limit });
      await expectRejection(list, ConfigError, `list() with limit ${limit}`);
    }
  },
};

/** Texts that encodings, collations, patterns and quoting often break, unordered. */
const ODD_TEXTS = [
  ..."👍,👍a,\u{10ffff},\ue000,\uffff,\ufffe,\uffffa,\ufffd,é,e\u0301,ß,ä,İ,日本".split(","),
  ..."z,Z,a,A,aa,a-b,a b,ab,10,9,09,\u0001,\u007f,\u0080,\u200b,\u202e".split(","),
  ..."%,%a,_,_a,','',\",`,\\,\\%,\n,\r\n,\t,*,?,[a],{},$1,;--,../..".split(","),
  "x".repeat(900),
  `${"x".repeat(899)}y`,
  "é".repeat(700),
];

/** Lists ids page by page. Default: only the ids of this check. */
async function pagesOf(
  { store, prefix }: Trial,
  page: ListPage,
  among: ListPage = { prefix },
): Promise<string[][]> {
  const pages: string[][] = [];
  let after = page.after;
  do {
    const found = await store.list({ ...among, ...page, ...(after !== undefined && { after }) });
    pages.push(found.sessions.map(({ id }) => id));
    const { next } = found;
    const isAfter = next === undefined || next > (after ?? "");
    expectTrue(
      isAfter,
      `The "next" of the page after "${after}" is "${next}": expected a later id`,
    );
    after = next;
  } while (after !== undefined);
  return pages;
}

function inOrder(ids: readonly string[]): string[] {
  return [...ids].sort((a, b) => a < b ? -1 : 1);
}

/** Returns the items in another, fixed order: in seven passes, each of every seventh item. */
function shuffled(ids: readonly string[]): string[] {
  return Array.from({ length: 7 }, (_, by) => ids.filter((_, index) => index % 7 === 6 - by))
    .flat();
}
