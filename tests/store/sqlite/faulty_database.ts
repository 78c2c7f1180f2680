import type {
  SqliteDatabase,
  SqliteStatement,
  SqliteValue,
} from "../../../src/store/sqlite/database.ts";

/** What a database does wrong. */
export interface DatabaseFault {
  /** What it says. */
  readonly message: string;
  /** Whether this call fails. Calls are numbered from 1. */
  fails(call: number, sql: string): boolean;
  /** Whether the call is carried out all the same. Default: false. */
  readonly isDone?: boolean;
}

/** A database some of whose calls fail. */
export class FaultyDatabase implements SqliteDatabase {
  /** What was called, as SQL. */
  readonly calls: string[] = [];
  /** What goes wrong, if anything. */
  fault: DatabaseFault | undefined;
  readonly #inner: SqliteDatabase;

  constructor(inner: SqliteDatabase, fault?: DatabaseFault) {
    this.#inner = inner;
    this.fault = fault;
  }

  get isTransaction(): boolean {
    return this.#inner.isTransaction;
  }

  exec(sql: string): void {
    this.#call(sql, () => this.#inner.exec(sql));
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.#inner.prepare(sql);
    return {
      run: (...values: SqliteValue[]) => this.#call(sql, () => statement.run(...values)),
      get: (...values: SqliteValue[]) => this.#call(sql, () => statement.get(...values)),
      all: (...values: SqliteValue[]) => this.#call(sql, () => statement.all(...values)),
    };
  }

  close(): void {
    this.#inner.close();
  }

  #call<Result>(sql: string, call: () => Result): Result {
    this.calls.push(sql);
    const { fault } = this;
    if (fault === undefined || !fault.fails(this.calls.length, sql)) return call();
    if (fault.isDone) call();
    throw Object.assign(new Error(fault.message), { code: "ERR_SQLITE_ERROR" });
  }
}
