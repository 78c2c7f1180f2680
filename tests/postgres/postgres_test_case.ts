/**
 * Tests that need a PostgreSQL server: the one of `NOMOS_POSTGRES_URL`, or one that
 * each test file starts for itself. Where there is neither they are left out, with
 * a line that says so; with `NOMOS_REQUIRE_POSTGRES=1` that is a failure.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import type { Store } from "@nomos/agent/store";
import { Database } from "../../src/store/postgres/database.ts";
import { readSettings } from "../../src/store/postgres/postgres_options.ts";
import { PrivateServer, PROGRAMS } from "./server.ts";

const GIVEN_URL = Deno.env.get("NOMOS_POSTGRES_URL");
const IS_REQUIRED = Deno.env.get("NOMOS_REQUIRE_POSTGRES") === "1";
const IS_HERE = GIVEN_URL !== undefined || PROGRAMS !== undefined;

/** What a test has of the server. */
export class PostgresTestCase {
  /** The URL of the database, as a role that may do everything. */
  readonly url: string;
  /** A schema that no other test uses. It is made by the first store that opens it. */
  readonly schema: string = `test_${crypto.randomUUID().replaceAll("-", "_")}`;
  readonly #stores: Store[] = [];
  readonly #roles: string[] = [];
  readonly #database: Database;

  /** Begins a test. */
  constructor(url: string) {
    this.url = url;
    const applicationName = `admin of ${this.schema}`.slice(0, 63);
    this.#database = new Database(readSettings(url, { applicationName }));
  }

  /** Opens a store in the schema of the test; it is closed when the test is over. */
  async open(options: PostgresStoreOptions = {}, url: string = this.url): Promise<Store> {
    const store = await postgresStore(url, { schema: this.schema, ...options });
    this.#stores.push(store);
    return store;
  }

  /** Runs a statement on a connection of its own, as the role that may do everything. */
  async query<Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
    const statement = { purpose: "run a statement of a test", text, values, isRepeatable: false };
    return (await this.#database.run<Row>(statement)).rows;
  }

  /** Runs statements in a transaction that is open while `meanwhile` is going on. */
  async within(statements: readonly string[], meanwhile: () => Promise<void>): Promise<void> {
    const work = { purpose: "hold a transaction of a test", isRepeatable: false };
    await this.#database.transaction(work, async (query) => {
      for (const text of statements) await query(text);
      await meanwhile();
    });
  }

  /** Asks until a statement gives a row. */
  async until(text: string, ...values: readonly unknown[]): Promise<void> {
    const deadline = Date.now() + 30_000;
    while ((await this.query(text, ...values)).length === 0) {
      if (Date.now() > deadline) throw new Error(`Waited 30 s in vain for a row: ${text}`);
    }
  }

  /** Waits until a connection of this name waits for a lock. */
  async untilBlocked(applicationName: string): Promise<void> {
    await this.until(
      "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
      applicationName,
    );
  }

  /** Ends the connections of this name from the side of the server, and waits until they are gone. */
  async terminate(applicationName: string): Promise<void> {
    const those = "FROM pg_stat_activity WHERE application_name = $1";
    await this.query(`SELECT pg_terminate_backend(pid) ${those}`, applicationName);
    await this.until(`SELECT WHERE NOT EXISTS (SELECT ${those})`, applicationName);
  }

  /** Makes a role that may use the schema of the test, and gives the URL for it. */
  async role(attributes = "", isAllowed = true): Promise<string> {
    const url = new URL(this.url);
    url.username = `${this.schema}_${this.#roles.length}`;
    url.password = crypto.randomUUID();
    const { username, password } = url;
    await this.query(`CREATE ROLE ${username} LOGIN PASSWORD '${password}' ${attributes}`);
    this.#roles.push(username);
    if (isAllowed) {
      const { schema } = this;
      await this.query(`GRANT USAGE ON SCHEMA ${schema} TO ${username}`);
      await this.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${username}`);
      await this.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA ${schema} TO ${username}`);
    }
    return url.href;
  }

  /** Ends the test, and leaves nothing behind. */
  async end(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    try {
      await this.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
      for (const role of this.#roles) await this.query(`DROP ROLE ${role}`);
    } finally {
      await this.#database.close();
    }
  }
}

let server: PrivateServer | undefined;

/** Gives the URL of a server, which is started if it is the first time in this file. */
async function serverUrl(): Promise<string> {
  return GIVEN_URL ?? (server ??= await PrivateServer.start()).url;
}

/** A test with a server. */
export function postgresTest(
  name: string,
  body: (postgres: PostgresTestCase) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !IS_HERE,
    fn: async () => {
      const postgres = new PostgresTestCase(await serverUrl());
      try {
        await body(postgres);
      } finally {
        await postgres.end();
      }
    },
  });
}

/** A test with a server that no other file uses, so that it may be stopped. */
export function privateServerTest(
  name: string,
  body: (postgres: PostgresTestCase, server: PrivateServer) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: PROGRAMS === undefined,
    fn: async () => {
      server ??= await PrivateServer.start();
      const postgres = new PostgresTestCase(server.url);
      try {
        await body(postgres, server);
      } finally {
        await postgres.end();
      }
    },
  });
}

Deno.test.afterAll(async () => {
  await server?.stop();
});

if (!IS_HERE) {
  Deno.test({
    name: "PostgreSQL tests are skipped: no server and no binaries found (set NOMOS_POSTGRES_URL)",
    ignore: !IS_REQUIRED,
    fn: () => {
      throw new Error(
        "Cannot test with PostgreSQL: expected a server, as NOMOS_REQUIRE_POSTGRES=1",
      );
    },
  });
}
