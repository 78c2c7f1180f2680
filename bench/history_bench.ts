import { LENGTHS, quietModel, readingModel, sessionOf, takeTurns } from "./history.ts";

const TURNS = 10;

for (const messages of LENGTHS) {
  const group = `${TURNS} turns after ${messages} messages`;
  const list = Array.from({ length: messages }, (_, index) => ({ index }));
  Deno.bench(`after ${messages}: a bare copy of that many`, { group, baseline: true }, () => {
    for (let turn = 0; turn < TURNS; turn++) list.slice();
  });
  for (const [name, model] of [["nothing", quietModel], ["them all", readingModel]] as const) {
    Deno.bench(`after ${messages}: a model that reads ${name}`, { group }, async (bench) => {
      const session = await sessionOf(model(), messages);
      bench.start();
      await takeTurns(session, TURNS);
      bench.end();
    });
  }
}
