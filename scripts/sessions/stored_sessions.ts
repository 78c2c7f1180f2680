/**
 * Sessions that live in a store, with the entries that are kept of them.
 *
 * @module
 */
import { decide, MockLLM, type ScriptEntry } from "@nomos/agent";
import { memoryStore, type Store, type StoredEntry } from "@nomos/agent/store";
import { makeDesk } from "./desk.ts";
import { expectedOf, type StoredFixture, type StoredParts } from "./session_fixture.ts";

/** A stored session that was recorded. */
export interface RecordedStoredSession {
  /** What is kept beside the entries. */
  readonly fixture: StoredFixture;
  /** The entries. */
  readonly entries: readonly StoredEntry[];
}

const look = (n: number) => decide.call("look", { n });
const done = decide.respond("Done");
const payment = decide.call("pay", { to: "ann", cents: 900 });

/** Plays a stored session; with `events`, up to where its process died after so many of the last turn. */
async function play(
  script: readonly ScriptEntry[],
  turns: number,
  events = Infinity,
  clerk: readonly ScriptEntry[] = [],
): Promise<RecordedStoredSession> {
  const id = "stored";
  const store = memoryStore({ clock: () => 0 });
  const desk = makeDesk(new MockLLM(script), {}, new MockLLM(clerk));
  // Nothing waits, so no timer is needed.
  const clock = { now: () => 0, setTimer: () => () => {} };
  const session = await desk.openSession(id, { store, clock });
  for (let turn = 1; turn < turns; turn++) await session.next(`Turn ${turn}`);
  let left = events;
  let head: number | undefined;
  for await (const part of session.stream("The last turn\u0000\ud800")) {
    if ("seq" in part && --left === 0) head = part.seq + 1;
  }
  const { sessions } = await store.list({ prefix: `${id}/` });
  const children = await Promise.all(sessions.map(async ({ id }) => ({
    ...await partsOf(store, id),
    entries: await entriesOf(store, id),
  })));
  const entries = (await entriesOf(store, id)).slice(0, head);
  const fork = await session.fork({ at: entries.length, id: "copy" });
  return {
    fixture: {
      expected: expectedOf(fork, fork.state.events),
      ...await partsOf(store, id),
      ...(children.length > 0 && { children }),
    },
    entries,
  };
}

function entriesOf(store: Store, id: string): Promise<readonly StoredEntry[]> {
  return store.entries(id, { from: 0, limit: 1_000 });
}

async function partsOf(store: Store, id: string): Promise<StoredParts> {
  const { meta, snapshot } = (await store.read(id))!;
  // What stands before the first entry of a session is told by its id alone.
  const empty = memoryStore();
  await makeDesk(new MockLLM()).openSession(id, { store: empty });
  const { hash } = (await empty.read(id))!;
  return { id, meta, hash, ...(snapshot && { snapshot }) };
}

/** The sessions by name. */
export const STORED_SESSIONS: Readonly<Record<string, () => Promise<RecordedStoredSession>>> = {
  "stored_after_input": () => play([done], 1, 1),
  "stored_short": () => play([look(1), decide.move("form"), decide.respond({ total: 1 })], 1),
  "stored_long": () => play([...new Array(16).fill([look(1), done]).flat(), payment], 17),
  "stored_clerk": () =>
    play([decide.call("clerk", { input: "Pay" }), done], 1, Infinity, [look(1), payment]),
  "stored_died": () =>
    play(
      [
        ...new Array(3).fill([look(1), done]).flat(),
        decide.calls([
          { tool: "look", args: { n: 1 } },
          { tool: "send", args: { to: "ann" } },
        ]),
        done,
      ],
      4,
      4,
    ),
};
