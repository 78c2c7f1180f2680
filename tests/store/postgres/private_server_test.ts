import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertRefused, privateServerTest } from "../../postgres/postgres_test_case.ts";

privateServerTest("postgresStore() reports a wrong password", async (postgres) => {
  const url = new URL(postgres.url);
  url.password = "hunter2";
  const error = await assertRefused(postgres.open({}, url.href), "hunter2");
  assertStringIncludes(error.message, "the server refused the connection: password");
  assertEquals([error.isRetryable, (error.cause as { code?: string }).code], [false, "28P01"]);
});

privateServerTest("postgresStore() requests the password for each connection", async (postgres) => {
  const url = new URL(postgres.url);
  const { password } = url;
  url.password = "";
  let asked = 0;
  const applicationName = `${postgres.schema}_1`;
  const store = await postgres.open({
    applicationName,
    password: () => Promise.resolve((asked++, password)),
  }, url.href);
  await postgres.terminate(applicationName);
  await store.read("a");
  // One for the owner lock, and two for calls.
  assertEquals(asked, 3);
  assert(!Deno.inspect(store, { depth: 20, showHidden: true }).includes(password));
});

privateServerTest(
  "postgresStore() survives a crash of its server without losing entries",
  async (postgres, server) => {
    const store = await postgres.open({ retries: 10 });
    const ids = ["a", "b", "c", "d"];
    const acknowledged = ids.map(() => 0);
    for (const id of ids) await store.create(id, { meta: "{}", hash: "00" });
    let isOver = false;
    /** Appends until the server has restarted. Reads the head after a failure. */
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
          assert(head >= acknowledged[writer]!, "an acknowledged entry is lost");
        }
      }
    });
    await postgres.waitForRow(`SELECT FROM ${postgres.schema}.session HAVING min(head) > 2`);
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
  "postgresStore() verifies the server by TLS as configured",
  async (postgres, server) => {
    const url = new URL(postgres.url);
    url.search = "?sslmode=require";
    const error = await assertRefused(postgres.open({}, url.href), url.password);
    assertStringIncludes(error.message, "The server does not support SSL connections");
    await postgres.open({ ssl: false }, url.href);
    const ca = await server.enableTls();
    url.search = "";
    url.hostname = "localhost";
    const isEncrypted = `SELECT FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE ssl AND application_name = $1`;
    await postgres.open({ ssl: { ca }, applicationName: "trusting" }, url.href);
    assertEquals((await postgres.query(isEncrypted, "trusting")).length, 1);
    const refused: readonly [PostgresStoreOptions, string, string][] = [
      [{}, "localhost", "?sslmode=require"],
      [{}, "localhost", "?sslmode=verify-full"],
      [{ ssl: true }, "localhost", "?sslmode=disable"],
      // The certificate is for `localhost`.
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
