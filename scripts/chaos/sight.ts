/**
 * Comparison of a stored session with its log before the damage.
 *
 * @module
 */
import { AgentError } from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import { serializeEvent } from "../../src/store/entry_body.ts";
import { scriptedAgent } from "./scripted_agent.ts";
import type { Trial } from "./trial.ts";

/** The texts of the entries of a session. */
export type Log = readonly string[];

/** State of a session after the damage. `"set back"` and `"changed"` are undetected losses, and so is
 * `"gone"` if the session is known to have existed. */
export type Sight = "as it was" | "said to be damaged" | "gone" | "set back" | "changed";

/** Enough turns for a session to have a snapshot. */
const TURNS = 10;

/** Plays so many sessions, and returns their logs by id. */
export async function playLogs(
  trial: Trial,
  store: Store,
  sessions: number,
): Promise<ReadonlyMap<string, Log>> {
  const player = trial.player({}, store);
  const logs = new Map<string, Log>();
  for (let index = 0; index < sessions; index++) {
    const id = `${trial.name}/${index}`;
    await player.play(id, TURNS);
    logs.set(id, await logOf(store, id));
  }
  return logs;
}

/** The log of a session as it is. */
export async function logOf(store: Store, id: string): Promise<Log> {
  const entries = await store.entries(id, { from: 0, limit: 1_000_000 });
  return entries.map(({ body }) => body);
}

/** Opens a session, reads all of it, and compares. */
export async function sightOf(store: Store, id: string, log: Log): Promise<Sight> {
  const seen: string[] = [];
  try {
    if (await store.read(id) === undefined) return "gone";
    const session = await scriptedAgent().openSession(id, { store, context: NO_WORLD });
    await session.load();
    for await (const event of session.events()) seen.push(serializeEvent(event));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return "said to be damaged";
  }
  if (seen.some((body, index) => body !== log[index])) return "changed";
  return seen.length === log.length ? "as it was" : "set back";
}

const NO_WORLD = {
  effect: () => Promise.resolve(),
  hasHappened: () => Promise.resolve(false),
};
