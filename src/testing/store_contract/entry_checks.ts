/**
 * Contract checks of appending and reading entries.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { Append, StoredEntry } from "../../store/store.ts";
import { ConflictError } from "../../store/store_errors.ts";
import { type ErrorKind, expectEqual, expectRejection } from "./expectations.ts";
import {
  type ContractChecks,
  entriesFrom,
  hashOf,
  type LeasedSession,
  type Trial,
} from "./trial.ts";

export const ENTRY_CHECKS: ContractChecks = {
  "append() adds entries and advances the head": async (trial) => {
    const { id, lease } = await trial.lease();
    const entries = entriesFrom(0, 6, "first");
    for (const [from, to] of [[0, 1], [1, 3], [3, 6]] as const) {
      await trial.store.append(lease, { head: from, entries: entries.slice(from, to) });
      const { head, hash } = await trial.read(id);
      expectEqual([head, hash], [to, entries[to - 1]!.hash], "head and hash after append()");
      expectEqual(await trial.entries(id), entries.slice(0, to), "the entries after append()");
    }
  },
  "entries() returns the requested range": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0, 12);
    for (const [from, limit] of [[0, 1], [0, 12], [0, 13], [3, 4], [9, 3], [9, 99], [11, 1]]) {
      const entries = await trial.store.entries(id, { from: from!, limit: limit! });
      const expected = entriesFrom(0, 12).slice(from, from! + limit!);
      expectEqual(entries, expected, `entries from ${from}, at most ${limit},`);
    }
    for (const from of [12, 13, 1_000_000]) {
      const entries = await trial.store.entries(id, { from, limit: 5 });
      expectEqual(entries, [], `entries from ${from} of 12`);
    }
  },
  "entries() refuses invalid ranges": async (trial) => {
    const id = await trial.create();
    for (const [from, limit] of [[-1, 1], [0.5, 1], [NaN, 1], [0, 0], [0, -1], [0, 1.5]]) {
      const entries = () => trial.store.entries(id, { from: from!, limit: limit! });
      await expectRejection(entries, ConfigError, `entries() from ${from}, at most ${limit},`);
    }
  },
  "append() at another head is a conflict and changes nothing": async (trial) => {
    const session = await trial.lease();
    await trial.append(session.lease, 0, 3);
    for (const [head, count] of [[0, 1], [2, 1], [2, 4], [4, 1], [1_000, 2]] as const) {
      const entries = entriesFrom(head, count, "other");
      await expectNoAppend(trial, session, { head, entries }, ConflictError);
    }
    await trial.append(session.lease, 3);
  },
  "append() refuses empty lists, gaps and wrong orders, and changes nothing": async (trial) => {
    const session = await trial.lease();
    await trial.append(session.lease, 0, 2);
    for (const numbers of [[], [3], [2, 4], [2, 2], [2, 4, 3], [3, 2], [1, 2], [2.5]]) {
      const entries = numbers.flatMap((seq) => entriesFrom(seq, 1, "other"));
      await expectNoAppend(trial, session, { head: 2, entries }, ConfigError);
    }
    await trial.append(session.lease, 2);
  },
  "append() adds 1,000 entries at once and 1,000 one by one": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0, 1_000);
    for (let head = 1_000; head < 2_000; head++) await trial.append(lease, head);
    expectEqual((await trial.read(id)).head, 2_000, "head");
    expectEqual(await trial.entries(id), entriesFrom(0, 2_000), "the entries");
  },
  "append() stores every body and hash unchanged": async (trial) => {
    const { id, lease } = await trial.lease();
    const entries = BODIES.map((body, seq) => ({ seq, body, hash: hashOf(seq, body) }));
    await trial.store.append(lease, { head: 0, entries });
    const found = await trial.entries(id);
    for (const entry of entries) expectEqual(found[entry.seq], entry, `entry ${entry.seq}`);
  },
  "a snapshot covers all entries and is kept until the next one": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0, 2);
    expectEqual((await trial.read(id)).snapshot, undefined, "the snapshot before the first one");
    for (const [head, body] of [[2, ' {"a":1, "a":2}\n'], [6, BODIES.join()]] as const) {
      await trial.append(lease, head, 3, body);
      const snapshot = { head: head + 3, hash: hashOf(head + 2), body };
      expectEqual((await trial.read(id)).snapshot, snapshot, "the snapshot");
      await trial.append(lease, head + 3);
      expectEqual((await trial.read(id)).snapshot, snapshot, "the snapshot after an append");
    }
  },
  "the store copies arguments and results": async (trial) => {
    const { id, lease } = await trial.lease();
    const first = { ...entriesFrom(0, 1)[0]! };
    const entries = [first];
    await trial.store.append(lease, { head: 0, entries });
    first.body = '"changed"';
    entries.push(...entriesFrom(1, 1));
    expectEqual(await trial.entries(id), entriesFrom(0, 1), "entries after an argument changed");
    const got = await trial.entries(id) as StoredEntry[];
    got.push(...entriesFrom(1, 1));
    expectEqual(await trial.entries(id), entriesFrom(0, 1), "entries after a result changed");
    expectEqual((await trial.read(id)).head, 1, "head after a result changed");
    await trial.store.setLabels(id, ["one"]);
    ((await trial.read(id)).labels as string[]).push("two");
    expectEqual((await trial.read(id)).labels, ["one"], "labels after a result changed");
  },
};

/** Bodies that databases and encodings are known to change or refuse, as JSON text. */
const BODIES = [
  JSON.stringify("a\0b"),
  JSON.stringify("\0"),
  JSON.stringify("\ud83d lone \ude00"),
  JSON.stringify("\ufffe \uffff \ufdd0 \ufffd \u{10ffff} \u2028 \u0085"),
  JSON.stringify("👩🏽‍🚀 é e\u0301 \u202e"),
  JSON.stringify("'; DROP TABLE entry; -- $1 ? :a %s \\ \\\\ \" ` \r\n\t\b\u001b[2J"),
  JSON.stringify({ text: "line\nline" }, null, 2),
  ' {"a": 1, "a": 2.0, "b": 1e400, "c": -0, "__proto__": null} \n',
  "12345678901234567890.10",
  '"\\u0041\\/"',
  "[]",
  "null",
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  JSON.stringify("é👍\0\n".repeat(150_000)),
];

/** Asserts that an append is refused and that the session is unchanged. */
async function expectNoAppend(
  trial: Trial,
  { id, lease }: LeasedSession,
  { head, entries }: Pick<Append, "head" | "entries">,
  kind: ErrorKind,
): Promise<void> {
  const before = [await trial.read(id), await trial.entries(id)];
  const append = () => trial.store.append(lease, { head, entries, snapshot: '"other"' });
  await expectRejection(append, kind, `append() of [${entries.map(({ seq }) => seq)}] at ${head}`);
  const after = [await trial.read(id), await trial.entries(id)];
  expectEqual(after, before, "the session after a refused append()");
}
