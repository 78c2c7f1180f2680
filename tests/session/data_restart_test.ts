/** Data survive the process that changed them. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, tryDeno } from "../../scripts/child.ts";

const CONFIG = `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`;
const PROGRAM = fileURLToPath(new URL("shop_program.ts", import.meta.url));

Deno.test("data, a second process reads the cart that a killed one filled, and its guard opens", async () => {
  await inTemporaryFolder(async (folder) => {
    const address = `sqlite:${fileURLToPath(new URL("shop.db", folder))}`;
    for (const process of ["1", "2"]) {
      const args = ["run", "--quiet", "--allow-all", CONFIG, PROGRAM, address, process];
      const { stdout, stderr } = await tryDeno(args, folder);
      assertEquals([JSON.parse(stdout), stderr], [[{ cart: ["tea"] }, ["pay"]], ""]);
    }
  });
});
