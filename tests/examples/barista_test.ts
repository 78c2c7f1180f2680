import { explore, fuzz, requestSnapshot } from "@nomos/agent/testing";
import { barista } from "../../examples/barista.ts";

Deno.test("the barista example is reached everywhere, and nothing is wrong with it", async () => {
  (await explore(barista, { decisions: 2_000 })).assertComplete();
});

Deno.test("the barista example survives a hostile world", async () => {
  await fuzz(barista, { runs: 200 });
});

Deno.test("the barista example asks as it did", async (t) => {
  const session = barista.createSession({ context: { cart: [] } });
  await t.assertSnapshot(requestSnapshot(await barista.explain(session)));
});
