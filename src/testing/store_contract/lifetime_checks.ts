/**
 * Contract checks of closing a store, of its clock and of opening it again.
 *
 * @module
 */
import { StoreError } from "../../store/store_errors.ts";
import { expectEqual, expectNewer, expectRejection, expectTrue } from "./expectations.ts";
import { type ContractChecks, entriesFrom, LONG_TTL } from "./trial.ts";

export const LIFETIME_CHECKS: ContractChecks = {
  "close() makes all methods fail, and can be called again, also by await using": async (trial) => {
    const { store } = trial;
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0);
    await trial.end();
    await store.close();
    const calls = {
      create: () => store.create(trial.id(), { meta: "{}", hash: "00" }),
      createChild: () => store.createChild(lease, "a", { meta: "{}", hash: "00" }),
      read: () => store.read(id),
      entries: () => store.entries(id, { from: 0, limit: 1 }),
      claim: () => trial.tryClaim(id),
      renew: () => store.renew(lease, LONG_TTL),
      release: () => store.release(lease),
      append: () => trial.append(lease, 1),
      list: () => store.list(),
      delete: () => store.delete(id),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expectRejection(call, StoreError, `${name}() after close()`);
    }
    await store[Symbol.asyncDispose]();
  },
};

/** Checks of stores whose clock can be advanced. */
export const CLOCK_CHECKS: ContractChecks = {
  "createdAt never changes, updatedAt is the time of the last append": async (trial) => {
    const { id, lease } = await trial.lease();
    const { createdAt } = await trial.read(id);
    await trial.advance(40);
    await trial.store.renew(lease, 5_000);
    expectEqual((await trial.read(id)).updatedAt, createdAt, "updatedAt after renew()");
    await trial.append(lease, 0);
    await trial.advance(2);
    const session = await trial.read(id);
    expectEqual(session.createdAt, createdAt, "createdAt after append()");
    expectEqual(session.updatedAt, createdAt + 40, "updatedAt after append()");
  },
  "a lease lasts exactly its ttl from the last claim or renewal": async (trial) => {
    const { id, lease } = await trial.lease(100);
    const expectLeasedFor99 = async () => {
      await trial.advance(99);
      expectEqual(await trial.tryClaim(id), undefined, "claim() one millisecond too early");
    };
    await expectLeasedFor99();
    await trial.store.renew(lease, 100);
    await expectLeasedFor99();
    await trial.advance(1);
    const newer = await trial.claim(id, 100);
    await expectLeasedFor99();
    await trial.append(newer, 0);
    await trial.advance(1);
    await trial.claim(id);
  },
};

/** Checks of stores that can be opened again. */
export const REOPEN_CHECKS: ContractChecks = {
  "acknowledged writes are there when the store is opened again": async (trial) => {
    const { id, lease } = await trial.lease();
    const empty = await trial.create(trial.id("👍 '"), ' {"kept": "as it is"}');
    const gone = await trial.create();
    await trial.append(lease, 0, 3, '"s"');
    await trial.append(lease, 3, 2);
    await trial.store.delete(gone);
    const before = [await trial.read(id), await trial.read(empty)];
    await trial.reopen();
    expectEqual([await trial.read(id), await trial.read(empty)], before, "the sessions");
    expectEqual(await trial.entries(id), entriesFrom(0, 5), "the entries");
    expectEqual(await trial.store.read(gone), undefined, "a session that was deleted");
  },
  "close() keeps all acknowledged writes": async (trial) => {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => trial.lease()));
    const resolved = new Set<string>();
    const appending = sessions.map(({ id, lease }) => {
      return trial.append(lease, 0).then(() => void resolved.add(id), () => {});
    });
    await trial.reopen();
    await Promise.all(appending);
    for (const { id } of sessions) {
      const { head } = await trial.read(id);
      expectEqual((await trial.entries(id)).length, head, "the number of entries");
      expectTrue(
        head === 1 || !resolved.has(id),
        "close() lost an acknowledged append: expected its entry after opening the store again",
      );
    }
  },
  "a lease outlives the store object that created it": async (trial) => {
    const { id, lease } = await trial.lease();
    const released = await trial.lease();
    await trial.store.release(released.lease);
    await trial.reopen();
    expectEqual(await trial.tryClaim(id), undefined, "claim() of a session that is leased");
    await trial.append(lease, 0);
    const newer = await trial.claim(released.id);
    expectNewer(newer, released.lease);
  },
};
