/**
 * Scripts of the recorded sessions with data, with pictures, and with timings.
 *
 * @module
 */
import { decide, raw } from "@nomos/agent";
import { PICTURE } from "./desk.ts";
import type { SessionScript } from "./session_script.ts";

const done = decide.respond("Done");

const notes = [
  decide.calls([
    { tool: "note", args: { what: "a hat", name: "Ann" } },
    { tool: "note", args: { what: "a coat", name: "Ann" } },
  ]),
  done,
  decide.call("note", { what: "no name" }),
  done,
];

/** Sessions with data. Since version 4. */
export const WITH_DATA: Readonly<Record<string, SessionScript>> = {
  data_began: { desk: [done], actions: ["Hi"], hasData: true },
  data_noted: { desk: notes, actions: ["Note it", "Forget my name"], hasData: true },
  data_died: { desk: notes, actions: ["Note it"], hasData: true, diesAfter: 6 },
  data_forked: {
    desk: notes,
    actions: ["Note it", "Forget my name"],
    hasData: true,
    fork: { at: 7, id: "copy" },
  },
};

/** Sessions with pictures. Since version 4. */
export const WITH_PARTS: Readonly<Record<string, SessionScript>> = {
  pictures: {
    desk: [decide.call("draw"), done],
    actions: [(session) => session.next([{ type: "text", text: "Draw this" }, PICTURE])],
  },
};

/** Sessions whose model calls are timed, or whose model embeds. Since version 4. */
export const WITH_TIMINGS: Readonly<Record<string, SessionScript>> = {
  timed: {
    desk: [raw("?"), decide.move("form"), decide.respond({ total: 3 }), new Error("down")],
    actions: ["Fill it in", "Again"],
    chunkLength: 20,
    timing: {
      queued: 5,
      attempts: [
        { llm: "desk", took: 9, queued: 5, error: "LLM_HTTP", waited: 500 },
        { llm: "desk", took: 70, responded: 12 },
      ],
    },
  },
  embedded: {
    desk: [done, done],
    actions: ["I want a coat", "And a hat"],
    embeds: true,
    usage: { input: 40, output: 5 },
    model: "embedder-1",
    cost: 2,
  },
};
