import { benchGroup, makeAgent } from "./agents.ts";

const agent = makeAgent();

/** Generator with as many steps as a turn has events. */
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
