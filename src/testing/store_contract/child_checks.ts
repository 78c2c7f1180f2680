/**
 * Contract checks of children: sessions that belong to another one.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { Lease } from "../../store/store.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { expectDefined, expectEqual, expectRejection } from "./expectations.ts";
import { type ContractChecks, entriesFrom, FIRST_HASH, LONG_TTL, type Trial } from "./trial.ts";

const CHILD = "a/1/0";
const NEW_CHILD = { meta: '{"of": "a"}', hash: FIRST_HASH };

export const CHILD_CHECKS: ContractChecks = {
  "createChild() creates a child without entries": async (trial) => {
    const { id } = await parent(trial);
    const { createdAt, updatedAt, ...child } = await readChild(trial, id);
    expectEqual(child, { id: CHILD, head: 0, ...NEW_CHILD }, "a new child");
    expectEqual(updatedAt, createdAt, "updatedAt of a new child");
    expectEqual(await childEntries(trial, id), [], "the entries of a new child");
  },
  "createChild() refuses an existing child and an invalid id": async (trial) => {
    const { id, lease } = await parent(trial);
    await append(trial, lease, 0, 2);
    const before = await readChild(trial, id);
    const create = (child: string) => () => trial.store.createChild(lease, child, NEW_CHILD);
    await expectRejection(create(CHILD), ConflictError, "createChild() with an existing id");
    await expectRejection(create("a\0"), ConfigError, "createChild() with NUL in its id");
    expectEqual(await readChild(trial, id), before, "the child after createChild() with its id");
  },
  "children have entries, a head and a snapshot of their own": async (trial) => {
    const { id, lease } = await parent(trial);
    await trial.store.createChild(lease, "b", NEW_CHILD);
    await trial.append(lease, 0, 4);
    const entries = entriesFrom(0, 3, "of the child");
    await trial.store.append(lease, { child: CHILD, head: 0, entries, snapshot: "3" });
    await trial.append(lease, 4);
    expectEqual(await childEntries(trial, id), entries, "the entries of a child");
    const { head, snapshot } = await readChild(trial, id);
    const expected = { head: 3, snapshot: { head: 3, hash: entries[2]!.hash, body: "3" } };
    expectEqual({ head, snapshot }, expected, "a child after append()");
    expectEqual(await childEntries(trial, id, "b"), [], "the entries of another child");
    expectEqual(await trial.entries(id), entriesFrom(0, 5), "the entries of the session");
    await expectRejection(
      () => append(trial, lease, 2),
      ConflictError,
      "append() to a child at another head",
    );
    await expectRejection(
      () => trial.store.append(lease, { child: "c", head: 0, entries: entriesFrom(0, 1) }),
      ConflictError,
      "append() to a child that does not exist",
    );
  },
  "a child is found only in its session": async (trial) => {
    const { id } = await parent(trial);
    const { lease: other } = await trial.lease();
    const free = trial.id(CHILD);
    for (const unknown of [CHILD, free, `${id}/${CHILD}`, `${id}\0${CHILD}`]) {
      expectEqual(await trial.store.read(unknown), undefined, "read() of the id of a child");
      const claim = () => trial.tryClaim(unknown);
      await expectRejection(claim, ConflictError, "claim() of the id of a child");
      expectEqual(await trial.store.delete(unknown), false, "delete() of the id of a child");
    }
    expectEqual(await trial.store.read(other.id, CHILD), undefined, "read() in another session");
    expectEqual(await childEntries(trial, other.id), [], "entries() in another session");
    const { sessions } = await trial.store.list({ prefix: trial.prefix });
    expectEqual(sessions.map((one) => one.id), [id, other.id].sort(), "the sessions of list()");
    // Equal ids of sessions and of children of other sessions are independent.
    await trial.create(free);
    await trial.store.createChild(other, CHILD, { meta: '"other"', hash: FIRST_HASH });
    expectEqual((await readChild(trial, id)).meta, NEW_CHILD.meta, "meta of the first child");
    expectEqual((await readChild(trial, other.id)).meta, '"other"', "meta of the second child");
  },
  "a child can be written only with the current lease of its session": async (trial) => {
    const { id, lease } = await parent(trial);
    await append(trial, lease, 0);
    const newer = await trial.force(id);
    await expectLost(trial, lease, "whose session was taken over");
    await append(trial, newer, 1);
    await trial.store.release(newer);
    await expectLost(trial, newer, "whose session was released");
    await append(trial, await trial.claim(id), 2);
    expectEqual((await childEntries(trial, id)).length, 3, "the number of entries");
  },
  "delete() of a session deletes its children": async (trial) => {
    const { id, lease } = await parent(trial);
    await append(trial, lease, 0, 2);
    await trial.store.delete(id);
    expectEqual(await trial.store.read(id, CHILD), undefined, "read() of a deleted child");
    expectEqual(await childEntries(trial, id), [], "the entries of a deleted child");
    await expectLost(trial, lease, "whose session was deleted");
    await trial.create(id);
    expectEqual(await trial.store.read(id, CHILD), undefined, "read() in a new session of the id");
    await trial.store.createChild(await trial.claim(id), CHILD, NEW_CHILD);
    expectEqual(await childEntries(trial, id), [], "the entries of a new child");
  },
  "children are written while their session is written, renewed and deleted": async (trial) => {
    const { id, lease } = await parent(trial);
    const children = [CHILD, "b", "c", "d"];
    for (const child of children.slice(1)) await trial.store.createChild(lease, child, NEW_CHILD);
    const writers = children.map(async (child) => {
      for (let head = 0; head < 10; head++) {
        await trial.store.append(lease, { child, head, entries: entriesFrom(head, 1) });
      }
    });
    const session = async () => {
      for (let head = 0; head < 10; head++) {
        await trial.append(lease, head);
        expectEqual(await trial.store.renew(lease, LONG_TTL), true, "renew()");
      }
    };
    await Promise.all([...writers, session()]);
    for (const child of children) {
      expectEqual(await childEntries(trial, id, child), entriesFrom(0, 10), "entries of a child");
    }
    const attempts = children.map((child) =>
      trial.store.append(lease, { child, head: 10, entries: entriesFrom(10, 1) }).catch((error) =>
        expectRejection(() => Promise.reject(error), LeaseLostError, "append() after delete()")
      )
    );
    const [deleted] = await Promise.all([trial.store.delete(id), ...attempts]);
    expectEqual(deleted, true, "delete() while its children are written");
    expectEqual(await trial.store.read(id, "b"), undefined, "read() of a deleted child");
  },
};

/** Creates a session with one child, and claims it. */
async function parent(trial: Trial): Promise<{ readonly id: string; readonly lease: Lease }> {
  const { id, lease } = await trial.lease();
  await trial.store.createChild(lease, CHILD, NEW_CHILD);
  return { id, lease };
}

async function readChild(trial: Trial, id: string) {
  return expectDefined(await trial.store.read(id, CHILD), "read() of a created child");
}

function childEntries(trial: Trial, id: string, child = CHILD) {
  return trial.store.entries(id, { child, from: 0, limit: 1_000 });
}

function append(trial: Trial, lease: Lease, head: number, count = 1): Promise<void> {
  return trial.store.append(lease, { child: CHILD, head, entries: entriesFrom(head, count) });
}

async function expectLost(trial: Trial, lease: Lease, what: string): Promise<void> {
  const write = () => append(trial, lease, 0);
  await expectRejection(write, LeaseLostError, `append() to a child ${what}`);
  const create = () => trial.store.createChild(lease, "new", NEW_CHILD);
  await expectRejection(create, LeaseLostError, `createChild() in a session ${what}`);
}
