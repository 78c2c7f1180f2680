import { MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createCompanion, createSmallModel, travel } from "../../examples/long_talk.ts";
import { documentedCommands, runDocumented } from "./documented_command.ts";

Deno.test("the companion has no dead end", async () => {
  (await explore(createCompanion(new MockLLM(), { maxTokens: 300 }))).assertComplete();
});

Deno.test("the companion talks for 300 turns, as documented", async () => {
  const [offline] = await documentedCommands("long_talk.ts");
  const [unbounded, bounded] = (await runDocumented(offline!)).trim().split("\n");
  assertMatch(unbounded!, /^Without a bound: 300 turns, \d+ compacted, [1-9]\d* requests refused/);
  assertMatch(
    bounded!,
    /^With a bound: 300 turns, \d+ compacted, 0 requests refused, .* 1,?\d{3} /,
  );
});

Deno.test("the companion's summaries include those before", async () => {
  const llm = createSmallModel();
  assert(await travel(createCompanion(llm, { maxTokens: 1_500 }), 100) >= 3);
  const summaries = llm.requests.filter(({ legal }) => legal === undefined);
  const earlier = summaries.map(({ messages }) =>
    messages.some(({ content }) => content.includes("They travel by train"))
  );
  assertEquals(earlier, summaries.map((_, index) => index > 0));
});
