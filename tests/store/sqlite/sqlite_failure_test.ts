import { ConfigError } from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";
import {
  classifyFailure,
  DamagedRowError,
  toStoreError,
} from "../../../src/store/sqlite/sqlite_failure.ts";
import { StoreError } from "@nomos/agent/store";

const MESSAGES = {
  "database is locked": "busy",
  "database table is locked: session": "busy",
  "database schema is locked: main": "busy",
  "database or disk is full": "full",
  "attempt to write a readonly database": "read-only",
  "disk I/O error": "io",
  "locking protocol": "io",
  "database disk image is malformed": "damaged",
  "malformed database schema (session)": "damaged",
  "Value is too large to be represented as a JavaScript number: 1": "damaged",
  "file is not a database": "no database",
  "unable to open database file: agent.db": "not opened",
  'Requires read access to "agent.db", run again with the --allow-read flag': "not permitted",
  "string or blob too big": "too big",
  "UNIQUE constraint failed: entry.session, entry.seq": "other",
  'no such table: "database is locked"': "other",
  "": "other",
};

Deno.test("classifyFailure(), classifies failures by SQLite's messages", () => {
  for (const [message, kind] of Object.entries(MESSAGES)) {
    assertEquals(classifyFailure(new Error(message)), kind, message);
  }
  assertEquals(classifyFailure(new DamagedRowError("head", "database is locked")), "damaged");
  assertEquals(classifyFailure(new ConfigError("database is locked")), "other");
  for (const thrown of [undefined, null, "x", {}]) assertEquals(classifyFailure(thrown), "other");
});

Deno.test("toStoreError(), names the action and the file, and keeps the cause", () => {
  for (const message of Object.keys(MESSAGES)) {
    const cause = new Error(message);
    const error = toStoreError(cause, 'append to session "a"', "my agent.db");
    assert(error instanceof StoreError);
    assertEquals(error.cause, cause);
    const begin = 'Cannot append to session "a" in "my agent.db": ';
    assert(error.message.startsWith(begin), error.message);
    assert(error.message.includes(": expected ", begin.length), error.message);
    assertEquals(error.isRetryable, ["busy", "full"].includes(classifyFailure(cause)));
    assertEquals(error.isUnknown, false);
  }
});

Deno.test("toStoreError(), returns errors of the framework unchanged", () => {
  const error = new ConfigError("disk I/O error");
  assert(toStoreError(error, "read", "a.db") === error);
});
