/**
 * Comparison of a store with the journal: every acknowledged event must be stored once, and
 * every session must be complete.
 *
 * @module
 */
import type { Store, StoredEntry } from "@nomos/agent/store";
import type { SessionEvent } from "../../src/history/event.ts";
import { Position } from "../../src/history/position.ts";
import { parseEvent } from "../../src/store/entry/entry_body.ts";
import { checkChain, firstHash } from "../../src/store/entry/hash_chain.ts";
import { examineEffects } from "./examine_effects.ts";
import type { JournalRecord } from "./journal.ts";
import { findChildId } from "./player.ts";
import type { Findings } from "./scenario.ts";
import { CLERK, parseTurn, planTurn } from "./scripted_agent.ts";

/** Subject of the examination. */
interface Examined {
  /** Store, after all workers have ended. */
  readonly store: Store;
  /** Expected number of turns by session id. */
  readonly sessions: ReadonlyMap<string, number>;
  /** Records of the journal. */
  readonly records: readonly JournalRecord[];
  /** Names of the workers that were killed. */
  readonly killed: ReadonlySet<string>;
}

/** Finds lost, duplicate and damaged events and repeated effects. */
export async function examine(
  { store, sessions, records, killed }: Examined,
): Promise<Omit<Findings, "faults" | "notes">> {
  const problems: string[] = [];
  const logs = new Map<string, readonly StoredEntry[]>();
  let duplicates = 0;
  const examineOne = async (id: string, child: string | undefined, turns: number) => {
    const name = nameOf(id, child);
    const entries = await readEntries(store, id, child, problems);
    logs.set(name, entries);
    const events = entries.map((entry) => parseEvent(name, entry));
    const found = examineLog(name, events, turns, child === undefined ? "desk" : CLERK);
    problems.push(...found);
    duplicates += found.length;
    return events;
  };
  for (const [id, turns] of sessions) {
    for (const event of await examineOne(id, undefined, turns)) {
      if (event.type !== "tool_started" || event.tool !== CLERK) continue;
      await examineOne(id, findChildId(id, event.callKey), 1);
    }
  }
  const acknowledged = records.filter((record) => record.kind === "acknowledged");
  const lost = acknowledged.filter(({ session, child, seq, body }) => {
    const entries = logs.get(nameOf(session, child));
    return entries === undefined ? logs.has(session) : entries[seq]?.body !== body;
  });
  problems.push(...lost.map(({ session, child, seq }) => {
    return `${nameOf(session, child)}: acknowledged event ${seq} is lost`;
  }));
  const effects = examineEffects(records, killed);
  return {
    ...effects,
    acknowledged: acknowledged.length,
    lost: lost.length,
    duplicates,
    fenced: records.filter(({ kind }) => kind === "lost").length,
    refused: records.filter((record) => record.kind === "lost" && record.by === "append").length,
    failed: records.filter(({ kind }) => kind === "failed").length,
    problems: [...problems, ...effects.problems],
  };
}

/** Reads and verifies the entries of a session, from the first to the head. */
async function readEntries(
  store: Store,
  session: string,
  child: string | undefined,
  problems: string[],
): Promise<readonly StoredEntry[]> {
  const id = child ?? session;
  const stored = await store.read(session, child);
  const entries = await store.entries(session, { child, from: 0, limit: 1_000_000 });
  try {
    const link = checkChain(id, { head: 0, hash: firstHash(id) }, entries);
    if (stored?.head !== link.head || stored.hash !== link.hash) {
      problems.push(`${nameOf(session, child)}: its head is not its last entry`);
    }
  } catch (error) {
    problems.push(String(error));
  }
  return entries;
}

function nameOf(session: string, child: string | undefined): string {
  return child === undefined ? session : `${session}, child ${child}`;
}

/** Finds the problems of a log: each turn must appear once, complete and in order. */
function examineLog(
  id: string,
  events: readonly SessionEvent[],
  turns: number,
  start: string,
): string[] {
  const problems: string[] = [];
  const position = new Position(start);
  const inputs = new Set<number>();
  const called = { started: new Set<string>(), finished: new Set<string>() };
  let plan: string[] = [];
  /** True if the user went on while a call waited for a person. */
  let wentOn = false;
  for (const event of events) {
    const at = `${id}: event ${event.seq}`;
    if (event.type === "user") {
      if (plan.length > 0 && !wentOn) {
        problems.push(`${at} begins a turn in the middle of another`);
      }
      const turn = parseTurn(event.text);
      if (inputs.has(turn)) problems.push(`${at} is an input for the second time`);
      inputs.add(turn);
      plan = planTurn(turn, position.step).map(({ action }) => action);
    } else if (event.type === "decision") {
      const expected = plan.shift();
      const { action } = event.decision;
      if (action !== expected) problems.push(`${at} is ${action}: expected ${expected}`);
    } else examineCall(event, called, (problem) => problems.push(`${at} ${problem}`));
    wentOn = event.type === "tool_finished" && event.outcome === "not_run";
    position.apply(event);
  }
  if (inputs.size !== turns) problems.push(`${id}: has ${inputs.size} inputs: expected ${turns}`);
  if (position.status !== "waiting") problems.push(`${id}: ends ${position.status}`);
  for (const key of called.started) {
    if (!called.finished.has(key)) problems.push(`${id}: call ${key} has no result`);
  }
  return problems;
}

function examineCall(
  event: SessionEvent,
  { started, finished }: { readonly started: Set<string>; readonly finished: Set<string> },
  report: (problem: string) => void,
): void {
  if (event.type === "tool_started") {
    if (started.has(event.callKey)) report("starts a call for the second time");
    started.add(event.callKey);
  } else if (event.type === "tool_finished") {
    if (finished.has(event.callKey)) report("is a second result of one call");
    if (!started.has(event.callKey) && event.outcome !== "not_run") {
      report("is the result of a call that was not started");
    }
    finished.add(event.callKey);
  }
}
