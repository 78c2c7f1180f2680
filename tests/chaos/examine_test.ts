import { memoryStore, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { examine } from "../../scripts/chaos/examine.ts";
import type { Findings } from "../../scripts/chaos/scenario.ts";
import { type Intercept, interceptedStore } from "../../scripts/chaos/intercepted_store.ts";
import { Journal, type Note, readJournal } from "../../scripts/chaos/journal.ts";
import { Player } from "../../scripts/chaos/player.ts";

/** Plays a session of three turns, and gives what is examined of it. */
async function played(inputs?: readonly string[]): Promise<{ store: Store; notes: Note[] }> {
  const path = await Deno.makeTempFile({ prefix: "nomos_chaos_" });
  try {
    const store = memoryStore();
    using journal = new Journal(path, "w");
    const player = new Player(store, journal);
    if (inputs === undefined) await player.play("s", 3);
    else for (const input of inputs) await player.post("s", input);
    return { store, notes: [...await readJournal(path)] };
  } finally {
    await Deno.remove(path);
  }
}

function examined(store: Store, notes: readonly Note[], killed: string[] = []): Promise<Findings> {
  return examine({ store, sessions: new Map([["s", 3]]), notes, killed: new Set(killed) });
}

const isEffect = (note: Note) => note.kind === "effect";
const isResult = (note: Note) =>
  note.kind === "acknowledged" && note.body.includes("tool_finished");

Deno.test("examine() finds nothing wrong with a session that nobody disturbed", async () => {
  const { store, notes } = await played();
  const findings = await examined(store, notes);
  assertEquals(findings.problems, []);
  assertEquals([findings.acknowledged, findings.effects, findings.finished], [25, 6, 1]);
  assertEquals([findings.lost, findings.repeated, findings.inFlight], [0, 0, 0]);
});

Deno.test("examine() finds an acknowledged event that is not there, or not the same", async () => {
  const { store, notes } = await played();
  const note = notes.findLast(({ kind }) => kind === "acknowledged")!;
  const missing = { ...note, seq: 25 } as Note;
  const other = { ...note, body: "[2,{}]" } as Note;
  const { lost, problems } = await examined(store, [...notes, missing, other]);
  assertEquals([lost, problems.length], [2, 2]);
  assertEquals(problems[0], "s: acknowledged event 25 is lost");
});

Deno.test("examine() finds an effect that was done again, though its worker lives", async () => {
  const { store, notes } = await played();
  const at = notes.findIndex(isEffect);
  const again = notes.toSpliced(at, 0, { ...notes[at]!, worker: "dead" });
  const { problems, repeated } = await examined(store, again);
  assertEquals(repeated, 1);
  assertStringIncludes(problems.join(), "ran again, though the turn before did not end");
  const allowed = await examined(store, again, ["dead"]);
  assertEquals([allowed.problems, allowed.repeated, allowed.inFlight], [[], 1, 1]);
});

Deno.test("examine() finds an effect that was done again after its result was on record", async () => {
  const { store, notes } = await played();
  const [effect, result] = [notes.findIndex(isEffect), notes.findIndex(isResult)];
  const again = { ...notes[effect]!, worker: "next" };
  const told = await examined(store, notes.toSpliced(result + 1, 0, again), ["w"]);
  assertStringIncludes(told.problems.join(), "ran again after its result was acknowledged");
  const recorded = { ...notes[effect]!, isRecorded: true } as Note;
  const known = await examined(store, notes.with(effect, recorded), ["w"]);
  assertStringIncludes(known.problems.join(), "ran with a result on record");
  const lost: Note = { kind: "lost", worker: "w", session: "s", by: "append" };
  const zombie = await examined(store, [...notes.with(effect, recorded), lost]);
  assertEquals([zombie.problems, zombie.fenced], [[], 1]);
  const late = await examined(store, [...notes, lost, recorded]);
  assertEquals([late.problems, late.repeated, late.inFlight], [[], 1, 1]);
});

Deno.test("examine() finds a once tool that ran twice, even if its worker died", async () => {
  const { store, notes } = await played();
  const at = notes.findIndex((note) => note.kind === "effect" && note.tool === "pay");
  const again = notes.toSpliced(at, 0, { ...notes[at]!, worker: "dead" });
  const { onceRepeated, problems } = await examined(store, again, ["dead"]);
  assertEquals([onceRepeated, problems.length], [1, 1]);
  assertStringIncludes(problems[0]!, "pay ran twice");
});

Deno.test("examine() finds an input that is there twice, and one that is missing", async () => {
  const { store, notes } = await played(["turn 0", "turn 1", "turn 1"]);
  const { duplicates, finished, problems } = await examined(store, notes);
  assertEquals([duplicates, finished], [2, 0]);
  assertStringIncludes(problems[0]!, "is an input for the second time");
  assertEquals(problems[1], "s: has 2 inputs: expected 3");
});

Deno.test("examine() finds a changed entry, a missing one, and a turn that is not over", async () => {
  const { store, notes } = await played();
  const cases: readonly [(entries: unknown[]) => unknown[], string][] = [
    [
      (entries) => entries.with(3, { ...entries[3] as object, hash: "00" }),
      "content that matches its hash",
    ],
    [(entries) => entries.slice(0, -1), "its head is not its last entry"],
    [(entries) => entries.slice(0, -1), "s: ends interrupted"],
  ];
  for (const [change, expected] of cases) {
    const intercept: Intercept = async (method, call) => {
      const result = await call();
      return method === "entries" ? change(result as unknown[]) as typeof result : result;
    };
    const { problems } = await examined(interceptedStore(store, intercept), notes);
    assert(problems.some((problem) => problem.includes(expected)), problems.join());
  }
});
