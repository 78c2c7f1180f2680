import { benchGroup, type ForgetfulLLM, type Work } from "./agents.ts";
import { LENGTHS, quietModel, readingModel, sessionOf, takeTurns } from "./history.ts";

const TURNS = 10;

/** Turns on top of so many messages, which are not timed. */
function turnsAfter(messages: number, makeModel: () => ForgetfulLLM): Work {
  return async (bench) => {
    const session = await sessionOf(makeModel(), messages);
    bench.start();
    await takeTurns(session, TURNS);
    bench.end();
  };
}

for (const messages of LENGTHS) {
  const list = Array.from({ length: messages }, (_, index) => ({ index }));
  benchGroup(`${TURNS} turns after ${messages} messages`, {
    [`after ${messages}: a bare copy of that many`]: () => {
      for (let turn = 0; turn < TURNS; turn++) list.slice();
    },
    [`after ${messages}: a model that reads nothing`]: turnsAfter(messages, quietModel),
    [`after ${messages}: a model that reads them all`]: turnsAfter(messages, readingModel),
  });
}
