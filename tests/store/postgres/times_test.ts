import { assert, assertEquals } from "@std/assert";
import { postgresTest, type PostgresTestCase } from "../../postgres/postgres_test_case.ts";

async function timeOf(postgres: PostgresTestCase): Promise<number> {
  const text = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS time";
  return (await postgres.query<{ time: number }>(text))[0]!.time;
}

postgresTest("postgresStore() uses the clock of the database", async (postgres) => {
  const store = await postgres.open();
  const before = await timeOf(postgres);
  await store.create("a", { meta: "{}", hash: "00" });
  const { createdAt, updatedAt } = (await store.read("a"))!;
  const after = await timeOf(postgres);
  assert(before <= createdAt && createdAt <= after, `${before} <= ${createdAt} <= ${after}`);
  assertEquals(updatedAt, createdAt);
  while (await timeOf(postgres) === createdAt);
  const lease = (await store.claim("a", { owner: "me", ttl: 60_000 }))!;
  await store.renew(lease, 60_000);
  assertEquals((await store.read("a"))!.updatedAt, createdAt);
  const appending = await timeOf(postgres);
  await store.append(lease, { head: 0, entries: [{ seq: 0, body: "1", hash: "01" }] });
  const appended = (await store.read("a"))!;
  assertEquals(appended.createdAt, createdAt);
  assert(appended.updatedAt >= appending, `${appended.updatedAt} >= ${appending}`);
  await store.release(lease);
  const { lease: _, ...unleased } = appended;
  assertEquals(await store.read("a"), unleased);
});

postgresTest(
  "postgresStore() expires leases by the clock of the database",
  async (postgres) => {
    const store = await postgres.open();
    await store.create("a", { meta: "{}", hash: "00" });
    const ttl = 3_600_000;
    const before = await timeOf(postgres);
    const lease = (await store.claim("a", { owner: "me", ttl: 1 }))!;
    await store.renew(lease, ttl);
    const after = await timeOf(postgres);
    const [row] = await postgres.query<{ until: number }>(
      `SELECT floor(extract(epoch FROM lease_until) * 1000)::bigint AS until
     FROM ${postgres.schema}.session`,
    );
    const until = row!.until - ttl;
    assert(before <= until && until <= after, `${before} <= ${until} <= ${after}`);
  },
);
