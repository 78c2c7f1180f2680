import { benchGroup, type ForgetfulLLM, type Work } from "./agents.ts";
import { LENGTHS, makeIdleModel, makeReadingModel, makeSession, playTurns } from "./history.ts";

const TURNS = 10;

/** Times turns after a history, whose making is not timed. */
function timeTurnsAfter(messages: number, makeModel: () => ForgetfulLLM): Work {
  return async (bench) => {
    const session = await makeSession(makeModel(), messages);
    bench.start();
    await playTurns(session, TURNS);
    bench.end();
  };
}

for (const messages of LENGTHS) {
  const list = Array.from({ length: messages }, (_, index) => ({ index }));
  benchGroup(`${TURNS} turns after ${messages} messages`, {
    [`after ${messages}: a bare copy of that many`]: () => {
      for (let turn = 0; turn < TURNS; turn++) list.slice();
    },
    [`after ${messages}: a model that reads nothing`]: timeTurnsAfter(messages, makeIdleModel),
    [`after ${messages}: a model that reads them all`]: timeTurnsAfter(messages, makeReadingModel),
  });
}
