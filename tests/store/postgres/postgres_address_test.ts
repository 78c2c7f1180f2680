import { ConfigError } from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readAddress } from "../../../src/store/postgres/postgres_address.ts";

const SECRET = "hunter2";

Deno.test("readAddress() parses a URL, and fills in the defaults", () => {
  assertEquals(readAddress("postgres://me@"), {
    address: "localhost:5432/me",
    host: "localhost",
    port: 5432,
    database: "me",
    user: "me",
  });
  assertEquals(
    readAddress(
      "postgresql://m%40e:p%2F%3A%23@db.example:6543/a%20b?sslmode=require&application_name=x y",
    ),
    {
      address: "db.example:6543/a b",
      host: "db.example",
      port: 6543,
      database: "a b",
      user: "m@e",
      password: "p/:#",
      applicationName: "x y",
      ssl: true,
    },
  );
  assertEquals(readAddress(new URL("postgres://me@[::1]:1/a")).host, "::1");
  assertEquals(readAddress("postgres://me@/a?host=/run/postgresql").host, "/run/postgresql");
});

Deno.test("readAddress() reads sslmode", () => {
  const modes = { disable: false, require: true, "verify-full": true };
  for (const [mode, ssl] of Object.entries(modes)) {
    assertEquals(readAddress(`postgres://me@here/a?sslmode=${mode}`).ssl, ssl);
  }
  assertEquals(readAddress("postgres://me@here/a?sslmode=no-verify").ssl, { verify: false });
});

Deno.test("readAddress() rejects invalid URLs, without quoting the password", () => {
  const faults: Record<string, string> = {
    "": "an invalid URL",
    [`me:${SECRET}@here/a`]: "a URL of another protocol",
    [`postgres://me:${SECRET}@here:port/a`]: "an invalid URL",
    [`http://me:${SECRET}@here/a`]: "a URL of another protocol",
    "postgres://here/a": "a URL without a user",
    [`postgres://me:1?${SECRET}@here/a`]: "a URL without a user",
    [`postgres://me:1/${SECRET}@here/a`]: "a URL without a user",
    [`postgres://me:12#${SECRET}@here/a`]: "an unencoded `#` in the URL",
    [`postgres://me:${SECRET}%@here/a`]: "the password in the URL",
    [`postgres://me:${SECRET}%00@here/a`]: "the password in the URL",
    [`postgres://me:${SECRET}@here,there/a`]: "several hosts",
    [`postgres://me:${SECRET}@here/a?sslmode=prefer`]: 'the sslmode "prefer"',
    [`postgres://me:${SECRET}@here/a?sslmode=`]: 'the sslmode ""',
    [`postgres://me:${SECRET}@here/a?sslrootcert=x`]: 'the parameter "sslrootcert" in the URL',
    [`postgres://me:${SECRET}@here/a?application_name=é`]: 'the application name "é"',
    [`postgres://me:${SECRET}@here/a?application_name=`]: 'the application name ""',
  };
  for (const [url, fault] of Object.entries(faults)) {
    const error = assertThrows(
      () => readAddress(url),
      ConfigError,
      `Cannot open a PostgreSQL store with ${fault}: expected `,
    );
    assert(!Deno.inspect(error).includes(SECRET), url);
  }
  assertThrows(() => readAddress(undefined as unknown as string), ConfigError);
});

Deno.test("readAddress() returns an address for messages without credentials", () => {
  const { address } = readAddress(`postgres://me:${SECRET}@here:1/a?application_name=b`);
  assertEquals(address, "here:1/a");
  assertEquals(readAddress("postgres://me@[::1]/a").address, "[::1]:5432/a");
});
