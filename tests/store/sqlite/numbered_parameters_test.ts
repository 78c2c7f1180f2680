import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "../../../src/store/sqlite/database.ts";
import { bindNumbers } from "../../../src/store/sqlite/numbered_parameters.ts";

/** Database that takes numbered parameters for named ones, as Node 22.18 does. */
function olderDatabase(): SqliteDatabase {
  const database = new DatabaseSync(":memory:");
  const older = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql) as SqliteStatement;
    const check = (values: readonly unknown[]) => {
      if (/\?\d/.test(sql) && values.some((value) => Object(value) !== value)) {
        throw new Error("column index out of range");
      }
    };
    return {
      run: (...values) => (check(values), statement.run(...values)),
      get: (...values) => (check(values), statement.get(...values)),
      all: (...values) => (check(values), statement.all(...values)),
    };
  };
  return {
    get isTransaction() {
      return database.isTransaction;
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: older,
  };
}

Deno.test("bindNumbers, binds by position where numbers count as names", () => {
  for (const make of [olderDatabase, () => new DatabaseSync(":memory:") as SqliteDatabase]) {
    const database = bindNumbers(make());
    database.exec("CREATE TABLE word (a, b)");
    const insert = database.prepare("INSERT INTO word VALUES (?2, ?1)");
    assertEquals(Number(insert.run("one", "two").changes), 1);
    assertEquals({ ...database.prepare("SELECT a, b, ?1 AS c FROM word").get(null) }, {
      a: "two",
      b: "one",
      c: null,
    });
    const bytes = new Uint8Array([1, 2]);
    assertEquals({ ...database.prepare("SELECT ?1 AS bytes WHERE ?1 = ?2").all(bytes, bytes)[0] }, {
      bytes,
    });
    assertEquals(database.prepare("SELECT a FROM word WHERE b = ?").all("one").length, 1);
    assertEquals(database.isTransaction, false);
    database.close();
    assertThrows(() => database.exec("SELECT 1"));
  }
});
