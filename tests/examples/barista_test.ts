import { explore } from "../../src/testing/explore/explore.ts";
import { fuzz } from "../../src/testing/fuzz/fuzz.ts";
import { barista } from "../../examples/barista.ts";

Deno.test("the barista example is reached everywhere, and nothing is wrong with it", async () => {
  (await explore(barista, { decisions: 2_000 })).assertComplete();
});

Deno.test("the barista example survives a hostile world", async () => {
  await fuzz(barista, { runs: 200 });
});
