/**
 * Numbered parameters of statements in older versions of Node.
 *
 * @module
 */
import type { SqliteDatabase, SqliteStatement, SqliteValue } from "./database.ts";

/**
 * Returns a database whose statements bind values to `?1`, `?2` and so on by position. Node before
 * 22.22 and 24.5 takes such a parameter for a named one.
 */
export function bindNumbers(database: SqliteDatabase): SqliteDatabase {
  return bindsByPosition(database) ? database : bindByName(database);
}

/** Returns a database whose statements bind values to numbered parameters by their names. */
function bindByName(database: SqliteDatabase): SqliteDatabase {
  return {
    get isTransaction() {
      return database.isTransaction;
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return /\?\d/.test(sql) ? new NamedStatement(statement) : statement;
    },
  };
}

/** Statement whose parameters have numbers for names. */
class NamedStatement implements SqliteStatement {
  readonly #statement: SqliteStatement;

  constructor(statement: SqliteStatement) {
    this.#statement = statement;
  }

  run(...values: SqliteValue[]): { readonly changes: number | bigint } {
    return this.#statement.run(name(values));
  }

  get(...values: SqliteValue[]): Readonly<Record<string, unknown>> | undefined {
    return this.#statement.get(name(values));
  }

  all(...values: SqliteValue[]): Readonly<Record<string, unknown>>[] {
    return this.#statement.all(name(values));
  }
}

/** Returns values by the numbers of their parameters, which `node:sqlite` takes in place of the first value. */
function name(values: readonly SqliteValue[]): SqliteValue {
  const named = Object.fromEntries(values.map((value, index) => [index + 1, value]));
  return named as unknown as SqliteValue;
}

function bindsByPosition(database: SqliteDatabase): boolean {
  try {
    database.prepare("SELECT ?1").get(1);
    return true;
  } catch {
    return false;
  }
}
