/**
 * Contract checks of concurrent calls.
 *
 * @module
 */
import type { Lease } from "../../store/store.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { type ErrorKind, expectEqual, expectRejection } from "./expectations.ts";
import { type ContractChecks, entriesFrom, LONG_TTL } from "./trial.ts";

/** Number of concurrent calls. */
const CALLS = 20;

export const RACE_CHECKS: ContractChecks = {
  "of 20 concurrent create() of one id, one succeeds and the others conflict": async (trial) => {
    const id = trial.id();
    const winners = await race((call) => trial.create(id, `${call}`), ConflictError);
    expectEqual(winners.length, 1, "the number of sessions created");
    expectEqual((await trial.read(id)).meta, `${winners[0]}`, "meta of the one created");
  },
  "of 20 concurrent claim() of one session, one returns a lease": async (trial) => {
    const id = await trial.create();
    const claimed = await Promise.all(calls(() => trial.tryClaim(id)));
    const leases = claimed.filter((lease) => lease !== undefined);
    expectEqual(leases.length, 1, "the number of leases");
    await trial.append(leases[0]!, 0);
  },
  "of 20 concurrent claim() with force, the highest epoch is valid": async (trial) => {
    const id = await trial.create();
    const leases = await Promise.all(calls(() => trial.force(id)));
    leases.sort((a, b) => b.epoch - a.epoch);
    expectEqual(new Set(leases.map(({ epoch }) => epoch)).size, CALLS, "the number of epochs");
    for (const lease of leases.slice(1)) {
      const append = () => trial.append(lease, 0);
      await expectRejection(append, LeaseLostError, "append() with a lost lease");
    }
    await trial.append(leases[0]!, 0);
  },
  "of 20 concurrent append() at one head, one succeeds and the others conflict": async (trial) => {
    const { id, lease } = await trial.lease();
    const winners = await race((call) => {
      return trial.store.append(lease, { head: 0, entries: entriesFrom(0, 3, `${call}`) });
    }, ConflictError);
    expectEqual(winners.length, 1, "the number of appends");
    expectEqual(await trial.entries(id), entriesFrom(0, 3, `${winners[0]}`), "the entries");
    expectEqual((await trial.read(id)).head, 3, "head");
  },
  "concurrent append() to 20 sessions do not affect each other": async (trial) => {
    const sessions = await Promise.all(calls(() => trial.lease()));
    const failing = trial.append(sessions[0]!.lease, 7).then(() => false, () => true);
    await Promise.all(sessions.map(({ lease }, index) => trial.append(lease, 0, index + 1)));
    expectEqual(await failing, true, "the failure of an append at another head");
    const heads = await Promise.all(sessions.map(async ({ id }) => (await trial.read(id)).head));
    expectEqual(heads, sessions.map((_, index) => index + 1), "the heads");
  },
  "writers that take over a session leave no gaps and no duplicates": async (trial) => {
    const { id, lease: first } = await trial.lease();
    await trial.append(first, 0);
    const appended: string[] = [];
    await race(async (writer) => {
      const owner = `${id}-${writer}`;
      const lease = await trial.store.claim(id, { owner, ttl: LONG_TTL, force: true }) as Lease;
      for (let round = 0; round < 3; round++) {
        const { head } = await trial.read(id);
        const entries = entriesFrom(head, 2, `${owner}-${round}-${head}`);
        await trial.store.append(lease, { head, entries });
        appended.push(...entries.map(({ body }) => body));
      }
    }, [ConflictError, LeaseLostError]);
    const entries = await trial.entries(id);
    expectEqual(entries.map(({ seq }) => seq), calls((index) => index, entries.length), "seq");
    const bodies = entries.slice(1).map(({ body }) => body);
    expectEqual([...bodies].sort(), [...appended].sort(), "the acknowledged entries");
    expectEqual((await trial.read(id)).head, entries.length, "head");
  },
  "of 20 concurrent delete(), one succeeds and no append() restores the session": async (trial) => {
    const { id, lease } = await trial.lease();
    const appending = race(() => trial.append(lease, 0), [ConflictError, LeaseLostError]);
    const deleted = await Promise.all(calls(() => trial.store.delete(id)));
    await appending;
    expectEqual(deleted.filter(Boolean).length, 1, "the number of sessions deleted");
    expectEqual(await trial.store.read(id), undefined, "read() after delete()");
    expectEqual(await trial.entries(id), [], "entries() after delete()");
  },
};

function calls<Result>(call: (index: number) => Result, count = CALLS): Result[] {
  return Array.from({ length: count }, (_, index) => call(index));
}

/** Returns the indexes of the calls that succeeded. The others must fail with one of the classes. */
async function race(
  call: (index: number) => Promise<unknown>,
  kinds: ErrorKind | readonly ErrorKind[],
): Promise<number[]> {
  const succeeded = await Promise.all(calls(async (index) => {
    try {
      await call(index);
      return [index];
    } catch (error) {
      await expectRejection(() => Promise.reject(error), kinds, "a call that lost a race");
      return [];
    }
  }));
  return succeeded.flat();
}
