import { MockLLM, SchemaCache } from "@nomos/agent";
import { explore, fuzz } from "@nomos/agent/testing";
import { profileAgent } from "../../src/profile/scenario.ts";

const agent = profileAgent(new MockLLM(), 20, new SchemaCache());

Deno.test("the profiled agent is reached everywhere, and nothing is wrong with it", async () => {
  (await explore(agent)).assertComplete();
});

Deno.test("the profiled agent survives a hostile world", async () => {
  await fuzz(agent, { runs: 100 });
});
