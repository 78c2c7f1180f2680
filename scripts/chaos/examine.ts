/**
 * Holds a store to the journal: what was promised must be in it, and what is in it
 * must be whole.
 *
 * @module
 */
import type { Store, StoredEntry } from "@nomos/agent/store";
import type { SessionEvent } from "../../src/history/event.ts";
import { Position } from "../../src/history/position.ts";
import { parseEvent } from "../../src/store/entry_body.ts";
import { checkChain, firstHash } from "../../src/store/hash_chain.ts";
import { examineEffects } from "./examine_effects.ts";
import type { Note } from "./journal.ts";
import { type Findings, NOTHING } from "./scenario.ts";
import { planOf, turnOf } from "./scripted_agent.ts";

/** Subject of the examination. */
export interface Examined {
  /** The store, when all workers are gone. */
  readonly store: Store;
  /** The sessions, each with how many turns it should have. */
  readonly sessions: ReadonlyMap<string, number>;
  /** All that was noted. */
  readonly notes: readonly Note[];
  /** The workers that were killed. */
  readonly killed: ReadonlySet<string>;
}

/** Finds what was lost, doubled, repeated and damaged. */
export async function examine(examined: Examined): Promise<Findings> {
  const { store, sessions, notes, killed } = examined;
  const problems: string[] = [];
  const logs = new Map<string, readonly StoredEntry[]>();
  let duplicates = 0;
  let finished = 0;
  for (const [id, turns] of sessions) {
    const entries = await wholeLog(store, id, problems);
    logs.set(id, entries);
    const found = examineLog(id, entries, turns);
    problems.push(...found);
    duplicates += found.length;
    if (found.length === 0) finished++;
  }
  const acknowledged = notes.filter((note) => note.kind === "acknowledged");
  const lost = acknowledged.filter(({ session, seq, body }) =>
    logs.has(session) && logs.get(session)![seq]?.body !== body
  );
  problems.push(...lost.map(({ session, seq }) => `${session}: acknowledged event ${seq} is lost`));
  const effects = examineEffects(notes, killed);
  return {
    ...NOTHING,
    ...effects,
    acknowledged: acknowledged.length,
    lost: lost.length,
    duplicates,
    fenced: notes.filter(({ kind }) => kind === "lost").length,
    refused: notes.filter((note) => note.kind === "lost" && note.by === "append").length,
    failed: notes.filter(({ kind }) => kind === "failed").length,
    finished,
    problems: [...problems, ...effects.problems],
  };
}

/** The entries of a session, which must be a chain from the first to the head. */
async function wholeLog(
  store: Store,
  id: string,
  problems: string[],
): Promise<readonly StoredEntry[]> {
  const session = await store.read(id);
  const entries = await store.entries(id, { from: 0, limit: 1_000_000 });
  try {
    const link = await checkChain(id, { head: 0, hash: await firstHash(id) }, entries);
    if (session?.head !== link.head || session.hash !== link.hash) {
      problems.push(`${id}: its head is not its last entry`);
    }
  } catch (error) {
    problems.push(String(error));
  }
  return entries;
}

/** Finds the faults of a log: each turn must be there once, whole and in order. */
function examineLog(id: string, entries: readonly StoredEntry[], turns: number): string[] {
  const events = entries.map((entry) => parseEvent(id, entry));
  const problems: string[] = [];
  const position = new Position("desk");
  const inputs = new Set<number>();
  const called = { started: new Set<string>(), finished: new Set<string>() };
  let plan: string[] = [];
  for (const event of events) {
    const at = `${id}: event ${event.seq}`;
    if (event.type === "user") {
      if (plan.length > 0) problems.push(`${at} begins a turn in the middle of another`);
      const turn = turnOf(event.text);
      if (inputs.has(turn)) problems.push(`${at} is an input for the second time`);
      inputs.add(turn);
      plan = planOf(turn, position.step).map(({ action }) => action);
    } else if (event.type === "decision") {
      const expected = plan.shift();
      const { action } = event.decision;
      if (action !== expected) problems.push(`${at} is ${action}: expected ${expected}`);
    } else noteCall(event, called, (what) => problems.push(`${at} ${what}`));
    position.apply(event);
  }
  if (inputs.size !== turns) problems.push(`${id}: has ${inputs.size} inputs: expected ${turns}`);
  if (position.status !== "waiting") problems.push(`${id}: ends ${position.status}`);
  for (const key of called.started) {
    if (!called.finished.has(key)) problems.push(`${id}: call ${key} has no result`);
  }
  return problems;
}

function noteCall(
  event: SessionEvent,
  { started, finished }: { readonly started: Set<string>; readonly finished: Set<string> },
  complain: (what: string) => void,
): void {
  if (event.type === "tool_started") {
    if (started.has(event.callKey)) complain("starts a call for the second time");
    started.add(event.callKey);
  } else if (event.type === "tool_finished") {
    if (finished.has(event.callKey)) complain("is a second result of one call");
    if (!started.has(event.callKey)) complain("is the result of a call that was not started");
    finished.add(event.callKey);
  }
}
