/**
 * Tests with a PostgreSQL server: that of `NOMOS_POSTGRES_URL`, or one that each test file starts.
 * Without either, the tests are skipped, and a line says so; `NOMOS_REQUIRE_POSTGRES=1` makes that
 * a failure.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { type Store, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Database } from "../../src/store/postgres/database.ts";
import { readSettings } from "../../src/store/postgres/postgres_options.ts";
import { PrivateServer, PROGRAMS } from "./server.ts";

const GIVEN_URL = Deno.env.get("NOMOS_POSTGRES_URL");
const IS_REQUIRED = Deno.env.get("NOMOS_REQUIRE_POSTGRES") === "1";
const IS_AVAILABLE = GIVEN_URL !== undefined || PROGRAMS !== undefined;

/** Schema, roles and stores of one test. */
export class PostgresTestCase {
  /** URL of the database, as the superuser. */
  readonly url: string;
  /** Schema that no other test uses. The first store creates it. */
  readonly schema: string = `test_${crypto.randomUUID().replaceAll("-", "_")}`;
  readonly #stores: Store[] = [];
  readonly #roles: string[] = [];
  readonly #database: Database;

  /** Starts a test. */
  constructor(url: string) {
    this.url = url;
    const applicationName = `admin of ${this.schema}`.slice(0, 63);
    this.#database = new Database(readSettings(url, { applicationName }));
  }

  /** Opens a store in the schema of the test. It is closed at the end of the test. */
  async open(options: PostgresStoreOptions = {}, url: string = this.url): Promise<Store> {
    const store = await postgresStore(url, { schema: this.schema, ...options });
    this.#stores.push(store);
    return store;
  }

  /** Runs a statement on another connection, as the superuser. */
  async query<Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
    const statement = { purpose: "run a statement of a test", text, values, isRepeatable: false };
    return (await this.#database.run<Row>(statement)).rows;
  }

  /** Runs statements in a transaction that stays open while `meanwhile` runs. */
  async holdTransaction(
    statements: readonly string[],
    meanwhile: () => Promise<void>,
  ): Promise<void> {
    const work = { purpose: "hold a transaction of a test", isRepeatable: false };
    await this.#database.transaction(work, async (query) => {
      for (const text of statements) await query(text);
      await meanwhile();
    });
  }

  /** Repeats a statement until it returns a row. */
  async waitForRow(text: string, ...values: readonly unknown[]): Promise<void> {
    const deadline = Date.now() + 30_000;
    while ((await this.query(text, ...values)).length === 0) {
      if (Date.now() > deadline) throw new Error(`Cannot find a row within 30 s: ${text}`);
    }
  }

  /** Waits until a connection of this name waits for a lock. */
  async waitForLock(applicationName: string): Promise<void> {
    await this.waitForRow(
      "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
      applicationName,
    );
  }

  /** Terminates the connections of this name on the server. */
  async terminate(applicationName: string): Promise<void> {
    const those = "FROM pg_stat_activity WHERE application_name = $1";
    await this.query(`SELECT pg_terminate_backend(pid) ${those}`, applicationName);
    await this.waitForRow(`SELECT WHERE NOT EXISTS (SELECT ${those})`, applicationName);
  }

  /** Creates a role that may use the schema of the test. Returns the URL for it. */
  async createRole(attributes = "", isAllowed = true): Promise<string> {
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

  /** Ends the test, and removes its stores, schema and roles. */
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

/** Asserts that a store cannot be opened, and that the error contains no password. Returns it. */
export async function assertRefused(
  opening: Promise<Store>,
  password: string,
): Promise<StoreError> {
  const error = await assertRejects(() => opening, StoreError);
  assert(!Deno.inspect(error, { depth: 20, showHidden: true }).includes(password));
  assertEquals(error.isUnknown, false);
  return error;
}

let server: PrivateServer | undefined;

/** Returns the URL of the server, which is started at the first call in this file. */
async function serverUrl(): Promise<string> {
  return GIVEN_URL ?? (server ??= await PrivateServer.start()).url;
}

/** Declares a test with a server. */
export function postgresTest(
  name: string,
  body: (postgres: PostgresTestCase) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !IS_AVAILABLE,
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

/** Declares a test with a server that no other file uses, so that it may be restarted. */
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

if (!IS_AVAILABLE) {
  Deno.test({
    name: "PostgreSQL tests are skipped: no server and no binaries found (set NOMOS_POSTGRES_URL)",
    ignore: !IS_REQUIRED,
    fn: () => {
      throw new Error(
        "Cannot test with PostgreSQL: there is no server: expected one, because " +
          "NOMOS_REQUIRE_POSTGRES=1",
      );
    },
  });
}
