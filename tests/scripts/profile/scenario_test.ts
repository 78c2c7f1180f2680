import { MockLLM, SchemaCache } from "@nomos/agent";
import { explore, fuzz } from "@nomos/agent/testing";
import { profileAgent } from "../../../scripts/profile/scenario.ts";

const agent = profileAgent(new MockLLM(), 20, new SchemaCache());

Deno.test("the profiled agent can be explored completely without findings", async () => {
  (await explore(agent)).assertComplete();
});

Deno.test("the profiled agent survives fuzzing", async () => {
  await fuzz(agent, { runs: 25 });
});
