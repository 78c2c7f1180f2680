/**
 * Check of the effects of tools: only some may be repeated.
 *
 * @module
 */
import type { Findings } from "./scenario.ts";
import type { JournalRecord } from "./journal.ts";
import { ONCE_TOOLS } from "./scripted_agent.ts";

interface Effect extends Extract<JournalRecord, { kind: "effect" }> {
  /** Index in the journal. */
  readonly at: number;
  /** Index in the journal at which its turn ended abnormally; undefined if it did not. */
  readonly end: number | undefined;
}

/**
 * Finds repeated effects. A call may be repeated if its worker was killed or fenced or its
 * store failed before the result was recorded, unless the tool is a `once` tool.
 */
export function examineEffects(
  records: readonly JournalRecord[],
  killed: ReadonlySet<string>,
): Pick<Findings, "effects" | "inFlight" | "repeated" | "onceRepeated" | "problems"> {
  const ends = new AbnormalEnds(records, killed);
  const results = findResults(records);
  const problems: string[] = [];
  const calls = new Map<string, Effect[]>();
  let inFlight = 0;
  for (const [at, record] of records.entries()) {
    if (record.kind !== "effect") continue;
    const effect = { ...record, at, end: ends.findNext(record, at) };
    const { worker, callKey, isRecorded } = effect;
    const result = results.get(`${worker} ${callKey}`)?.find((result) => result > at);
    if (effect.end !== undefined && (result ?? Infinity) >= effect.end) inFlight++;
    // The tool of a worker that was suspended meanwhile may finish after another worker has
    // taken over and finished the call.
    const isZombie = ends.isLost(record);
    if (isRecorded && !isZombie) problems.push(`${callKey}: ran although its result was recorded`);
    const effects = calls.get(callKey) ?? [];
    const before = effects.at(-1);
    if (before !== undefined && before.end === undefined && !isZombie) {
      problems.push(`${callKey}: ran again although the turn before did not end`);
    }
    const known = before && results.get(`${before.worker} ${callKey}`)?.[0];
    if (known !== undefined && known < at && !isZombie) {
      problems.push(`${callKey}: ran again after its result was acknowledged`);
    }
    calls.set(callKey, [...effects, effect]);
  }
  const again = [...calls.values()].flatMap((effects) => effects.slice(1));
  const once = again.filter(({ tool }) => ONCE_TOOLS.includes(tool));
  problems.push(...once.map(({ callKey, tool }) => `${callKey}: ${tool} ran twice`));
  if (again.length > inFlight) {
    problems.push(`${again.length} effects ran again: expected the ${inFlight} in flight at most`);
  }
  return {
    effects: [...calls.values()].flat().length,
    inFlight,
    repeated: again.length,
    onceRepeated: once.length,
    problems,
  };
}

/** Abnormal ends of turns. */
class AbnormalEnds {
  readonly #killed: ReadonlySet<string>;
  readonly #ends = new Map<string, number[]>();
  readonly #lost = new Set<string>();

  constructor(records: readonly JournalRecord[], killed: ReadonlySet<string>) {
    this.#killed = killed;
    for (const [at, record] of records.entries()) {
      const { kind } = record;
      if (kind === "lost") this.#lost.add(turnOf(record));
      if (kind === "lost" || kind === "failed") append(this.#ends, turnOf(record), at);
    }
  }

  /** Returns the index at which the turn of a record ended abnormally after `at`, if it did. */
  findNext(record: JournalRecord, at: number): number | undefined {
    const end = this.#ends.get(turnOf(record))?.find((end) => end > at);
    return end ?? (this.#killed.has(record.worker) || this.isLost(record) ? Infinity : undefined);
  }

  /** Returns true if the worker of a record lost the session to another, and stopped playing it. */
  isLost(record: JournalRecord): boolean {
    return this.#lost.has(turnOf(record));
  }
}

function turnOf({ worker, session }: JournalRecord): string {
  return `${worker} ${session}`;
}

/** Finds the indexes at which results were acknowledged, by worker and call. */
function findResults(records: readonly JournalRecord[]): ReadonlyMap<string, readonly number[]> {
  const results = new Map<string, number[]>();
  for (const [at, record] of records.entries()) {
    if (record.kind !== "acknowledged") continue;
    const [, event] = JSON.parse(record.body);
    if (event.type === "tool_finished") append(results, `${record.worker} ${event.callKey}`, at);
  }
  return results;
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
