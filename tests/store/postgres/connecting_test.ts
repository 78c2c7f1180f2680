import { ConfigError } from "@nomos/agent";
import { postgresStore, type PostgresStoreOptions } from "@nomos/agent/postgres";
import { type Store, StoreError } from "@nomos/agent/store";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  assertRefused,
  postgresTest,
  type PostgresTestCase,
} from "../../postgres/postgres_test_case.ts";
import { Proxy } from "../../postgres/proxy.ts";

/** Replies of a server that requests a password by SCRAM. */
const SCRAM_MESSAGES = [
  [0x52, 0, 0, 0, 23, 0, 0, 0, 10, ...new TextEncoder().encode("SCRAM-SHA-256\0\0")],
  [0x52, 0, 0, 0, 9, 0, 0, 0, 11, 0x72],
];

/** Opens a store. Retries if connecting times out, because the machine may be busy. */
async function openPatiently(
  postgres: PostgresTestCase,
  options: PostgresStoreOptions,
): Promise<Store> {
  while (true) {
    try {
      return await postgres.open(options);
    } catch (error) {
      assertStringIncludes(
        (error as Error).message,
        "no connection became available within connectionTimeout",
      );
    }
  }
}

async function withListener(
  answer: (connection: Deno.TcpConn) => void,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      answer(connection);
    }
  })();
  try {
    await body(`postgres://me:hunter2@127.0.0.1:${listener.addr.port}/agents`);
  } finally {
    listener.close();
    await accepting;
    for (const connection of connections) connection.close();
  }
}

Deno.test("postgresStore() names the address if no server listens, and leaks no connection", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = `postgres://me:hunter2@127.0.0.1:${port}/agents`;
  const error = await assertRefused(postgresStore(url, { retries: 1 }), "hunter2");
  assertEquals(error.isRetryable, true);
  assertStringIncludes(
    error.message,
    `Cannot open schema "nomos_agent" in PostgreSQL at 127.0.0.1:${port}/agents: no server listens`,
  );
  assert(!error.message.includes("me"));
});

Deno.test("postgresStore() gives up connecting after connectionTimeout", async () => {
  await withListener(() => {}, async (url) => {
    const error = await assertRefused(postgresStore(url, { connectionTimeout: 50 }), "hunter2");
    assertStringIncludes(error.message, "no connection became available within connectionTimeout");
    assertEquals(error.isRetryable, true);
  });
});

Deno.test("postgresStore() retries if the server closes the connection during the login", async () => {
  let count = 0;
  await withListener((connection) => {
    count++;
    connection.closeWrite();
  }, async (url) => {
    const error = await assertRefused(postgresStore(url, { retries: 2 }), "hunter2");
    assertStringIncludes(error.message, "the connection was lost");
    assertEquals([error.isRetryable, count], [true, 3]);
  });
});

Deno.test("postgresStore() closes the connection if a password is required but missing", async () => {
  const hungUp = Promise.withResolvers<void>();
  await withListener(async (connection) => {
    const messages = [...SCRAM_MESSAGES];
    while (await connection.read(new Uint8Array(1_000)) !== null) {
      await connection.write(Uint8Array.from(messages.shift() ?? []));
    }
    hungUp.resolve();
  }, async (url) => {
    const error = await assertRefused(postgresStore(url.replace(":hunter2", "")), "hunter2");
    assertStringIncludes(error.message, "the server requires a password");
    assertEquals(error.isRetryable, false);
    const timer = setTimeout(
      () => hungUp.reject(new Error("Cannot see the connection close: expected it to")),
      10_000,
    );
    await hungUp.promise;
    clearTimeout(timer);
  });
});

postgresTest(
  "postgresStore() waits at most connectionTimeout for a free connection",
  async (postgres) => {
    const applicationName = `${postgres.schema}_1`;
    const store = await openPatiently(postgres, {
      applicationName,
      maxConnections: 1,
      connectionTimeout: 200,
    });
    await store.create("a", { meta: "{}", hash: "00" });
    let deleting: Promise<boolean> | undefined;
    await postgres.holdTransaction(
      [`SELECT FROM ${postgres.schema}.session FOR UPDATE`],
      async () => {
        deleting = store.delete("a");
        await postgres.waitForLock(applicationName);
        const error = await assertRejects(() => store.read("a"), StoreError);
        assertStringIncludes(
          error.message,
          "no connection became available within connectionTimeout",
        );
        assertEquals([error.isRetryable, error.isUnknown], [true, false]);
      },
    );
    assertEquals(await deleting, true);
  },
);

