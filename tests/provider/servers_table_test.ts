import { assertEquals } from "@std/assert";
import { readServersTable, renderServersTable } from "./servers_table.ts";

Deno.test("docs/models.md shows what was sent to the simulated servers and read from them", async () => {
  // To update the page: deno run --allow-all tests/provider/servers_table.ts
  assertEquals(await readServersTable(), await renderServersTable());
});
