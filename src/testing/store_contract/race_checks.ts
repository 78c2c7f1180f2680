/**
 * What the contract says where calls meet.
 *
 * @module
 */
import type { Lease } from "../../store/store.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { expectEqual, expectRejection, expectTrue } from "./expectations.ts";
import { type ContractCheck, entriesFrom, LONG } from "./trial.ts";

/** How many calls meet. */
const CALLS = 20;

export const RACE_CHECKS: readonly ContractCheck[] = [
  {
    name: "of 20 create() of one id at once, one succeeds and the others are conflicts",
    async check(trial) {
      const id = trial.id();
      const winners = await race((call) => trial.create(id, `${call}`), [ConflictError]);
      expectEqual(winners.length, 1, "the number of sessions created");
      expectEqual((await trial.read(id)).meta, `${winners[0]}`, "meta of the one created");
    },
  },
  {
    name: "of 20 claim() of one session at once, one gets it",
    async check(trial) {
      const id = await trial.create();
      const claimed = await Promise.all(calls(() => trial.tryClaim(id)));
      const leases = claimed.filter((lease) => lease !== undefined);
      expectEqual(leases.length, 1, "the number of leases given");
      await trial.append(leases[0]!, 0);
    },
  },
  {
    name: "of 20 claim() with force at once, the one of the highest epoch holds",
    async check(trial) {
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
  },
  {
    name: "of 20 append() at one head at once, one succeeds and the others are conflicts",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const winners = await race((call) => {
        const entries = entriesFrom(0, 3, `${call}`);
        return trial.store.append(lease, { head: 0, entries });
      }, [ConflictError]);
      expectEqual(winners.length, 1, "the number of appends");
      expectEqual(await trial.entries(id), entriesFrom(0, 3, `${winners[0]}`), "the entries");
      expectEqual((await trial.read(id)).head, 3, "head");
    },
  },
  {
    name: "20 sessions are appended to at once, each on its own",
    async check(trial) {
      const sessions = await Promise.all(calls(() => trial.leased()));
      const failing = trial.append(sessions[0]!.lease, 7).then(() => false, () => true);
      await Promise.all(sessions.map(({ lease }, index) => trial.append(lease, 0, index + 1)));
      expectEqual(await failing, true, "whether an append at another head failed");
      const heads = await Promise.all(sessions.map(async ({ id }) => (await trial.read(id)).head));
      expectEqual(heads, sessions.map((_, index) => index + 1), "the heads");
    },
  },
  {
    name: "writers that take a session from one another leave neither gap nor double",
    async check(trial) {
      const { id, lease: first } = await trial.leased();
      await trial.append(first, 0);
      const appended: string[] = [];
      await race(async (writer) => {
        const owner = `${id}-${writer}`;
        const lease = await trial.store.claim(id, { owner, ttl: LONG, force: true }) as Lease;
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
      expectEqual([...bodies].sort(), [...appended].sort(), "the entries that were acknowledged");
      expectEqual((await trial.read(id)).head, entries.length, "head");
    },
  },
  {
    name: "of 20 delete() at once one succeeds, and an append() in between brings nothing back",
    async check(trial) {
      const { id, lease } = await trial.leased();
      const appending = race(() => trial.append(lease, 0), [ConflictError, LeaseLostError]);
      const deleted = await Promise.all(calls(() => trial.store.delete(id)));
      await appending;
      expectEqual(deleted.filter(Boolean).length, 1, "the number of sessions deleted");
      expectEqual(await trial.store.read(id), undefined, "read() after delete()");
      expectEqual(await trial.entries(id), [], "entries() after delete()");
    },
  },
];

function calls<Result>(call: (index: number) => Result, count = CALLS): Result[] {
  return Array.from({ length: count }, (_, index) => call(index));
}

/** The numbers of the calls that succeeded. The others must fail in one of these ways. */
async function race(
  call: (index: number) => Promise<unknown>,
  kinds: readonly (typeof ConflictError | typeof LeaseLostError)[],
): Promise<number[]> {
  const outcomes = await Promise.allSettled(calls(call));
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === "fulfilled") return [index];
    const { reason } = outcome;
    expectTrue(
      kinds.some((kind) => reason instanceof kind),
      `a call that lost a race failed with ${reason}: expected ${kinds.map(({ name }) => name)}`,
    );
    return [];
  });
}