postgresTest("postgresStore() opens at most maxConnections", async (postgres) => {
  const applicationName = `${postgres.schema}_1`;
  const store = await postgres.open({ applicationName, maxConnections: 3 });
  await Promise.all(Array.from({ length: 20 }, () => store.list()));
  const [row] = await postgres.query<{ count: number }>(
    "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = $1",
    applicationName,
  );
  assertEquals(row?.count, 3);
});

postgresTest(
  "postgresStore() reports that the server has no free connection",
  async (postgres) => {
    await postgres.open();
    const url = await postgres.createRole("CONNECTION LIMIT 1");
    await postgres.open({}, url);
    const error = await assertRefused(postgres.open({ retries: 0 }, url), new URL(url).password);
    assertStringIncludes(error.message, "the server has no free connection");
    assertEquals([error.isRetryable, (error.cause as { code?: string }).code], [true, "53300"]);
  },
);

postgresTest("postgresStore() connects once another connection is closed", async (postgres) => {
  await postgres.open();
  const url = await postgres.createRole("CONNECTION LIMIT 1");
  const first = await postgres.open({}, url);
  const opening = postgres.open({ retries: 10 }, url);
  await first.close();
  assertEquals(await (await opening).list(), { sessions: [] });
});

postgresTest(
  "postgresStore() omits statement_timeout if a pooler rejects it",
  async (postgres) => {
    await using proxy = new Proxy(postgres.url);
    proxy.rejectedParameter = "statement_timeout";
    const store = await postgres.open({}, proxy.url);
    assertEquals(await store.list(), { sessions: [] });
    proxy.rejectedParameter = "application_name";
    const { message } = await assertRejects(() => postgres.open({}, proxy.url), StoreError);
    assertStringIncludes(message, "unsupported startup parameter: application_name");
  },
);

postgresTest(
  "postgresStore() closes idle connections, and the rest on close()",
  async (postgres) => {
    const applicationName = `${postgres.schema}_1`;
    const store = await postgres.open({ applicationName, idleTimeout: 1 });
    const those = "SELECT FROM pg_stat_activity WHERE application_name = $1";
    await postgres.waitForRow(`SELECT WHERE NOT EXISTS (${those})`, applicationName);
    assertEquals(await store.read("a"), undefined);
    await store.close();
    const error = await assertRejects(() => store.read("a"), StoreError);
    assertStringIncludes(error.message, "Cannot use the postgres store: it was closed");
  },
);

postgresTest("close() waits for running and queued statements", async (postgres) => {
  const applicationName = `${postgres.schema}_1`;
  const store = await postgres.open({ applicationName, maxConnections: 1 });
  await store.create("a", { meta: "{}", hash: "00" });
  let deleting: Promise<boolean> | undefined;
  let reading: Promise<unknown> | undefined;
  let closing: Promise<void> | undefined;
  await postgres.holdTransaction(
    [`SELECT FROM ${postgres.schema}.session FOR UPDATE`],
    async () => {
      deleting = store.delete("a");
      reading = store.read("a");
      await postgres.waitForLock(applicationName);
      closing = store.close();
    },
  );
  assertEquals(await deleting, true);
  assertEquals(await reading, undefined);
  await closing;
});

Deno.test("postgresStore() rejects an invalid URL or option", async () => {
  for (const opening of [postgresStore("http://me@here"), postgresStore("", { schema: "" })]) {
    assertInstanceOf(await opening.catch((error) => error), ConfigError);
  }
});

for (const [missing, permissions] of [["env", { net: true }], ["net", { env: true }]] as const) {
  Deno.test({
    name: `postgresStore() names the permission "${missing}" if it is missing`,
    permissions,
    fn: async () => {
      const open = () => postgresStore("postgres://user:secret@127.0.0.1:1/database");
      const error = await assertRejects(open, StoreError, `--allow-${missing}`);
      assertEquals(error.message.includes("secret"), false);
    },
  });
}
