import { storeContract } from "@nomos/agent/testing";
import { postgresTest, type PostgresTestCase } from "../postgres/postgres_test_case.ts";

let postgres: PostgresTestCase;
const open = () => postgres.open();

for (const { name, run } of storeContract(open, { reopen: open })) {
  postgresTest(`postgresStore(), ${name}`, async (test) => {
    postgres = test;
    await run();
  });
}
