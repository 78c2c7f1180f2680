import { MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { createBarista } from "../examples/barista.ts";

const barista = createBarista(new MockLLM());

for (const checks of [true, false]) {
  const name = `500 decisions that explore() plays, ${checks ? "with all" : "without"} checks`;
  Deno.bench(name, { group: "exploring" }, async () => {
    await explore(barista, { decisions: 500, checks });
  });
}
