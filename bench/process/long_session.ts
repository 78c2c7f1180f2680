/**
 * First turn of a session with a long log, in a process that did not write it.
 *
 *     long_session.ts fill FILE EVENTS
 *     long_session.ts turn FILE EVENTS
 *
 * `turn` prints, as JSON, the duration of the turn and the longest time for which it blocked
 * the event loop, in milliseconds.
 *
 * @module
 */
import { sqliteStore } from "@nomos/agent/sqlite";
import { INPUT, makeDurableAgent } from "../durable/durable_agent.ts";
import { fillSession } from "../durable/opening.ts";

const [task, file = "", events = ""] = Deno.args;
const store = await sqliteStore(file);
if (task === "fill") await fillSession(store, "long", Number(events));
else console.log(JSON.stringify(await firstTurn()));
await store.close();

async function firstTurn(): Promise<{ turn: number; pause: number }> {
  const session = await makeDurableAgent().openSession("long", { store });
  let pause = 0;
  let last = performance.now();
  const updatePause = () => {
    const now = performance.now();
    pause = Math.max(pause, now - last);
    last = now;
  };
  const timer = setInterval(updatePause, 1);
  const begun = last;
  await session.next(INPUT);
  const turn = performance.now() - begun;
  updatePause();
  clearInterval(timer);
  return { turn, pause };
}
