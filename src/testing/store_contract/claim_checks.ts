/**
 * Contract checks of claims that append, and of appends that release.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { expectDefined, expectEqual, expectNewer, expectRejection } from "./expectations.ts";
import { type ContractChecks, entriesFrom, FIRST_HASH, LONG_TTL } from "./trial.ts";

export const CLAIM_CHECKS: ContractChecks = {
  "claim() returns the session as it was before": async (trial) => {
    const { id, lease } = await trial.lease();
    const { lease: held, snapshot: _, ...session } = await trial.read(id);
    const forced = await trial.store.claim(id, { owner: "other", ttl: LONG_TTL, force: true });
    const { lease: replaced, ...former } = expectDefined(forced, "claim() with force").session;
    expectEqual(former, session, "the session before the claim");
    expectEqual(replaced, held, "the lease that was replaced");
    await trial.store.release({ ...lease, ...forced });
    const claimed = await trial.store.claim(id, { owner: "next", ttl: LONG_TTL });
    expectEqual(claimed?.session.lease, undefined, "the lease of a session that was released");
  },
  "claim() appends its entries at the expected head and hash, and only there": async (trial) => {
    const id = await trial.create();
    const entries = entriesFrom(0, 3);
    const owner = "me";
    const append = { head: 0, hash: FIRST_HASH, entries, snapshot: "{}" };
    const lease = expectDefined(
      await trial.store.claim(id, { owner, ttl: LONG_TTL, append }),
      "claim() of a free session",
    );
    expectEqual(lease.session.head, 0, "the head before the claim");
    const { head, hash, snapshot } = await trial.read(id);
    expectEqual([head, hash], [3, entries[2]!.hash], "head and hash after the claim");
    expectEqual(snapshot, { head, hash, body: "{}" }, "the snapshot after the claim");
    expectEqual(await trial.entries(id), entries, "the entries after the claim");
    await trial.append(lease, 3);
    const { hash: last } = await trial.read(id);
    for (const [head, hash] of [[0, last], [3, last], [5, last], [4, FIRST_HASH]] as const) {
      const append = { head, hash, entries: entriesFrom(head, 1, "other") };
      const again = await trial.store.claim(id, { owner, ttl: LONG_TTL, append });
      expectEqual(
        [again?.session.head, again?.session.hash],
        [4, last],
        `the session before a claim that appends at ${head} after hash ${hash}`,
      );
    }
    expectEqual(await trial.entries(id), entriesFrom(0, 4), "the entries after claims elsewhere");
    await trial.append(lease, 4);
  },
  "claim() of a session that another owner holds appends nothing": async (trial) => {
    const { id, lease } = await trial.lease();
    const append = { head: 0, hash: FIRST_HASH, entries: entriesFrom(0, 1, "other") };
    const claimed = await trial.store.claim(id, { owner: "other", ttl: LONG_TTL, append });
    expectEqual(claimed, undefined, "claim() of a session that is leased");
    expectEqual(await trial.entries(id), [], "the entries after a refused claim");
    await trial.append(lease, 0);
  },
  "claim() refuses entries with gaps, and claims nothing": async (trial) => {
    const id = await trial.create();
    for (const numbers of [[], [1], [0, 2]]) {
      const entries = numbers.flatMap((seq) => entriesFrom(seq, 1));
      const append = { head: 0, hash: FIRST_HASH, entries };
      const claim = () => trial.store.claim(id, { owner: "other", ttl: LONG_TTL, append });
      await expectRejection(claim, ConfigError, `claim() with entries ${numbers}`);
    }
    await trial.claim(id);
  },
  "append() with release ends the lease together with the append": async (trial) => {
    const { id, lease } = await trial.lease();
    const entries = entriesFrom(0, 2);
    await trial.store.append(lease, { head: 0, entries, release: true });
    expectEqual(await trial.entries(id), entries, "the entries after the append");
    expectEqual((await trial.read(id)).lease, undefined, "the lease after the append");
    await expectRejection(() => trial.append(lease, 2), LeaseLostError, "append() afterwards");
    expectNewer(await trial.claim(id), lease);
  },
  "append() with release that is refused keeps the lease": async (trial) => {
    const { lease } = await trial.lease();
    await trial.store.createChild(lease, "child", { meta: "{}", hash: "01" });
    const append = (head: number, child?: string) => () =>
      trial.store.append(lease, { child, head, entries: entriesFrom(head, 1), release: true });
    await expectRejection(append(1), ConflictError, "append() at another head");
    await expectRejection(append(0, "child"), ConfigError, "append() to a child with release");
    await trial.append(lease, 0);
  },
};
