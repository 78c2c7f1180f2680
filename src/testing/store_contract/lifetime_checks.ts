/**
 * What the contract says about the end of a store, and what is left of it.
 *
 * @module
 */
import { StoreError } from "../../store/store_errors.ts";
import { expectEqual, expectRejection, expectTrue } from "./expectations.ts";
import { type ContractCheck, entriesFrom, LONG } from "./trial.ts";

export const LIFETIME_CHECKS: readonly ContractCheck[] = [
  {
    name: "close() ends the use of a store, and can be called again",
    async check(trial) {
      const { store } = trial;
      const { id, lease } = await trial.leased();
      await trial.append(lease, 0);
      await trial.end();
      await store.close();
      const calls = {
        create: () => store.create(trial.id(), { meta: "{}", hash: "00" }),
        read: () => store.read(id),
        entries: () => store.entries(id, { from: 0, limit: 1 }),
        claim: () => trial.tryClaim(id),
        renew: () => store.renew(lease, LONG),
        release: () => store.release(lease),
        append: () => trial.append(lease, 1),
        list: () => store.list(),
        delete: () => store.delete(id),
      };
      for (const [name, call] of Object.entries(calls)) {
        await expectRejection(call, StoreError, `${name}() after close()`);
      }
    },
  },
  {
    name: "what was resolved is there when the store is opened again",
    needsReopen: true,
    async check(trial) {
      const { id, lease } = await trial.leased();
      const empty = await trial.create(trial.id("👍 '"), ' {"kept": "as it is"}');
      const gone = await trial.create();
      await trial.store.append(lease, { head: 0, entries: entriesFrom(0, 3), snapshot: '"s"' });
      await trial.append(lease, 3, 2);
      await trial.store.delete(gone);
      const before = [await trial.read(id), await trial.read(empty)];
      await trial.reopen();
      expectEqual([await trial.read(id), await trial.read(empty)], before, "the sessions");
      expectEqual(await trial.entries(id), entriesFrom(0, 5), "the entries");
      expectEqual(await trial.store.read(gone), undefined, "a session that was deleted");
    },
  },
  {
    name: "close() loses nothing that was resolved before it",
    needsReopen: true,
    async check(trial) {
      const sessions = await Promise.all(Array.from({ length: 10 }, () => trial.leased()));
      const resolved = new Set<string>();
      const appending = sessions.map(({ id, lease }) => {
        return trial.append(lease, 0).then(() => void resolved.add(id), () => {});
      });
      await trial.reopen();
      await Promise.all(appending);
      for (const { id } of sessions) {
        const { head } = await trial.read(id);
        expectEqual((await trial.entries(id)).length, head, "the number of entries");
        expectTrue(head === 1 || !resolved.has(id), "close() lost an append that was resolved");
      }
    },
  },
  {
    name: "a lease outlives the store that gave it",
    needsReopen: true,
    async check(trial) {
      const { id, lease } = await trial.leased();
      const released = await trial.leased();
      await trial.store.release(released.lease);
      await trial.reopen();
      expectEqual(await trial.tryClaim(id), undefined, "claim() of a session that is leased");
      await trial.append(lease, 0);
      const newer = await trial.claim(released.id);
      expectTrue(newer.epoch > released.lease.epoch, "a newer lease has no higher epoch");
    },
  },
];
