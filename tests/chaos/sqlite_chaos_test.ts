import { inSqlite } from "../../scripts/chaos/arena.ts";
import { runShort, SHORT } from "./short_form.ts";

Deno.test("a durable session in SQLite keeps its promises through chaos", async (test) => {
  await inSqlite(SHORT, (arena) => runShort(test, arena));
});
