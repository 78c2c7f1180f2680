/**
 * Stored sessions, read without their agent.
 *
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { quote, reasonOf, StateError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { EVENT_VERSION } from "../../history/migrations.ts";
import type { State } from "../../history/state.ts";
import { suggestNearest } from "../../schema/option_shape.ts";
import { readState } from "../../session/read_state.ts";
import { EntryReader } from "../../store/entry/entry_reader.ts";
import { foldSession } from "../../store/session_summary.ts";
import type { ListedSession, Store } from "../../store/store.ts";
import { SessionDamagedError } from "../../store/store_errors.ts";
import { CommandError } from "../exit_code.ts";
import { openSessionStore } from "../session_store.ts";
import { findSqlitePath } from "../store_url.ts";

/**
 * Opens a store that exists, because a command that reads sessions must not make one.
 *
 * @throws {CommandError} if there is none.
 * @throws {StoreError} if it cannot be opened.
 */
export async function openExistingStore(url: string): Promise<Store> {
  const path = findSqlitePath(url);
  if (/^(?:memory:|sqlite::memory:)/i.test(url)) {
    throw new CommandError(
      `Cannot read sessions of ${
        quote(url)
      }, which is lost when a command ends: expected a store ` +
        "that is kept, such as sqlite:sessions.db",
      { code: "STORE_NOT_FOUND" },
    );
  }
  if (path !== undefined && !existsSync(path)) {
    throw new CommandError(
      `Cannot read sessions: there is no store ${quote(path)}: ` +
        "expected one that nomos run made, or the option --store",
      { code: "STORE_NOT_FOUND" },
    );
  }
  return await openSessionStore(url);
}

/** Listed session, with what its log shows. */
export interface ShownSession {
  readonly id: string;
  readonly agent?: string;
  /** Current step; undefined if the log is damaged. */
  readonly step?: string;
  /** Status; undefined if it is damaged. */
  readonly status?: ListedSession["status"];
  readonly events: number;
  readonly usage?: State["usage"];
  readonly cost?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly labels?: readonly string[];
  readonly approvals: ListedSession["approvals"];
}

/** Reads what the log of a listed session shows. */
export async function readListed(store: Store, listed: ListedSession): Promise<ShownSession> {
  const { id, agent, status, head, createdAt, updatedAt, labels, approvals } = listed;
  const known = {
    id,
    ...agent !== undefined && { agent },
    events: head,
    createdAt,
    updatedAt,
    ...labels !== undefined && { labels },
    approvals,
  };
  try {
    const { position } = await foldSession(store, id) ?? {};
    if (position === undefined) return known;
    const { step, usage: { usage, cost } } = position;
    return {
      ...known,
      step,
      ...status !== undefined && { status },
      ...Object.keys(usage).length > 0 && { usage },
      ...cost !== undefined && { cost },
    };
  } catch (error) {
    if (!(error instanceof SessionDamagedError || error instanceof StateError)) throw error;
    return known;
  }
}

/**
 * Finds a session in the list of a store.
 *
 * @throws {CommandError} if there is none with this id.
 */
export async function findListed(store: Store, id: string): Promise<ListedSession> {
  const { sessions } = await store.list({ prefix: id, limit: 1 });
  const [found] = sessions;
  if (found?.id === id) return found;
  const { sessions: others } = await store.list({ limit: 200 });
  throw new CommandError(
    `Cannot find session ${quote(id)}: expected one that nomos sessions lists` +
      suggestNearest(id, others.map((other) => other.id)),
    { code: "SESSION_NOT_FOUND" },
  );
}

/** Reads the state of a stored session. Its calls of agents that are open are not in it. */
export async function readStored(store: Store, id: string): Promise<State> {
  await findListed(store, id);
  const { found, position } = (await foldSession(store, id))!;
  const events: SessionEvent[] = [];
  const reader = new EntryReader(store, { id, meta: found.stored.meta });
  for await (const page of reader.pages(found.first, found.stored.head)) {
    events.push(...page.events);
  }
  const { usage: { usage, cost }, step, status } = position;
  const { agent, incarnation } = found;
  return {
    version: EVENT_VERSION,
    ...agent !== undefined && { agent },
    sessionId: id,
    ...incarnation !== undefined && { incarnation },
    step,
    status,
    ...Object.keys(usage).length > 0 && { usage },
    ...cost !== undefined && { cost },
    events,
  };
}

/** Returns true for the path of a file with a state. */
export function isStateFile(name: string): boolean {
  return name.endsWith(".json") && existsSync(name) && statSync(name).isFile();
}

/**
 * Reads a state from a file.
 *
 * @throws {CommandError} if it has none.
 */
export function readStateFile(path: string): State {
  try {
    return readState(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new CommandError(`Cannot read the state in ${quote(path)}: ${reasonOf(cause)}`, {
      code: "STATE_INVALID",
      cause,
    });
  }
}
