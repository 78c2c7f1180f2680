/**
 * Comparison of a stored session with its log before damage.
 *
 * @module
 */
import { AgentError } from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import { serializeEvent } from "../../src/store/entry/entry_body.ts";
import { scriptedAgent, type World } from "./scripted_agent.ts";
import type { Trial } from "./trial.ts";

/** Bodies of the entries of a session. */
export type Log = readonly string[];

/**
 * State of a session after damage. `"truncated"` and `"changed"` are undetected damage, and so
 * is `"missing"` if the session is known to have existed.
 */
export type SessionState = "intact" | "reported as damaged" | "missing" | "truncated" | "changed";

/** Number of turns after which a session has a snapshot. */
const TURNS = 10;

/** Plays sessions concurrently, and returns their logs by id. */
export async function playLogs(
  trial: Trial,
  store: Store,
  sessions: number,
): Promise<ReadonlyMap<string, Log>> {
  const player = trial.player({}, store);
  const ids = Array.from({ length: sessions }, (_, index) => `${trial.name}/${index}`);
  return new Map(
    await Promise.all(ids.map(async (id) => {
      await player.play(id, TURNS);
      return [id, await readLog(store, id)] as const;
    })),
  );
}

/** Reads the current log of a session. */
export async function readLog(store: Store, id: string): Promise<Log> {
  const entries = await store.entries(id, { from: 0, limit: 1_000_000 });
  return entries.map(({ body }) => body);
}

/** Opens a session, reads all its events, and compares them with its log before damage. */
export async function checkSession(store: Store, id: string, log: Log): Promise<SessionState> {
  const found: string[] = [];
  try {
    if (await store.read(id) === undefined) return "missing";
    const session = await scriptedAgent().openSession(id, { store, context: NO_WORLD });
    await session.load();
    for await (const event of session.events()) found.push(serializeEvent(event));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return "reported as damaged";
  }
  if (found.some((body, index) => body !== log[index])) return "changed";
  return found.length === log.length ? "intact" : "truncated";
}

/** World in which tools have no effect. */
export const NO_WORLD: World = {
  effect: () => Promise.resolve(),
  hasHappened: () => Promise.resolve(false),
};
