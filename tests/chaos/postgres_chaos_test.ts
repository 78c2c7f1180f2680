import { inPostgres } from "../../scripts/chaos/arena.ts";
import { PROGRAMS } from "../postgres/server.ts";
import { runShort, SHORT } from "./short_form.ts";

Deno.test({
  name: "a durable session in PostgreSQL keeps its promises through chaos",
  ignore: PROGRAMS === undefined,
  fn: async (test) => {
    await inPostgres(SHORT, (arena) => runShort(test, arena));
  },
});
