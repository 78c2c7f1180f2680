import type { Session } from "@nomos/agent";
import { benchGroup, type ForgetfulLLM, type Work } from "./agents.ts";
import { LENGTHS, makeIdleModel, makeReadingModel, makeSession, playTurns } from "./history.ts";

const TURNS = 10;

/**
 * Times turns after a history, whose making is not timed. A session is used until its history has
 * grown by a fifth, because making one of 10,000 messages takes a thousand times as long as a turn.
 */
function timeTurnsAfter(messages: number, makeModel: () => ForgetfulLLM): Work {
  const uses = Math.max(1, messages / (10 * TURNS));
  let session: Promise<Session> | undefined;
  let used = 0;
  return async (bench) => {
    if (used++ % uses === 0) session = makeSession(makeModel(), messages);
    const current = await session!;
    bench.start();
    await playTurns(current, TURNS);
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
