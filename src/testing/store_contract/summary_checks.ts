/**
 * Contract checks of finding and expiring sessions by status, age and labels.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { Append, ExpireOptions, Lease, ListedSession, ListPage } from "../../store/store.ts";
import { expectEqual, expectRejection, expectTrue } from "./expectations.ts";
import { type ContractChecks, entriesFrom, FIRST_HASH, type Trial } from "./trial.ts";

/** Every status of a session that is not running. */
const RESTING = ["waiting", "interrupted", "limited", "needs_approval", "ended"] as const;

const APPROVAL = {
  callKey: "s~i/1/0",
  tool: "refund",
  args: { text: "\u0000 👍 '\"\\", cents: 12_345_678_901_234, none: null },
  reason: "approval",
  hash: "ab".repeat(32),
  expiresAt: 1,
} as const;

/** Status that does not exist, as in misspelled options. */
const MISSPELLED = "open" as "ended";

export const SUMMARY_CHECKS: ContractChecks = {
  "list() has the status of the last append, and of a live lease": async (trial) => {
    const { id, lease } = await trial.lease();
    // Waiting for the expiry may create sessions.
    const statuses = async () =>
      (await list(trial)).filter((session) => session.id === id).map(({ status }) => status);
    expectEqual(await statuses(), ["running"], "the status of a session that is leased");
    for (const [head, status] of RESTING.entries()) {
      await append(trial, lease, head, { status });
      expectEqual(await statuses(), ["running"], "the status of a session that is leased");
      await trial.store.release(lease);
      expectEqual(await statuses(), [status], "the status after release()");
      const next = await trial.claim(id);
      Object.assign(lease, next);
    }
    await trial.store.release(lease);
    await trial.claim(id, 1);
    await trial.waitForExpiry(1);
    expectEqual(await statuses(), ["ended"], "the status after the lease expired");
    const unused = await trial.create(trial.id("unused"));
    const found = (await list(trial)).find((session) => session.id === unused);
    expectEqual(found?.status, "waiting", "the status of a session without entries");
  },
  "list() has what the last append said waits, unchanged": async (trial) => {
    const { lease } = await trial.lease();
    const approvals = async () => (await list(trial)).map((session) => session.approvals);
    await append(trial, lease, 0, { status: "needs_approval", approvals: [APPROVAL, APPROVAL] });
    expectEqual(await approvals(), [[APPROVAL, APPROVAL]], "what waits");
    await append(trial, lease, 1, { status: "interrupted" });
    expectEqual(await approvals(), [[]], "what waits after an append without approvals");
  },
  "an append to a child changes neither the status nor what waits": async (trial) => {
    const { lease } = await trial.lease();
    await append(trial, lease, 0, { status: "needs_approval", approvals: [APPROVAL] });
    await trial.store.createChild(lease, "child", { meta: "{}", hash: FIRST_HASH });
    await append(trial, lease, 0, { child: "child" });
    await trial.store.release(lease);
    const [{ status, approvals }] = await list(trial) as [ListedSession];
    expectEqual([status, approvals], ["needs_approval", [APPROVAL]], "the session");
  },
  "append() without a status leaves none if the entries are not those of an agent": async (
    trial,
  ) => {
    const { lease } = await trial.lease();
    await append(trial, lease, 0, { status: "ended", approvals: [APPROVAL] });
    await append(trial, lease, 1, {});
    await trial.store.release(lease);
    const [{ status, approvals }] = await list(trial) as [ListedSession];
    expectEqual([status, approvals], [undefined, []], "the session");
    expectEqual(await list(trial, { status: RESTING }), [], "the list of all status");
    await append(trial, await trial.claim(lease.id), 2, { status: "limited" });
    expectEqual((await list(trial, { status: "running" })).length, 1, "the list of a status");
  },
  "list() combines the filters by status, time, label and prefix, page by page": async (trial) => {
    const all = await createMany(trial);
    const times = [...new Set(all.map(({ updatedAt }) => updatedAt)), Infinity];
    for (const status of [undefined, ...RESTING, "running", ["ended", "running"]] as const) {
      for (const label of [undefined, "all", "odd", ","]) {
        for (const time of [undefined, times[Math.trunc(times.length / 2)]!]) {
          const page: ListPage = {
            ...(status !== undefined && { status }),
            ...(label !== undefined && { label }),
            ...(time !== undefined && time < Infinity && { updatedBefore: time }),
          };
          const expected = all.filter((session) =>
            [status ?? session.status].flat().some((one) => one === session.status) &&
            (label === undefined || session.labels?.includes(label)) &&
            session.updatedAt < (page.updatedBefore ?? Infinity)
          );
          const found = await list(trial, page);
          const subject = `the list of ${JSON.stringify(page)}`;
          expectEqual(found.map(({ id }) => id), expected.map(({ id }) => id), subject);
        }
      }
    }
    const part = { prefix: `${trial.prefix}1`, status: RESTING, label: "all" };
    const ids = (await trial.store.list(part)).sessions.map(({ id }) => id);
    const resting = all.filter(({ status }) => status !== "running");
    const expected = resting.filter(({ id }) => id.startsWith(part.prefix));
    expectEqual(ids, expected.map(({ id }) => id), "the list of a prefix");
  },
  "labels are those of create(), or of the last setLabels(), and no other text finds them": async (
    trial,
  ) => {
    const id = trial.id();
    const labels = ["b c", "a", "👍", "%", "x".repeat(100), "\"'\\\n", ","];
    await trial.store.create(id, { meta: "{}", hash: FIRST_HASH, labels: [...labels, "a"] });
    expectEqual((await trial.read(id)).labels, [...labels].sort(), "the labels");
    expectEqual((await list(trial))[0]?.labels, [...labels].sort(), "the labels in a list");
    for (const label of labels) {
      expectEqual((await list(trial, { label })).length, 1, `the list of label ${label}`);
      expectEqual((await list(trial, { label, status: "waiting" })).length, 1, "that of a status");
    }
    for (const label of ["A", "b", "c", "", "_", "x".repeat(99), "\ufffd"]) {
      expectEqual(await list(trial, { label }), [], `the list of ${JSON.stringify(label)}`);
      expectEqual(await list(trial, { label, status: "waiting" }), [], "that of a status");
    }
    await trial.store.setLabels(id, ["a", "new"]);
    expectEqual((await trial.read(id)).labels, ["a", "new"], "the labels after setLabels()");
    expectEqual(await list(trial, { label: "👍" }), [], "the list of a former label");
    for (const label of ["", "\0", "\ud800", "x".repeat(101)]) {
      expectEqual(await list(trial, { label }), [], `the list of the text ${label}`);
    }
    expectEqual((await list(trial, { label: "new" })).length, 1, "the list of a new label");
    await trial.store.setLabels(id, []);
    expectEqual((await trial.read(id)).labels, undefined, "the labels after they were removed");
    await trial.store.setLabels(trial.id("unknown"), ["a"]);
    expectEqual(await trial.store.read(trial.id("unknown")), undefined, "an unknown session");
  },
  "create() and setLabels() refuse more than 16 labels, and invalid ones": async (trial) => {
    const id = await trial.create();
    const many = Array.from({ length: 17 }, (_, label) => `${label}`);
    for (const labels of [many, [""], ["x".repeat(101)], ["a\0"], ["\ud83d"], [1 as never]]) {
      const set = () => trial.store.setLabels(id, labels);
      await expectRejection(set, ConfigError, `setLabels(${JSON.stringify(labels)})`);
      const other = { meta: "{}", hash: FIRST_HASH, labels };
      const create = () => trial.store.create(trial.id("other"), other);
      await expectRejection(create, ConfigError, `create() with ${JSON.stringify(labels)}`);
    }
    await trial.store.setLabels(id, many.slice(1));
    expectEqual((await trial.read(id)).labels?.length, 16, "the number of labels");
  },
  "expire() deletes old sessions that wait, have ended or are limited, but none that runs": async (
    trial,
  ) => {
    const { store, prefix } = trial;
    const all = await createMany(trial);
    await trial.waitForExpiry(1);
    const kept = async () => (await list(trial, { label: "all" })).map(({ id }) => id);
    const expire = (rest: Omit<ExpireOptions, "olderThan">) =>
      store.expire({ olderThan: 0, prefix, label: "all", ...rest });
    const idsOf = (statuses: readonly unknown[]) =>
      all.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
    expectEqual(await store.expire({ olderThan: 3_600_000, prefix }), 0, "expire() of old ones");
    expectEqual(await expire({ label: "none" }), 0, "expire() of a label");
    expectEqual(await expire({ status: [] }), 0, "expire() of no status");
    expectEqual((await kept()).length, all.length, "the number of sessions");
    const gone = idsOf(["waiting", "limited", "ended"]);
    expectEqual(await expire({}), gone.length, "expire()");
    expectEqual(await kept(), idsOf(["interrupted", "needs_approval", "running"]), "what is kept");
    expectEqual(await trial.entries(gone[0]!), [], "the entries of a deleted session");
    const waiting = idsOf(["needs_approval"]).length;
    expectEqual(await expire({ status: "needs_approval" }), waiting, "expire() of a status");
    expectEqual(await kept(), idsOf(["interrupted", "running"]), "what is kept after that");
  },
  "list(), append() and expire() refuse what is not a status, a time or an age": async (trial) => {
    const { store, prefix } = trial;
    const { lease } = await trial.lease();
    const pages = [
      { status: MISSPELLED },
      { status: [MISSPELLED] },
      { updatedBefore: NaN },
      { statuses: [] } as ListPage,
    ];
    for (const page of pages) {
      const subject = `list(${JSON.stringify(page)})`;
      await expectRejection(() => store.list({ prefix, ...page }), ConfigError, subject);
    }
    const ages = [{ olderThan: -1 }, { olderThan: NaN }, { olderThan: Infinity }, {} as never];
    const states = ["running" as "ended", MISSPELLED].map((status) => ({ olderThan: 1, status }));
    for (const options of [...ages, ...states, { olderThan: 1, statuses: [] } as ExpireOptions]) {
      const subject = `expire(${JSON.stringify(options)})`;
      await expectRejection(() => store.expire({ prefix, ...options }), ConfigError, subject);
    }
    const bad = () => append(trial, lease, 0, { status: MISSPELLED });
    await expectRejection(bad, ConfigError, "append() with an unknown status");
  },
};

