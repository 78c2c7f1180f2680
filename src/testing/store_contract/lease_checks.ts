/**
 * Contract checks of leases.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { Lease } from "../../store/store.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import {
  expectDefined,
  expectEqual,
  expectInteger,
  expectNewer,
  expectRejection,
} from "./expectations.ts";
import { type ContractChecks, LONG_TTL, type Trial } from "./trial.ts";

/** Time to live of a lease that expires during a check, in milliseconds. */
const SHORT_TTL = 3;

export const LEASE_CHECKS: ContractChecks = {
  "claim() returns a lease with its session and owner": async (trial) => {
    const id = await trial.create();
    const owner = "me, 'myself' 👍";
    const claimed = await trial.store.claim(id, { owner, ttl: LONG_TTL });
    const { epoch, session: _, ...rest } = expectDefined(claimed, "claim() of a free session");
    expectEqual(rest, { id, owner }, "a lease");
    expectInteger(epoch, "The epoch of a lease");
    await trial.append({ id, owner, epoch }, 0);
  },
  "claim() returns undefined while another owner holds the lease": async (trial) => {
    const { id, lease } = await trial.lease();
    for (const attempt of ["claim()", "claim() again"]) {
      expectEqual(await trial.tryClaim(id), undefined, attempt);
    }
    await trial.append(lease, 0);
    expectEqual(await trial.store.renew(lease, LONG_TTL), true, "renew() after refused claims");
    await trial.claim(await trial.create());
  },
  "read() and list() show a lease until it is released": async (trial) => {
    const { id, lease } = await trial.lease();
    const { owner, epoch } = lease;
    const { until = 0, ...held } = (await trial.read(id)).lease ?? {};
    expectEqual(held, { owner, epoch }, "the lease that read() shows");
    await trial.store.renew(lease, 2 * LONG_TTL);
    const renewed = (await trial.read(id)).lease?.until ?? 0;
    expectEqual(renewed > until, true, "a renewed lease ends later");
    const { sessions } = await trial.store.list({ prefix: id });
    expectEqual(sessions[0]?.lease?.epoch, epoch, "the lease that list() shows");
    await trial.store.release(lease);
    expectEqual((await trial.read(id)).lease, undefined, "the lease after release()");
  },
  "requestStop() is listed while its lease is current, if the store has it": async (trial) => {
    const { id, lease } = await trial.lease();
    const { requestStop, listStops } = trial.store;
    expectEqual(requestStop === undefined, listStops === undefined, "both methods, or none");
    if (requestStop === undefined || listStops === undefined) return;
    const request = (epoch: number) => requestStop.call(trial.store, id, epoch);
    expectEqual(await request(lease.epoch - 1), false, "requestStop() of another epoch");
    for (const attempt of ["requestStop()", "requestStop() again"]) {
      expectEqual(await request(lease.epoch), true, attempt);
    }
    const listed = await listStops.call(trial.store);
    expectEqual(listed.filter((epoch) => epoch === lease.epoch).length, 1, "listed requests");
    await trial.append(lease, 0);
    await trial.store.release(lease);
    expectEqual(await request(lease.epoch), false, "requestStop() after release()");
    const newer = await trial.claim(id);
    expectEqual((await listStops.call(trial.store)).includes(newer.epoch), false, "a new lease");
  },
  "claim() by the owner of a lease renews it, so that it can be repeated": async (trial) => {
    const { id, lease } = await trial.lease(SHORT_TTL);
    const { owner } = lease;
    await trial.append(lease, 0);
    for (const force of [false, true]) {
      const again = await trial.store.claim(id, { owner, ttl: LONG_TTL, force });
      expectEqual(again?.epoch, lease.epoch, "the epoch of a claim by the owner of the lease");
    }
    await trial.waitForExpiry(SHORT_TTL);
    expectEqual(await trial.tryClaim(id), undefined, "claim() by another owner");
    await trial.append(lease, 1);
    await trial.store.release(lease);
    const claimed = await trial.store.claim(id, { owner, ttl: LONG_TTL });
    expectNewer(expectDefined(claimed, "claim() by a former owner"), lease);
    await expectLost(trial, lease, 2);
  },
  "renew() and release() can be repeated": async (trial) => {
    const { id, lease } = await trial.lease();
    for (const attempt of ["renew()", "renew() again"]) {
      expectEqual(await trial.store.renew(lease, LONG_TTL), true, attempt);
    }
    await trial.store.release(lease);
    await trial.store.release(lease);
    const newer = await trial.claim(id);
    await trial.store.release(lease);
    await trial.append(newer, 0);
  },
  "claim() and renew() refuse an invalid ttl": async (trial) => {
    const { id, lease } = await trial.lease();
    for (const ttl of [0, -1, 0.5, 2 ** 31, NaN, Infinity]) {
      await expectRejection(() => trial.force(id, ttl), ConfigError, `claim() for ${ttl} ms`);
      const renew = () => trial.store.renew(lease, ttl);
      await expectRejection(renew, ConfigError, `renew() for ${ttl} ms`);
    }
    await trial.append(lease, 0);
  },
  "claim() with force ends the lease of another owner immediately and for good": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0);
    const newer = await trial.force(id);
    expectNewer(newer, lease);
    await expectLost(trial, lease, 1);
    await trial.append(newer, 1);
    // Its head is stale as well, but the lost lease is the more specific error.
    await expectLost(trial, lease, 1);
    await trial.store.release(newer);
    await expectLost(trial, lease, 2);
    expectEqual((await trial.read(id)).head, 2, "head");
  },
  "an expired lease stays valid until another owner claims the session": async (trial) => {
    const { id, lease } = await trial.lease(SHORT_TTL);
    await trial.waitForExpiry(SHORT_TTL);
    await trial.append(lease, 0);
    const newer = await trial.claim(id, SHORT_TTL);
    expectNewer(newer, lease);
    await expectLost(trial, lease, 1);
    await trial.append(newer, 1);
    await trial.waitForExpiry(SHORT_TTL);
    await expectLost(trial, lease, 2);
    await trial.append(newer, 2);
  },
  "renew() extends a lease from now on, even if it has expired": async (trial) => {
    const { id, lease } = await trial.lease(SHORT_TTL);
    await trial.waitForExpiry(SHORT_TTL);
    expectEqual(await trial.store.renew(lease, LONG_TTL), true, "renew() of an expired lease");
    expectEqual(await trial.tryClaim(id), undefined, "claim() after renew()");
    await trial.append(lease, 0);
    expectEqual(await trial.store.renew(lease, SHORT_TTL), true, "renew() with a shorter ttl");
    await trial.waitForExpiry(SHORT_TTL);
    await trial.claim(id);
    await expectLost(trial, lease, 1);
  },
  "release() frees the session and ends the lease": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0);
    await trial.store.release(lease);
    await expectLost(trial, lease, 1);
    const newer = await trial.claim(id);
    expectNewer(newer, lease);
    await expectLost(trial, lease, 1);
    await trial.append(newer, 1);
  },
  "release() of a lost lease keeps the lease of another owner": async (trial) => {
    const { id, lease } = await trial.lease();
    const newer = await trial.force(id);
    await trial.store.release(lease);
    await trial.store.release(lease);
    expectEqual(await trial.tryClaim(id), undefined, "claim() after a lost lease was released");
    await trial.append(newer, 0);
  },
  "a lease is valid only with its session, owner and epoch": async (trial) => {
    const { lease } = await trial.lease();
    const other = await trial.lease();
    const { owner, epoch } = lease;
    const forgeries = [
      { owner: `${owner} ` },
      { owner: other.lease.owner },
      { epoch: epoch + 1 },
      { epoch: epoch - 1 },
      { id: other.id },
    ];
    for (const forged of forgeries.map((part) => ({ ...lease, ...part }))) {
      await expectLost(trial, forged, 0);
      await trial.store.release(forged);
    }
    await trial.append(lease, 0);
    await trial.append(other.lease, 0);
  },
  "delete() ends the lease, even if the session is created again": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0);
    await trial.store.delete(id);
    await expectLost(trial, lease, 1);
    await expectRejection(() => trial.force(id), ConflictError, "claim() of a deleted session");
    await trial.create(id);
    await expectLost(trial, lease, 0);
    const newer = await trial.claim(id);
    await expectLost(trial, lease, 0);
    expectEqual(await trial.tryClaim(id), undefined, "claim() of a session that is leased");
    await trial.append(newer, 0);
    expectEqual((await trial.entries(id)).length, 1, "the number of entries");
  },
};

async function expectLost(trial: Trial, lease: Lease, head: number): Promise<void> {
  const append = () => trial.append(lease, head);
  await expectRejection(append, LeaseLostError, "append() with a lost lease");
  expectEqual(await trial.store.renew(lease, LONG_TTL), false, "renew() of a lost lease");
}
