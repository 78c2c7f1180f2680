import { withPostgres } from "../../scripts/chaos/environment.ts";
import { PROGRAMS } from "../postgres/server.ts";
import { runShort } from "./short_form.ts";

Deno.test({
  name: "a durable session in PostgreSQL keeps its promises through chaos",
  ignore: PROGRAMS === undefined,
  fn: async (test) => {
    await withPostgres((environment) => runShort(test, environment));
  },
});