async function append(
  { store }: Trial,
  lease: Lease,
  head: number,
  rest: Pick<Append, "child" | "status" | "approvals">,
): Promise<void> {
  await store.append(lease, { head, entries: entriesFrom(head, 1), ...rest });
}

/** Lists all sessions of a check that match, in pages of 7. */
async function list({ store, prefix }: Trial, page: ListPage = {}): Promise<ListedSession[]> {
  const found: ListedSession[] = [];
  for (let after: string | undefined = ""; after !== undefined;) {
    const { sessions, next } = await store.list({ prefix, limit: 7, ...page, after });
    found.push(...sessions);
    const isAfter = next === undefined || next > after;
    expectTrue(
      isAfter,
      `The "next" of the page after "${after}" is "${next}": expected a later id`,
    );
    after = next;
  }
  return found;
}

/** Creates sessions of every status, and lists them. Some are claimed, a third has odd labels. */
async function createMany(trial: Trial): Promise<ListedSession[]> {
  for (let index = 0; index < 24; index++) {
    const id = trial.id(`${index}`);
    const labels = ["all", ...index % 3 === 0 ? ["odd", "a,b", "even"] : []];
    await trial.store.create(id, { meta: "{}", hash: FIRST_HASH, labels });
    const lease = await trial.claim(id);
    await append(trial, lease, 0, { status: RESTING[index % 5]! });
    if (index % 6 !== 0) await trial.store.release(lease);
    await trial.advance(1);
  }
  return await list(trial);
}
