import { withSqlite } from "../../scripts/chaos/environment.ts";
import { runShort } from "./short_form.ts";

Deno.test("a durable session in SQLite keeps its promises through chaos", async (test) => {
  await withSqlite((environment) => runShort(test, environment));
});
