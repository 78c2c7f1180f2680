/**
 * What the contract says about appending and reading entries.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { StoredEntry } from "../../store/store.ts";
import { ConflictError } from "../../store/store_errors.ts";
import { expectEqual, expectRejection } from "./expectations.ts";
import { type ContractCheck, entriesFrom, hashOf, type Trial } from "./trial.ts";

export const ENTRY_CHECKS: readonly ContractCheck[] = [
  {
    name: "append() adds entries at the head, and moves it",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const entries = entriesFrom(0, 6, "first");
      for (const [from, to] of [[0, 1], [1, 3], [3, 6]] as const) {
        await trial.store.append(lease, { head: from, entries: entries.slice(from, to) });
        const { head, hash } = await trial.read(id);
        expectEqual([head, hash], [to, entries[to - 1]!.hash], "head and hash after append()");
        expectEqual(await trial.entries(id), entries.slice(0, to), "the entries after append()");
      }
    },
  },
  {
    name: "entries() gives the range that is asked for",
    async check(trial) {
      const { id, lease } = await trial.leased();
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
  },
  {
    name: "entries() refuses ranges that are none",
    async check(trial) {
      const id = await trial.create();
      for (const [from, limit] of [[-1, 1], [0.5, 1], [NaN, 1], [0, 0], [0, -1], [0, 1.5]]) {
        await expectRejection(
          () => trial.store.entries(id, { from: from!, limit: limit! }),
          ConfigError,
          `entries() from ${from}, at most ${limit},`,
        );
      }
    },
  },
  {
    name: "append() at another head is a conflict, and changes nothing",
    async check(trial) {
      const { id, lease } = await trial.leased();
      await trial.append(lease, 0, 3);
      for (const [head, count] of [[0, 1], [2, 1], [2, 4], [4, 1], [1_000, 2]] as const) {
        await unchanged(trial, id, async () => {
          const other = { head, entries: entriesFrom(head, count, "other"), snapshot: '"other"' };
          await expectRejection(
            () => trial.store.append(lease, other),
            ConflictError,
            `append() of ${count} at ${head} where the head is 3`,
          );
        });
      }
      await trial.append(lease, 3);
    },
  },
  {
    name: "append() refuses no entries, gaps, and entries out of order, and changes nothing",
    async check(trial) {
      const { id, lease } = await trial.leased();
      await trial.append(lease, 0, 2);
      for (const numbers of [[], [3], [2, 4], [2, 2], [2, 4, 3], [3, 2], [1, 2], [2.5]]) {
        await unchanged(trial, id, async () => {
          const entries = numbers.map((seq) => entriesFrom(seq, 1, "other")[0]!);
          await expectRejection(
            () => trial.store.append(lease, { head: 2, entries, snapshot: '"other"' }),
            ConfigError,
            `append() of entries [${numbers}] at 2`,
          );
        });
      }
      await trial.append(lease, 2);
    },
  },
  {
    name: "append() takes 1,000 entries at once, and 1,000 one by one",
    async check(trial) {
      const { id, lease } = await trial.leased();
      await trial.append(lease, 0, 1_000);
      for (let head = 1_000; head < 2_000; head++) await trial.append(lease, head);
      expectEqual((await trial.read(id)).head, 2_000, "head");
      expectEqual(await trial.entries(id), entriesFrom(0, 2_000), "the entries");
    },
  },
  {
    name: "append() keeps every body and hash as it is",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const entries = BODIES.map((body, seq) => ({ seq, body, hash: hashOf(seq, body) }));
      await trial.store.append(lease, { head: 0, entries });
      const found = await trial.entries(id);
      for (const [index, entry] of entries.entries()) {
        expectEqual(found[index], entry, `entry ${index}`);
      }
    },
  },
  {
    name: "a snapshot stands for all entries, and stays until the next one",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const append = (head: number, count: number, snapshot?: string) => {
        const entries = entriesFrom(head, count);
        return trial.store.append(lease, {
          head,
          entries,
          ...(snapshot !== undefined && { snapshot }),
        });
      };
      await append(0, 2);
      expectEqual((await trial.read(id)).snapshot, undefined, "a snapshot that was not given");
      for (const [head, body] of [[2, ' {"a":1, "a":2}\n'], [6, BODIES.join()]] as const) {
        await append(head, 3, body);
        const snapshot = { head: head + 3, hash: hashOf(head + 2), body };
        expectEqual((await trial.read(id)).snapshot, snapshot, "the snapshot");
        await append(head + 3, 1);
        expectEqual((await trial.read(id)).snapshot, snapshot, "the snapshot after an append");
      }
    },
  },
  {
    name: "what was given to the store, or got from it, can be changed without changing the store",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const first = { ...entriesFrom(0, 1)[0]! };
      const given = [first];
      await trial.store.append(lease, { head: 0, entries: given });
      first.body = '"changed"';
      given.push(...entriesFrom(1, 1));
      expectEqual(await trial.entries(id), entriesFrom(0, 1), "the entries after a change");
      const got = await trial.entries(id) as StoredEntry[];
      got.push(...entriesFrom(1, 1));
      expectEqual(await trial.entries(id), entriesFrom(0, 1), "the entries after a change");
      expectEqual((await trial.read(id)).head, 1, "head after a change");
    },
  },
];

/** What databases and encodings are known to change or to stumble on, as JSON text. */
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

async function unchanged(trial: Trial, id: string, attempt: () => Promise<void>): Promise<void> {
  const [session, entries] = [await trial.read(id), await trial.entries(id)];
  await attempt();
  expectEqual(await trial.read(id), session, "a session after a refused append()");
  expectEqual(await trial.entries(id), entries, "the entries after a refused append()");
}
