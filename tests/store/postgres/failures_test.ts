import type { Lease, Store } from "@nomos/agent/store";
import { StoreBusyError, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { postgresTest, type PostgresTestCase } from "../../postgres/postgres_test_case.ts";
import { Proxy } from "../../postgres/proxy.ts";

const ENTRY = { body: "1", hash: "01" };

/** Properties of a failure. */
interface Failure {
  readonly isRetryable: boolean;
  readonly isUnknown: boolean;
  readonly code?: unknown;
}

async function failureOf(failing: Promise<unknown>): Promise<Failure> {
  const { isRetryable, isUnknown, cause } = await assertRejects(() => failing, StoreError);
  const { code } = cause as { code?: unknown };
  return { isRetryable, isUnknown, ...(code !== undefined && { code }) };
}

async function leased(store: Store): Promise<Lease> {
  await store.create("a", { meta: "{}", hash: "00" });
  return await claim(store);
}

async function claim(store: Store): Promise<Lease> {
  return (await store.claim("a", { owner: crypto.randomUUID(), ttl: 60_000, force: true }))!;
}

function append(store: Store, lease: Lease, head = 0): Promise<void> {
  return store.append(lease, { head, entries: [{ seq: head, ...ENTRY }] });
}

/** Returns statements that lock all sessions. */
function lockSessions({ schema }: PostgresTestCase): readonly string[] {
  return [`SELECT FROM ${schema}.session FOR UPDATE`];
}

postgresTest(
  "postgresStore() reconnects if the server closes idle connections",
  async (postgres) => {
    const applicationName = `${postgres.schema}_1`;
    const store = await postgres.open({ applicationName });
    const lease = await leased(store);
    await postgres.terminate(applicationName);
    assertEquals((await store.read("a"))?.head, 0);
    await append(store, lease);
    assertEquals((await store.read("a"))?.head, 1);
  },
);

postgresTest(
  "postgresStore() reports an unknown outcome if the connection ends during an append",
  async (postgres) => {
    const applicationName = `${postgres.schema}_1`;
    const store = await postgres.open({ applicationName });
    const lease = await leased(store);
    await postgres.holdTransaction(lockSessions(postgres), async () => {
      const failing = failureOf(append(store, lease));
      await postgres.waitForLock(applicationName);
      await postgres.terminate(applicationName);
      assertEquals(await failing, { isRetryable: true, isUnknown: true, code: "57P01" });
    });
    assertEquals((await store.read("a"))?.head, 0);
    await append(store, lease);
  },
);

postgresTest(
  "postgresStore() never retries a write whose reply was lost",
  async (postgres) => {
    await using proxy = new Proxy(postgres.url);
    const store = await postgres.open({}, proxy.url);
    const lease = await leased(store);
    for (const [what, head] of [["after", 1], ["before", 1], ["after", 2]] as const) {
      const before = (await store.read("a"))!.head;
      proxy.fault = { text: "nomos_agent_append", kind: what };
      const error = await assertRejects(() => append(store, lease, before), StoreError);
      assertEquals([error.isRetryable, error.isUnknown], [true, true]);
      assertStringIncludes(
        error.message,
        'Cannot append to session "a" in PostgreSQL at 127.0.0.1:',
      );
      assertStringIncludes(error.message, "it may have happened nevertheless");
      assertEquals((await store.read("a"))?.head, head);
    }
    assertEquals((await store.entries("a", { from: 0, limit: 9 })).length, 2);
    const writes: readonly (readonly [string, () => Promise<unknown>])[] = [
      ["nomos_agent_create", () => store.create("b", { meta: "{}", hash: "00" })],
      ["nomos_agent_createChild", () => store.createChild(lease, "b", { meta: "", hash: "00" })],
      ["nomos_agent_delete", () => store.delete("a")],
    ];
    for (const [text, write] of writes) {
      proxy.fault = { text, kind: "before" };
      assertEquals(await failureOf(write()), { isRetryable: true, isUnknown: true });
    }
    assertEquals((await store.list()).sessions.map(({ id }) => id), ["a"]);
    assertEquals(await store.renew(lease, 1_000), true);
  },
);

postgresTest(
  "postgresStore() repeats a claim, a renewal or a release whose reply was lost",
  async (postgres) => {
    await using proxy = new Proxy(postgres.url);
    const store = await postgres.open({}, proxy.url);
    let lease = await leased(store);
    for (const kind of ["before", "after"] as const) {
      proxy.fault = { text: "nomos_agent_renew", kind };
      assertEquals(await store.renew(lease, 60_000), true);
      proxy.fault = { text: "nomos_agent_release", kind };
      await store.release(lease);
      proxy.fault = { text: "nomos_agent_claim", kind };
      const owner = crypto.randomUUID();
      const claimed = await store.claim("a", { owner, ttl: 60_000 });
      assertEquals(claimed?.owner, owner);
      assertEquals(proxy.fault, undefined);
      lease = claimed!;
    }
    await append(store, lease);
  },
);

postgresTest("postgresStore() retries a read whose reply was lost", async (postgres) => {
  await using proxy = new Proxy(postgres.url);
  const store = await postgres.open({}, proxy.url);
  await append(store, await leased(store));
  const reads = {
    read: () => store.read("a"),
    entries: () => store.entries("a", { from: 0, limit: 9 }),
    list: () => store.list(),
  };
  for (const [name, read] of Object.entries<() => Promise<unknown>>(reads)) {
    const expected = await read();
    for (const what of ["before", "after"] as const) {
      proxy.fault = { text: `nomos_agent_${name}`, kind: what };
      assertEquals(await read(), expected);
      assertEquals(proxy.fault, undefined);
    }
  }
});

postgresTest(
  "postgresStore() never reports an unknown outcome for a read",
  async (postgres) => {
    await using proxy = new Proxy(postgres.url);
    const store = await postgres.open({ retries: 0 }, proxy.url);
    proxy.fault = { text: "SELECT", kind: "after" };
    assertEquals(await failureOf(store.read("a")), { isRetryable: true, isUnknown: false });
  },
);

postgresTest(
  "postgresStore() cancels a statement after statementTimeout, without any effect",
  async (postgres) => {
    const store = await postgres.open();
    const lease = await leased(store);
    const applicationName = `${postgres.schema}_1`;
    const hasty = await postgres.open({ statementTimeout: 1_000, applicationName });
    const backends = () =>
      postgres.query(
        "SELECT pid FROM pg_stat_activity WHERE application_name = $1",
        applicationName,
      );
    const before = await backends();
    await postgres.holdTransaction(lockSessions(postgres), async () => {
      const failure = await failureOf(append(hasty, lease));
      assertEquals(failure, { isRetryable: true, isUnknown: false, code: "57014" });
    });
    assertEquals((await store.read("a"))?.head, 0);
    await append(store, lease);
    // The connection is kept.
    assertEquals(await backends(), before);
  },
);

postgresTest(
  "postgresStore() retries an append that conflicts with another transaction",
  async (postgres) => {
    await postgres.open();
    const applicationName = `${postgres.schema}_1`;
    const url = await postgres.createRole();
    const role = new URL(url).username;
    await postgres.query(
      `ALTER ROLE ${role} SET default_transaction_isolation = 'repeatable read'`,
    );
    const store = await postgres.open({ applicationName }, url);
    const lease = await leased(store);
    let appending: Promise<void> | undefined;
    await postgres.holdTransaction(
      [`UPDATE ${postgres.schema}.session SET meta = '1'`],
      async () => {
        appending = append(store, lease);
        await postgres.waitForLock(applicationName);
      },
    );
    await appending;
    const { head, meta } = (await store.read("a"))!;
    assertEquals([head, meta], [1, "1"]);
  },
);

postgresTest(
  "postgresStore() rejects writes on a read-only server, but reads",
  async (postgres) => {
    const lease = await leased(await postgres.open());
    const url = await postgres.createRole();
    const role = new URL(url).username;
    await postgres.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    const store = await postgres.open({ retries: 0 }, url);
    const failure = await failureOf(append(store, lease));
    assertEquals(failure, { isRetryable: true, isUnknown: false, code: "25006" });
    assertEquals((await store.read("a"))?.head, 0);
  },
);

postgresTest(
  "postgresStore() reconnects if the server is read-only",
  async (postgres) => {
    const lease = await leased(await postgres.open());
    const url = await postgres.createRole();
    const role = new URL(url).username;
    // The setting affects only new connections.
    await postgres.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    const store = await postgres.open({ retries: 1 }, url);
    await postgres.query(`ALTER ROLE ${role} SET default_transaction_read_only = off`);
    await append(store, lease);
    assertEquals((await store.read("a"))?.head, 1);
  },
);

postgresTest("postgresStore() reports that the role may not write", async (postgres) => {
  const lease = await leased(await postgres.open());
  const url = await postgres.createRole();
  const role = new URL(url).username;
  await postgres.query(`REVOKE INSERT ON ${postgres.schema}.entry FROM ${role}`);
  const store = await postgres.open({}, url);
  const failure = await failureOf(append(store, lease));
  assertEquals(failure, { isRetryable: false, isUnknown: false, code: "42501" });
  assertEquals((await store.read("a"))?.head, 0);
});

postgresTest(
  "postgresStore() refuses calls once `maxQueue` wait for a connection, and sends nothing",
  async (postgres) => {
    const store = await postgres.open({ maxConnections: 1, maxQueue: 2 });
    const lease = await leased(store);
    let waiting: Promise<unknown>[] = [];
    await postgres.holdTransaction(lockSessions(postgres), async () => {
      waiting = [append(store, lease), append(store, lease, 1), store.read("a")];
      const error = await assertRejects(() => append(store, lease, 2), StoreBusyError);
      assertStringIncludes(error.message, 'Cannot append to session "a" in PostgreSQL at ');
      assertStringIncludes(
        error.message,
        ': 2 calls wait for a connection: expected fewer than 2 ("maxQueue"); nothing was sent: ' +
          "call again later",
      );
      assertEquals([error.code, error.isRetryable, error.isUnknown], ["STORE_BUSY", true, false]);
      // A lease that is not renewed would be lost, and one that is not released keeps others out.
      waiting.push(store.renew(lease, 60_000), store.release(lease));
    });
    await Promise.all(waiting);
    assertEquals((await store.read("a"))?.head, 2);
    assert(await claim(store));
  },
);
