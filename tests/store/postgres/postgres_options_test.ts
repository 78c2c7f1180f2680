import { ConfigError } from "@nomos/agent";
import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { assertEquals, assertThrows } from "@std/assert";
import { settleOptions } from "../../../src/store/postgres/postgres_options.ts";

Deno.test("settleOptions() fills the gaps as documented", () => {
  assertEquals(settleOptions({}), {
    schema: "nomos_agent",
    maxConnections: 10,
    connectionTimeout: 10_000,
    idleTimeout: 30_000,
    statementTimeout: 30_000,
    retries: 4,
  });
});

Deno.test("settleOptions() keeps what is given", () => {
  const given = {
    schema: "a b",
    maxConnections: 1,
    connectionTimeout: 2,
    idleTimeout: 3,
    statementTimeout: 4,
    retries: 0,
    applicationName: "x",
    ssl: { verify: false, ca: "-----BEGIN CERTIFICATE-----" },
    password: () => "p",
  };
  assertEquals(settleOptions(given), given);
});

Deno.test("settleOptions() refuses what cannot be used, and says what was expected", () => {
  const whole = (least: number, most: number) => `expected a whole number from ${least} to ${most}`;
  const schema = 'expected a name of 1 to 63 bytes that does not begin with "pg_"';
  const faults: [object, string][] = [
    [{ schema: "" }, `the schema "": ${schema}`],
    [{ schema: "a\0" }, `the schema "a\\u0000": ${schema}`],
    [{ schema: "\ud800" }, `the schema "\\ud800": ${schema}`],
    [{ schema: "é".repeat(32) }, `the schema "${"é".repeat(32)}": ${schema}`],
    [{ schema: "PG_mine" }, `the schema "PG_mine": ${schema}`],
    [{ schema: 1 }, `the schema 1: ${schema}`],
    [{ maxConnections: 0 }, `\`maxConnections\` 0: ${whole(1, 10_000)}`],
    [{ connectionTimeout: 0 }, `\`connectionTimeout\` 0: ${whole(1, 2 ** 31 - 1)}`],
    [{ idleTimeout: Infinity }, `\`idleTimeout\` Infinity: ${whole(1, 2 ** 31 - 1)}`],
    [{ statementTimeout: 2 ** 31 }, `\`statementTimeout\` 2147483648: ${whole(1, 2147478647)}`],
    [{ retries: 1.5 }, `\`retries\` 1.5: ${whole(0, 10)}`],
    [{ retries: "1" }, `\`retries\` "1": ${whole(0, 10)}`],
    [
      { applicationName: "\n" },
      'the application name "\\n": expected 1 to 63 characters of ASCII',
    ],
    [{ password: "hunter2" }, "the option `password`: expected a function that gives it"],
    [{ ssl: "yes" }, '`ssl` "yes": expected true, false, or whom to trust'],
    [{ ssl: null }, "`ssl` null: expected true, false, or whom to trust"],
    [{ ssl: { ca: "ca.pem" } }, "the option `ssl.ca`: expected the text of a PEM file"],
    [{ ssl: { key: "hunter2" } }, "the option `ssl.key`: expected the text of a PEM file"],
    [{ ssl: { verify: "no" } }, '`ssl.verify` "no": expected true or false'],
  ];
  for (const [options, fault] of faults) {
    const { message } = assertThrows(
      () => settleOptions(options as PostgresStoreOptions),
      ConfigError,
    );
    assertEquals(message, `Cannot open a PostgreSQL store with ${fault}`);
  }
});
