/**
 * First turn of a session with a long log, in a process that did not write it.
 *
 *     long_session.ts fill FILE EVENTS
 *     long_session.ts turn FILE EVENTS
 *     long_session.ts bound FILE EVENTS
 *     long_session.ts bounded FILE EVENTS
 *
 * `turn` prints, as JSON, the duration of the turn and the longest time for which it blocked
 * the event loop, in milliseconds; so does `bounded`, after `bound` has summarized the log.
 *
 * @module
 */
import { sqliteStore } from "@nomos/agent/sqlite";
import { makeDurableAgent } from "../durable/durable_agent.ts";
import { fillSession, timePauses } from "../durable/opening.ts";
import { INPUT } from "../durable/scenario.ts";

/** Bounds of the history: the window of a small model, and a summary of usual length. */
const HISTORY = { maxTokens: 16_000, summarize: () => "They asked for the weather. ".repeat(50) };

const [task, file = "", events = ""] = Deno.args;
const store = await sqliteStore(file);
const open = () =>
  makeDurableAgent(task?.startsWith("bound") ? HISTORY : undefined).openSession("long", { store });
if (task === "fill") await fillSession(store, "long", Number(events));
else if (task === "bound") await (await open()).next(INPUT);
else console.log(JSON.stringify(await timePauses(await open())));
await store.close();
