/**
 * Scripts of recorded sessions in a store.
 *
 * @module
 */
import { decide, type HistoryOptions, MockLLM, type ScriptEntry } from "@nomos/agent";
import { memoryStore, type Store, type StoredEntry } from "@nomos/agent/store";
import { childIdOf } from "../../src/history/session_name.ts";
import { liveSessionOf } from "../../src/session/session.ts";
import { firstHash } from "../../src/store/entry/hash_chain.ts";
import { makeDesk, VISIT } from "./desk.ts";
import { computeExpected, type StoredFixture, type StoredParts } from "./session_fixture.ts";

/** Script of a stored session. */
interface StoredScript {
  /** Answers of the desk's model. */
  readonly desk: readonly ScriptEntry[];
  /** Answers of the clerk's model. Default: none. */
  readonly clerk?: readonly ScriptEntry[];
  /** True if the session has data. Default: false. */
  readonly hasData?: boolean;
  /** Bounds of the history. Default: none. */
  readonly history?: HistoryOptions;
  /** Number of turns. Default: 1. */
  readonly turns?: number;
  /** Number of events of the last turn after which the process died. Default: it did not die. */
  readonly diesAfter?: number;
}

const look = decide.call("look", { n: 1 });
const done = decide.respond("Done");
const payment = decide.call("pay", { to: "ann", cents: 900 });
const turns = (count: number) => new Array(count).fill([look, done]).flat();

/** Scripts by name. */
export const STORED_SESSIONS: Readonly<Record<string, StoredScript>> = {
  stored_after_input: { desk: [done], diesAfter: 1 },
  stored_short: { desk: [look, decide.move("form"), decide.respond({ total: 1 })] },
  stored_long: { desk: [...turns(16), payment], turns: 17 },
  stored_data: {
    desk: new Array(17).fill([decide.call("note", { what: "a hat" }), done]).flat(),
    turns: 17,
    hasData: true,
  },
  stored_summary: {
    desk: turns(40),
    turns: 40,
    history: { maxTokens: 400, summarize: () => "They looked around" },
  },
  stored_clerk: {
    desk: [decide.call("clerk", { input: "Pay" }), done],
    clerk: [look, payment],
  },
  stored_died: {
    desk: [
      ...turns(3),
      decide.calls([{ tool: "look", args: { n: 1 } }, { tool: "send", args: { to: "ann" } }]),
      done,
    ],
    turns: 4,
    diesAfter: 4,
  },
};

/** Plays a stored session. Returns its fixture and its entries. */
export async function playStored(
  { desk, clerk, turns = 1, diesAfter, hasData, history }: StoredScript,
): Promise<{ fixture: StoredFixture; entries: readonly StoredEntry[] }> {
  const id = "stored";
  const store = memoryStore({ clock: () => 0 });
  const options = { ...(hasData && { data: VISIT }), ...(history && { history }) };
  const agent = makeDesk(new MockLLM(desk), options, new MockLLM(clerk));
  // No call waits, so timers are not needed.
  const clock = { now: () => 0, setTimer: () => () => {} };
  const session = await agent.openSession(id, { store, clock });
  for (let turn = 1; turn < turns; turn++) await session.next(`Turn ${turn}`);
  let events = 0;
  let head: number | undefined;
  for await (const part of session.stream("The last turn\u0000\ud800")) {
    if ("seq" in part && ++events === diesAfter) head = part.seq + 1;
  }
  await session.load();
  const ids = session.state.events.flatMap((event) =>
    event.type === "tool_started" && event.tool === "clerk"
      ? [childIdOf(liveSessionOf(session), event.seq - event.call - 1, event.call)]
      : []
  );
  const children = await Promise.all(ids.map(async (child) => ({
    ...await readParts(store, id, child),
    entries: await readEntries(store, id, child),
  })));
  const entries = (await readEntries(store, id)).slice(0, head);
  const fork = await session.fork({ at: entries.length, id: "copy" });
  return {
    fixture: {
      expected: computeExpected(fork, fork.state.events),
      ...await readParts(store, id),
      ...(children.length > 0 && { children }),
    },
    entries,
  };
}

function readEntries(store: Store, id: string, child?: string): Promise<readonly StoredEntry[]> {
  return store.entries(id, { child, from: 0, limit: 1_000 });
}

async function readParts(store: Store, session: string, child?: string): Promise<StoredParts> {
  const { id, meta, snapshot } = (await store.read(session, child))!;
  return { id, meta, hash: firstHash(id), ...(snapshot && { snapshot }) };
}
