/**
 * Holds what tools did outside to what may be done twice.
 *
 * @module
 */
import type { Findings } from "./scenario.ts";
import type { Note } from "./journal.ts";
import { ONCE_TOOLS } from "./scripted_agent.ts";

interface Effect extends Extract<Note, { kind: "effect" }> {
  /** Its place in the journal. */
  readonly at: number;
  /** Place in the journal at which its turn ended abnormally; undefined if it did not. */
  readonly end: number | undefined;
}

/**
 * Finds effects that were done again. That is allowed of a call whose worker was
 * killed, fenced or failed by its store before the result was on record, unless
 * the tool is a `once` tool.
 */
export function examineEffects(
  notes: readonly Note[],
  killed: ReadonlySet<string>,
): Pick<Findings, "effects" | "inFlight" | "repeated" | "onceRepeated" | "problems"> {
  const ends = new Ends(notes, killed);
  const recorded = recordedAt(notes);
  const problems: string[] = [];
  const calls = new Map<string, Effect[]>();
  let inFlight = 0;
  for (const [at, note] of notes.entries()) {
    if (note.kind !== "effect") continue;
    const effect = { ...note, at, end: ends.after(note, at) };
    const { worker, callKey, isRecorded } = effect;
    const result = recorded.get(`${worker} ${callKey}`)?.find((result) => result > at);
    if (effect.end !== undefined && (result ?? Infinity) >= effect.end) inFlight++;
    // A tool that was started before its worker was stopped for a while cannot know that
    // another has finished its call, and may go on when its turn was given up.
    const isZombie = ends.isLost(note);
    if (isRecorded && !isZombie) problems.push(`${callKey}: ran with a result on record`);
    const effects = calls.get(callKey) ?? [];
    const before = effects.at(-1);
    if (before !== undefined && before.end === undefined && !isZombie) {
      problems.push(`${callKey}: ran again, though the turn before did not end`);
    }
    const known = before && recorded.get(`${before.worker} ${callKey}`)?.[0];
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
class Ends {
  readonly #killed: ReadonlySet<string>;
  readonly #ends = new Map<string, number[]>();
  readonly #lost = new Set<string>();

  constructor(notes: readonly Note[], killed: ReadonlySet<string>) {
    this.#killed = killed;
    for (const [at, note] of notes.entries()) {
      if (note.kind === "lost") this.#lost.add(turnOf(note));
      if (note.kind === "lost" || note.kind === "failed") append(this.#ends, turnOf(note), at);
    }
  }

  /** Returns the place of the next loss, store failure or death of the worker of a note. */
  after(note: Note, at: number): number | undefined {
    const end = this.#ends.get(turnOf(note))?.find((end) => end > at);
    return end ?? (this.#killed.has(note.worker) || this.isLost(note) ? Infinity : undefined);
  }

  /** True if the worker of a note lost the session to another. It plays it no more then. */
  isLost(note: Note): boolean {
    return this.#lost.has(turnOf(note));
  }
}

function turnOf({ worker, session }: Note): string {
  return `${worker} ${session}`;
}

/** Returns the places at which the results of each call were acknowledged, by worker and call. */
function recordedAt(notes: readonly Note[]): ReadonlyMap<string, readonly number[]> {
  const recorded = new Map<string, number[]>();
  for (const [at, note] of notes.entries()) {
    if (note.kind !== "acknowledged") continue;
    const [, event] = JSON.parse(note.body);
    if (event.type === "tool_finished") append(recorded, `${note.worker} ${event.callKey}`, at);
  }
  return recorded;
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
