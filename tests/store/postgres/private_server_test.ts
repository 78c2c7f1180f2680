import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { privateServerTest } from "../../postgres/postgres_test_case.ts";

privateServerTest(
  "postgresStore() outlives a crash of its server, and loses nothing",
  async (postgres, server) => {
    const store = await postgres.open({ retries: 10 });
    const acknowledged: number[] = [];
    const ids = ["a", "b", "c", "d"];
    for (const id of ids) await store.create(id, { meta: "{}", hash: "00" });
    let isOver = false;
    /** Appends until the server is back, and goes on from what is there when an answer was lost. */
    const writing = ids.map(async (id, writer) => {
      const lease = (await store.claim(id, { owner: id, ttl: 60_000 }))!;
      let head = 0;
      let isLast = false;
      while (!isLast) {
        isLast = isOver;
        try {
          await store.append(lease, {
            head,
            entries: [{ seq: head, body: `${head}`, hash: "01" }],
          });
          acknowledged[writer] = ++head;
        } catch {
          head = (await store.read(id))!.head;
          assert(head >= acknowledged[writer]!);
        }
      }
    });
    await postgres.until(`SELECT FROM ${postgres.schema}.session HAVING min(head) > 2`);
    await server.restart();
    isOver = true;
    await Promise.all(writing);
    for (const [writer, id] of ids.entries()) {
      const { head } = (await store.read(id))!;
      assertEquals(head, acknowledged[writer]);
      const entries = await store.entries(id, { from: 0, limit: 1_000_000 });
      assertEquals(entries.map(({ seq, body }) => [seq, body]), counted(head));
    }
  },
);

privateServerTest(
  "postgresStore() trusts the servers it is told to by TLS, and no others",
  async (postgres, server) => {
    const ca = await server.certify();
    const url = new URL(postgres.url);
    url.hostname = "localhost";
    const isEncrypted = `SELECT FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE ssl AND application_name = $1`;
    await postgres.open({ ssl: { ca }, applicationName: "trusting" }, url.href);
    assertEquals((await postgres.query(isEncrypted, "trusting")).length, 1);
    const refused: readonly [PostgresStoreOptions, string, string][] = [
      [{}, "localhost", "?sslmode=require"],
      [{}, "localhost", "?sslmode=verify-full"],
      [{ ssl: true }, "localhost", "?sslmode=disable"],
      // The certificate is for another name.
      [{ ssl: { ca } }, "127.0.0.1", ""],
    ];
    for (const [options, hostname, parameters] of refused) {
      url.hostname = hostname;
      url.search = parameters;
      const error = await assertRejects(() => postgres.open(options, url.href), StoreError);
      assertStringIncludes(error.message, "the certificate of the server is not trusted");
      assertEquals(error.isRetryable, false);
    }
    url.search = "?sslmode=no-verify";
    await postgres.open({ applicationName: "careless" }, url.href);
    assertEquals((await postgres.query(isEncrypted, "careless")).length, 1);
  },
);

function counted(count: number): [number, string][] {
  return Array.from({ length: count }, (_, seq) => [seq, `${seq}`]);
}
