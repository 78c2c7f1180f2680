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
import { makeDurableAgent } from "../durable/durable_agent.ts";
import { fillSession, timePauses } from "../durable/opening.ts";

const [task, file = "", events = ""] = Deno.args;
const store = await sqliteStore(file);
if (task === "fill") await fillSession(store, "long", Number(events));
else {
  const session = await makeDurableAgent().openSession("long", { store });
  console.log(JSON.stringify(await timePauses(session)));
}
await store.close();
