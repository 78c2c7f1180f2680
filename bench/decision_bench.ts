import { runScenario } from "../src/profile/scenario.ts";
import { validateScenario } from "./bare_valibot.ts";
import { sessionOf, takeTurn } from "./history.ts";
import { makeAgent, makeTool } from "./making.ts";

const scenario = { tools: 1, iterations: 100, cache: true, validate: true, freshTools: false };

Deno.bench("300 decisions, bare valibot", { group: "decisions", baseline: true }, () => {
  for (let iteration = 0; iteration < 100; iteration++) validateScenario();
});

Deno.bench("300 decisions, mock validating", { group: "decisions" }, async () => {
  await runScenario(scenario);
});

Deno.bench("300 decisions, mock not validating", { group: "decisions" }, async () => {
  await runScenario({ ...scenario, validate: false });
});

Deno.bench("300 decisions, tools made anew per session", { group: "decisions" }, async () => {
  await runScenario({ ...scenario, freshTools: true });
});

Deno.bench("300 decisions, tools made anew, cache off", { group: "decisions" }, async () => {
  await runScenario({ ...scenario, freshTools: true, cache: false });
});

for (const messages of [10, 1_000, 10_000]) {
  Deno.bench(`a turn after ${messages} messages`, { group: "history" }, async (bench) => {
    const session = await sessionOf(messages);
    bench.start();
    for (let turn = 0; turn < 10; turn++) await takeTurn(session);
    bench.end();
  });
}

const held = makeTool();
const agent = makeAgent();

Deno.bench("a session", { group: "making" }, () => void agent.createSession());
Deno.bench(`a tool with the schema of ${held.name}`, { group: "making" }, () => void makeTool());
