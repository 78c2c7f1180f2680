import { benchGroup, makeAgent } from "./agents.ts";

const agent = makeAgent();

/** The platform's own work under a turn, and nothing more. */
async function* bareTurn(): AsyncGenerator<number, number, void> {
  yield 1;
  await Promise.resolve();
  yield 2;
  return 3;
}

benchGroup("a turn of two events", {
  "a bare async generator": async () => {
    for await (const _ of bareTurn());
  },
  "next()": async () => void await agent.createSession().next("hello"),
  "stream()": async () => {
    for await (const _ of agent.createSession().stream("hello"));
  },
  "next(), then reading the whole turn": async () => {
    const turn = await agent.createSession().next("hello");
    [turn.events, turn.decisions, turn.toolResults, turn.usage, turn.prompt, turn.state];
  },
});
