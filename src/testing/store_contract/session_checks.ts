/**
 * Contract checks of creating, reading and deleting sessions.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { expectEqual, expectInteger, expectRejection } from "./expectations.ts";
import { type ContractChecks, FIRST_HASH } from "./trial.ts";

/** Invalid session ids: empty, too long, with NUL, or not well-formed. */
const INVALID_IDS = ["", "a\0", "\ud83d", "\ude00", "a\ud83d b", "x".repeat(1_001)];
/** Texts that a collation or conversion may confuse. */
const SIMILAR_TEXTS = "a,A,a , a,á,a\u0301,1,01,1.0,1e0,null,\u200b,".split(",");

export const SESSION_CHECKS: ContractChecks = {
  "create() creates a session without entries": async (trial) => {
    const id = await trial.create();
    const { createdAt, updatedAt, ...session } = await trial.read(id);
    expectEqual(session, { id, meta: "{}", head: 0, hash: FIRST_HASH }, "a new session");
    expectInteger(createdAt, "createdAt");
    expectEqual(updatedAt, createdAt, "updatedAt of a new session");
    expectEqual(await trial.entries(id), [], "the entries of a new session");
  },
  "create() refuses an existing id and keeps the session": async (trial) => {
    const { id, lease } = await trial.lease();
    await trial.append(lease, 0, 2);
    const before = await trial.read(id);
    const create = () => trial.store.create(id, { meta: '"other"', hash: "ff" });
    await expectRejection(create, ConflictError, "create() with an existing id");
    expectEqual(await trial.read(id), before, "the session after create() with its id");
    await trial.append(lease, 2);
  },
  "create() refuses ids that are empty, too long, with NUL or ill-formed": async (trial) => {
    for (const id of INVALID_IDS) {
      const create = () => trial.store.create(id, { meta: "{}", hash: FIRST_HASH });
      await expectRejection(create, ConfigError, `create(${JSON.stringify(id.slice(0, 10))})`);
    }
    await trial.create(trial.id("x".repeat(1_000 - trial.prefix.length)));
  },
  "create() stores meta unchanged, byte for byte": async (trial) => {
    const meta = ' {"b": 1.0,\t"a":-0, "a":1e400, "n":12345678901234567890, "z":"\\u0000\\/é"}\n';
    const id = await trial.create(trial.id(), meta);
    expectEqual((await trial.read(id)).meta, meta, "meta");
  },
  "a session is found by exactly its id": async (trial) => {
    const ids = SIMILAR_TEXTS.map((text) => trial.id(`-${text}`));
    for (const [index, id] of ids.entries()) await trial.create(id, `${index}`);
    for (const [index, id] of ids.entries()) {
      const { id: found, meta } = await trial.read(id);
      expectEqual([found, meta], [id, `${index}`], "the session with an id similar to others");
    }
    const id = await trial.create(trial.id("\ufffd"));
    for (const other of [`${id}\0`, `${id}\0b`, id.replace("\ufffd", "\ud83d")]) {
      expectEqual(await trial.store.read(other), undefined, "read() with an unknown id");
      expectEqual(await trial.store.delete(other), false, "delete() with an unknown id");
    }
  },
  "an unknown session has no entries and cannot be claimed or deleted": async (trial) => {
    const { store } = trial;
    for (const id of [trial.id(), trial.id("' OR ''='"), ...INVALID_IDS]) {
      const shown = JSON.stringify(id.slice(0, 10));
      expectEqual(await store.read(id), undefined, `read(${shown})`);
      expectEqual(await store.entries(id, { from: 0, limit: 9 }), [], `entries(${shown})`);
      expectEqual(await store.delete(id), false, `delete(${shown})`);
      await expectRejection(() => trial.tryClaim(id), ConflictError, `claim(${shown})`);
      await expectRejection(() => trial.force(id), ConflictError, `claim(${shown}) with force`);
      const lease = { id, owner: "nobody", epoch: 1 };
      expectEqual(await store.renew(lease, 1_000), false, `renew() of a lease of ${shown}`);
      await store.release(lease);
      await expectRejection(() => trial.append(lease, 0), LeaseLostError, `append() to ${shown}`);
    }
  },
  "delete() removes a session with its entries and snapshot, and no other session": async (
    trial,
  ) => {
    const { store } = trial;
    const [gone, stays] = [await trial.lease(), await trial.lease()];
    for (const { lease } of [gone, stays]) await trial.append(lease, 0, 4, '"s"');
    const before = await trial.read(stays.id);
    expectEqual(await store.delete(gone.id), true, "delete() of a session");
    expectEqual(await store.read(gone.id), undefined, "read() after delete()");
    expectEqual(await trial.entries(gone.id), [], "entries() after delete()");
    expectEqual(await store.delete(gone.id), false, "delete() of a deleted session");
    expectEqual(await trial.read(stays.id), before, "another session");
    expectEqual((await trial.entries(stays.id)).length, 4, "the entries of another session");
    await trial.create(gone.id, '"anew"');
    const { meta, head, hash, snapshot } = await trial.read(gone.id);
    expectEqual([meta, head, hash], ['"anew"', 0, FIRST_HASH], "a session created again");
    expectEqual(snapshot, undefined, "the snapshot of a session created again");
    expectEqual(await trial.entries(gone.id), [], "the entries of a session created again");
  },
};
