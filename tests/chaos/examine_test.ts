import { memoryStore, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { examine } from "../../scripts/chaos/examine.ts";
import { type Intercept, interceptStore } from "../../scripts/chaos/intercept_store.ts";
import { Journal, type JournalRecord, readJournal } from "../../scripts/chaos/journal.ts";
import { Player } from "../../scripts/chaos/player.ts";

/** Plays a session of three turns. Returns its store and the records of the journal. */
async function played(
  inputs?: readonly string[],
): Promise<{ store: Store; records: JournalRecord[] }> {
  const path = await Deno.makeTempFile({ prefix: "nomos_chaos_" });
  try {
    const store = memoryStore();
    using journal = new Journal(path, "w");
    const player = new Player(store, journal);
    if (inputs === undefined) await player.play("s", 3);
    else for (const input of inputs) await player.post("s", input);
    return { store, records: [...await readJournal(path)] };
  } finally {
    await Deno.remove(path);
  }
}

function examined(store: Store, records: readonly JournalRecord[], killed: string[] = []) {
  return examine({ store, sessions: new Map([["s", 3]]), records, killed: new Set(killed) });
}

const isEffect = (record: JournalRecord) => record.kind === "effect";
const isResult = (record: JournalRecord) =>
  record.kind === "acknowledged" && record.body.includes("tool_finished");

Deno.test("examine() finds no problem in an undisturbed session", async () => {
  const { store, records } = await played();
  const findings = await examined(store, records);
  assertEquals(findings.problems, []);
  assertEquals([findings.acknowledged, findings.effects], [29, 7]);
  assertEquals([findings.lost, findings.repeated, findings.inFlight], [0, 0, 0]);
});

Deno.test("examine() finds an acknowledged event that is missing or changed", async () => {
  const { store, records } = await played();
  const last = records.findLast(({ kind }) => kind === "acknowledged")!;
  const missing = { ...last, seq: 29 } as JournalRecord;
  const other = { ...last, body: "[2,{}]" } as JournalRecord;
  const { lost, problems } = await examined(store, [...records, missing, other]);
  assertEquals([lost, problems.length], [2, 2]);
  assertEquals(problems[0], "s: acknowledged event 29 is lost");
});

Deno.test("examine() finds an acknowledged event of a child session that is missing or changed", async () => {
  const { store, records } = await played(["turn 0", "turn 1", "turn 3"]);
  const findings = await examined(store, records);
  assertEquals([findings.problems, findings.lost], [[], 0]);
  const child = records.findLast((record) => "child" in record)!;
  const missing = { ...child, seq: 99 } as JournalRecord;
  const other = { ...child, body: "[2,{}]" } as JournalRecord;
  const unknown = { ...child, child: "gone" } as JournalRecord;
  const { lost, problems } = await examined(store, [...records, missing, other, unknown]);
  assertEquals([lost, problems.length], [3, 3]);
  assertStringIncludes(problems[0]!, "/1: acknowledged event 99 is lost");
});

Deno.test("examine() finds a repeated effect whose worker was not killed", async () => {
  const { store, records } = await played();
  const at = records.findIndex(isEffect);
  const again = records.toSpliced(at, 0, { ...records[at]!, worker: "dead" });
  const { problems, repeated } = await examined(store, again);
  assertEquals(repeated, 1);
  assertStringIncludes(problems.join(), "ran again although the turn before did not end");
  const allowed = await examined(store, again, ["dead"]);
  assertEquals([allowed.problems, allowed.repeated, allowed.inFlight], [[], 1, 1]);
});

Deno.test("examine() finds a repeated effect whose result was recorded", async () => {
  const { store, records } = await played();
  const [effect, result] = [records.findIndex(isEffect), records.findIndex(isResult)];
  const again = { ...records[effect]!, worker: "next" };
  const told = await examined(store, records.toSpliced(result + 1, 0, again), ["w"]);
  assertStringIncludes(told.problems.join(), "ran again after its result was acknowledged");
  const recorded = { ...records[effect]!, isRecorded: true } as JournalRecord;
  const known = await examined(store, records.with(effect, recorded), ["w"]);
  assertStringIncludes(known.problems.join(), "ran although its result was recorded");
  const lost: JournalRecord = { kind: "lost", worker: "w", session: "s", by: "append" };
  const zombie = await examined(store, [...records.with(effect, recorded), lost]);
  assertEquals([zombie.problems, zombie.fenced], [[], 1]);
  const late = await examined(store, [...records, lost, recorded]);
  assertEquals([late.problems, late.repeated, late.inFlight], [[], 1, 1]);
});

Deno.test("examine() finds a once tool that ran twice, even if its worker was killed", async () => {
  const { store, records } = await played();
  const at = records.findIndex((record) => record.kind === "effect" && record.tool === "pay");
  const again = records.toSpliced(at, 0, { ...records[at]!, worker: "dead" });
  const { onceRepeated, problems } = await examined(store, again, ["dead"]);
  assertEquals([onceRepeated, problems.length], [1, 1]);
  assertStringIncludes(problems[0]!, "pay ran twice");
});

Deno.test("examine() finds a duplicate input and a missing one", async () => {
  const { store, records } = await played(["turn 0", "turn 1", "turn 1"]);
  const { duplicates, problems } = await examined(store, records);
  assertEquals(duplicates, 2);
  assertStringIncludes(problems[0]!, "is an input for the second time");
  assertEquals(problems[1], "s: has 2 inputs: expected 3");
});

Deno.test("examine() finds a changed entry, a missing one and an unfinished turn", async () => {
  const { store, records } = await played();
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
    const { problems } = await examined(interceptStore(store, intercept), records);
    assert(problems.some((problem) => problem.includes(expected)), problems.join());
  }
});
