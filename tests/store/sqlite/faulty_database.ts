import type {
  SqliteDatabase,
  SqliteStatement,
  SqliteValue,
} from "../../../src/store/sqlite/database.ts";

/** Fault of a database. */
export interface DatabaseFault {
  /** Message of the error. */
  readonly message: string;
  /** Returns true if a call fails. Calls are numbered from 1. */
  fails(call: number, sql: string): boolean;
  /** If true, the call takes effect nevertheless. Default: false. */
  readonly isDone?: boolean;
}

/** Database whose calls can fail. */
export class FaultyDatabase implements SqliteDatabase {
  /** SQL of all calls. */
  readonly calls: string[] = [];
  /** Current fault, if there is one. */
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
