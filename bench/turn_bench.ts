import { makeAgent } from "./agents.ts";

const group = "a turn of two events";
const agent = makeAgent();

/** What a turn is built on, and nothing more. */
async function* bareTurn(): AsyncGenerator<number, number, void> {
  yield 1;
  await Promise.resolve();
  yield 2;
  return 3;
}

Deno.bench("a bare async generator", { group, baseline: true }, async () => {
  for await (const _ of bareTurn());
});

Deno.bench("next()", { group }, async () => {
  await agent.createSession().next("hello");
});

Deno.bench("stream()", { group }, async () => {
  for await (const _ of agent.createSession().stream("hello"));
});

Deno.bench("next(), then reading the whole turn", { group }, async () => {
  const turn = await agent.createSession().next("hello");
  [turn.events, turn.decisions, turn.toolResults, turn.usage, turn.prompt, turn.state];
});
