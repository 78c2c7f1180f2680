import { ConfigError } from "@nomos/agent";
import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { assertEquals, assertThrows } from "@std/assert";
import { readSettings } from "../../../src/store/postgres/postgres_options.ts";

const URL = "postgres://me:hunter2@here:1/a";
const ADDRESS = { host: "here", port: 1, database: "a", user: "me" };

/** Reads the settings, with the password instead of the function that returns it. */
function readPlainSettings(options: PostgresStoreOptions, url = URL): object {
  const { pool, ...settings } = readSettings(url, options);
  return { ...settings, pool: { ...pool, password: (pool.password as () => unknown)() } };
}

Deno.test("readSettings() fills in the documented defaults", () => {
  assertEquals(readPlainSettings({}), {
    address: "here:1/a",
    schema: "nomos_agent",
    retries: 4,
    maxQueue: 10_000,
    pool: {
      ...ADDRESS,
      password: "hunter2",
      ssl: false,
      application_name: "nomos-agent",
      max: 10,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      statement_timeout: 30_000,
      query_timeout: 35_000,
    },
  });
});

Deno.test("readSettings() prefers options to parameters of the URL", () => {
  const pem = "-----BEGIN CERTIFICATE-----";
  const given = {
    schema: "a b",
    maxConnections: 1,
    maxQueue: 5,
    connectionTimeout: 2,
    idleTimeout: 3,
    statementTimeout: 4,
    retries: 0,
    applicationName: "x",
    ssl: { verify: false, ca: pem },
    password: () => "p",
  };
  const parameters = "?sslmode=verify-full&application_name=y";
  assertEquals(readPlainSettings(given, `${URL}${parameters}`), {
    address: "here:1/a",
    schema: "a b",
    retries: 0,
    maxQueue: 5,
    pool: {
      ...ADDRESS,
      password: "p",
      ssl: { rejectUnauthorized: false, ca: pem, cert: undefined, key: undefined },
      application_name: "x",
      max: 1,
      connectionTimeoutMillis: 2,
      idleTimeoutMillis: 3,
      statement_timeout: 4,
      query_timeout: 5_004,
    },
  });
  const { pool } = readSettings(`${URL}${parameters}`);
  assertEquals([pool.ssl, pool.application_name], [true, "y"]);
  const { pool: careless } = readSettings(`${URL}?sslmode=no-verify`);
  assertEquals((careless.ssl as Record<string, unknown>).rejectUnauthorized, false);
});

Deno.test("readSettings() rejects invalid options with the expectation", () => {
  const whole = (least: number, most: number) => `expected a whole number from ${least} to ${most}`;
  const schema = 'expected a name of 1 to 63 bytes that does not begin with "pg_"';
  const faults: [object, string][] = [
    [{ schema: "" }, `the schema "": ${schema}`],
    [{ schema: "a\0" }, `the schema "a\\u0000": ${schema}`],
    [{ schema: "\ud800" }, `the schema "\\ud800": ${schema}`],
    [{ schema: "é".repeat(32) }, `the schema "${"é".repeat(32)}": ${schema}`],
    [{ schema: "PG_mine" }, `the schema "PG_mine": ${schema}`],
    [{ schema: 1 }, `the schema 1: ${schema}`],
    [{ maxConnections: 0 }, `maxConnections 0: ${whole(1, 10_000)}`],
    [{ maxQueue: -1 }, "maxQueue -1: expected a whole number from 0"],
    [{ connectionTimeout: 0 }, `connectionTimeout 0: ${whole(1, 2 ** 31 - 1)}`],
    [{ idleTimeout: Infinity }, `idleTimeout Infinity: ${whole(1, 2 ** 31 - 1)}`],
    [{ statementTimeout: 2 ** 31 }, `statementTimeout 2147483648: ${whole(1, 2147478647)}`],
    [{ retries: 1.5 }, `retries 1.5: ${whole(0, 10)}`],
    [{ retries: "1" }, `retries "1": ${whole(0, 10)}`],
    [
      { applicationName: "\n" },
      'the application name "\\n": expected 1 to 63 printable ASCII characters',
    ],
    [
      { password: "hunter2" },
      "the option `password`: expected a function that returns the password",
    ],
    [{ ssl: "yes" }, '`ssl` "yes": expected true, false or an object'],
    [{ ssl: null }, "`ssl` null: expected true, false or an object"],
    [{ ssl: { ca: "ca.pem" } }, "the option `ssl.ca`: expected the text of a PEM file"],
    [{ ssl: { key: "hunter2" } }, "the option `ssl.key`: expected the text of a PEM file"],
    [{ ssl: { verify: "no" } }, '`ssl.verify` "no": expected true or false'],
  ];
  for (const [options, fault] of faults) {
    const { message } = assertThrows(
      () => readSettings(URL, options as PostgresStoreOptions),
      ConfigError,
    );
    assertEquals(message, `Cannot open a PostgreSQL store with ${fault}`);
  }
});
