import type { ListFilter } from "../../../src/store/backend/list_sessions.ts";
import { buildList } from "../../../src/store/postgres/list_query.ts";
import { assert } from "@std/assert";
import { postgresTest } from "../../postgres/postgres_test_case.ts";

const COUNT = 3_000;
const LIMIT = 11;
const ALL: ListFilter = {
  statuses: undefined,
  updatedBefore: undefined,
  label: undefined,
  prefix: "",
  after: "",
  limit: LIMIT,
};

/** Node of a plan that was carried out. */
interface Plan {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

/** Returns the number of rows that the scans of a plan read. */
function countRows(plan: Plan): number {
  const own = plan["Node Type"].includes("Scan")
    ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
    : 0;
  return own + (plan.Plans ?? []).reduce((sum, below) => sum + countRows(below), 0);
}

postgresTest(
  "a list in PostgreSQL reads rows for its page, not for all sessions, by any filter",
  async (postgres) => {
    const { schema } = postgres;
    await postgres.open();
    await postgres.query(`
    INSERT INTO ${schema}.session (id, meta, hash, status, labels, updated_at)
    SELECT convert_to(md5(number::text), 'UTF8'), '{}', '',
      (ARRAY['waiting', 'interrupted', 'limited', 'needs_approval', 'ended'])[1 + number % 5],
      ARRAY['all'], to_timestamp(number)
    FROM generate_series(1, ${COUNT}) AS number`);
    await postgres.query(`
    INSERT INTO ${schema}.label (session, label, id)
    SELECT number, label, id FROM ${schema}.session, unnest(labels) AS label`);
    await postgres.query(`ANALYZE ${schema}.session, ${schema}.label`);
    const cases: readonly [Partial<ListFilter>, Parameters<typeof buildList>[2]][] = [
      [{}, "id"],
      [{ label: "all" }, "label"],
      [{ statuses: ["needs_approval"] }, "status"],
      [{ statuses: ["waiting", "ended", "running"] }, "status"],
      [{ statuses: ["waiting"], updatedBefore: COUNT * 1_000 }, "status"],
      [{ updatedBefore: COUNT * 1_000 }, "status"],
      [{ statuses: ["waiting"], label: "all" }, "status"],
      [{ updatedBefore: 20_000 }, "time"],
      [{ updatedBefore: 20_000, statuses: ["ended"] }, "time"],
    ];
    for (const [filter, path] of cases) {
      const { text, values } = buildList(schema, { ...ALL, ...filter }, path);
      const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
      const [row] = await postgres.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(explain, ...values);
      const rows = countRows(row!["QUERY PLAN"][0].Plan);
      // Each of the seven status has at most a page of its own.
      assert(rows <= 20 * LIMIT, `${rows} rows for ${JSON.stringify(filter)}`);
    }
  },
);
