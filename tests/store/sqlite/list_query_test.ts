import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { ListFilter } from "../../../src/store/backend/list_sessions.ts";
import type { SqliteDatabase, SqliteRow } from "../../../src/store/sqlite/database.ts";
import { ListQuery } from "../../../src/store/sqlite/list_query.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/tables.ts";

const STATUSES = ["waiting", "interrupted", "limited", "needs_approval", "ended"] as const;
const ALL: ListFilter = {
  statuses: undefined,
  updatedBefore: undefined,
  label: undefined,
  prefix: "",
  after: "",
  limit: 101,
};
const NOW = 1_000_000;

Deno.test("ListQuery finds the sessions of every filter by an index, never by reading all", () => {
  const database = new DatabaseSync(":memory:");
  for (const migration of MIGRATIONS) database.exec(migration);
  const plans = new Map<string, string[]>();
  const watched: SqliteDatabase = {
    isTransaction: false,
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare(sql) {
      const rows: SqliteRow[] = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      plans.set(sql, rows.map(({ detail }) => String(detail)));
      return database.prepare(sql);
    },
  };
  const query = new ListQuery(watched);
  const moment = { now: NOW, liveTokens: ["a"] };
  const add = database.prepare(
    `INSERT INTO session (id, meta, head, hash, created_at, updated_at, epoch, status, labels)
     VALUES (CAST(? AS BLOB), '{}', 0, '', 0, ?, 0, ?, ' all ')`,
  );
  const label = database.prepare("INSERT INTO label SELECT number, 'all', id FROM session");
  for (const isMany of [false, true]) {
    // Above a thousand matches, another index decides.
    for (let index = 0; index < (isMany ? 1_500 : 10); index++) {
      add.run(`${isMany}${index}`, index, STATUSES[index % 5]!);
    }
    database.exec("DELETE FROM label");
    label.run();
    for (const statuses of [undefined, ["running"], ["waiting", "ended"], STATUSES] as const) {
      for (const updatedBefore of [undefined, NOW]) {
        for (const label of [undefined, "all"]) {
          for (const prefix of ["", "tr"]) {
            query.list({ ...ALL, statuses, updatedBefore, label, prefix }, moment);
          }
        }
      }
    }
  }
  assert(plans.size > 8, `${plans.size} statements`);
  for (const [sql, plan] of plans) {
    assertEquals(plan.filter((step) => /^SCAN (?:session|label)/.test(step)), [], sql);
    // The index of a status has the order of the list, so that reading stops after the page.
    const isSorted = plan.some((step, at) =>
      step.includes("session_free") && plan[at + 1]!.includes("TEMP B-TREE")
    );
    assert(!isSorted, plan.join("\n"));
  }
  database.close();
});
