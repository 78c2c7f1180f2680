import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Agent, decide, MockLLM, raw, type ScriptEntry, Tool } from "@nomos/agent";
import type { AgentOptions, LLM, SessionEvent } from "@nomos/agent";
import * as v from "valibot";
import { buildCore } from "../../src/agent/build_core.ts";
import { type Commit, Log } from "../../src/history/log.ts";
import { LiveSession } from "../../src/turn/live_session.ts";
import { Session } from "../../src/session/session.ts";

/** What happened in the world, in order. */
type Diary = string[];

/** A model that notes when it is asked. */
function noting(diary: Diary, script: readonly ScriptEntry[]): LLM {
  const llm = new MockLLM(script);
  return {
    name: "noting",
    decide: (request) => {
      diary.push("model");
      return llm.decide(request);
    },
  };
}

function noted(diary: Diary, name: string, run: () => unknown = () => "done"): Tool {
  const tool = new Tool({
    name,
    description: "",
    args: v.object({}),
    run: () => {
      diary.push(`run ${name}`);
      return run();
    },
  });
  return tool;
}

function optionsOf(diary: Diary, script: readonly ScriptEntry[]): AgentOptions<string, never> {
  const slow = noted(diary, "slow", () => Promise.resolve("done"));
  const broken = noted(diary, "broken", () => {
    throw new Error("lost");
  });
  return {
    name: "tested",
    llm: noting(diary, script),
    start: "start",
    steps: {
      start: { description: "a", tools: [noted(diary, "quick"), slow], routes: { next: "go" } },
      next: { description: "b", tools: [broken] },
    },
    clock: () => 0,
  };
}

/** A session whose log is written through this seam, continuing from these events. */
function sessionOf(
  options: AgentOptions<string, never>,
  commit: Commit,
  events: readonly SessionEvent[] = [],
): Session {
  const core = buildCore(options);
  return new Session(
    new LiveSession(core, "s", undefined, new Log(core.graph.start, events, commit)),
  );
}

const two = decide.calls([{ tool: "quick", args: {} }, { tool: "slow", args: {} }]);
const SCRIPT: readonly ScriptEntry[] = [
  two,
  raw("no decision"),
  decide.move("next"),
  decide.call("broken"),
  decide.end("Bye"),
];
const ORDER = [
  "commit user",
  "model",
  "commit decision tool_started tool_started",
  "run quick",
  "run slow",
  "commit tool_finished",
  "commit tool_finished",
  "model",
  "commit error",
  "model",
  "commit decision moved",
  "model",
  "commit decision tool_started",
  "run broken",
  "commit tool_finished",
  "model",
  "commit decision ended",
];

function line(events: readonly SessionEvent[]): string {
  return ["commit", ...events.map(({ type }) => type)].join(" ");
}

Deno.test("commit: nothing happens before the commit that announces it", async () => {
  const diary: Diary = [];
  const committed: SessionEvent[] = [];
  const session = sessionOf(optionsOf(diary, SCRIPT), (events) => {
    assertEquals(events[0]!.seq, committed.length);
    committed.push(...events);
    diary.push(line(events));
  });
  await session.next("Hi");
  assertEquals(diary, ORDER);
  assertEquals(session.state.events, committed);
});

Deno.test("commit: nothing happens before an asynchronous commit is over either", async () => {
  const diary: Diary = [];
  let committed = 0;
  const session = sessionOf(optionsOf(diary, SCRIPT), async (events) => {
    await null;
    assertEquals(session.state.events.length, committed);
    await null;
    committed += events.length;
    diary.push(line(events));
  });
  for await (const part of session.stream("Hi")) assert("seq" in part && part.seq < committed);
  assertEquals(diary, ORDER);
});

Deno.test("commit: while a commit is pending, the model and the tools wait", async () => {
  const diary: Diary = [];
  let gate = Promise.withResolvers<void>();
  const session = sessionOf(optionsOf(diary, SCRIPT), (events) => {
    diary.push(line(events));
    return gate.promise;
  });
  const turn = session.next("Hi");
  const seen: Diary[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 100; i++) await null;
    seen.push([...diary]);
    const open = gate;
    gate = Promise.withResolvers<void>();
    open.resolve();
  }
  assertEquals(seen, [ORDER.slice(0, 1), ORDER.slice(0, 3), ORDER.slice(0, 6)]);
  gate.resolve();
  // Every later commit finds the gate open.
  assertEquals((await turn).status, "ended");
});

Deno.test("commit: a seam that gives nothing costs no promise", () => {
  const log = new Log("start", [], () => {});
  assertStrictEquals(log.append([{ seq: 0, time: 0, type: "user", text: "Hi" }]), undefined);
  assertEquals(log.events.length, 1);
});

Deno.test("commit: a log keeps to itself the list it was made from", () => {
  const events: SessionEvent[] = [{ seq: 0, time: 0, type: "user", text: "Hi" }];
  const log = new Log("start", events);
  events.push({ seq: 1, time: 0, type: "ended" });
  assertEquals([log.events.length, log.position.status], [1, "interrupted"]);
});

class StoreError extends Error {}

/** Seams that fail their nth commit, at once or later, and take the others. */
function failingSeam(nth: number, isLate: boolean, diary: Diary): Commit {
  let count = 0;
  return (events) => {
    if (count++ !== nth) {
      diary.push(line(events));
      return isLate ? Promise.resolve() : undefined;
    }
    if (isLate) return Promise.reject(new StoreError("disk full"));
    throw new StoreError("disk full");
  };
}

Deno.test("commit: a seam that fails appends nothing, interrupts and leaves the session resumable", async () => {
  const commits = ORDER.filter((entry) => entry.startsWith("commit")).length;
  for (const isLate of [false, true]) {
    for (let nth = 0; nth < commits; nth++) {
      const label = `${isLate ? "late" : "early"} failure of commit ${nth}`;
      const diary: Diary = [];
      const llm = readingModel();
      const options = { ...optionsOf(diary, []), llm };
      const session = sessionOf(options, failingSeam(nth, isLate, diary));
      await assertRejects(() => session.next("Hi"), StoreError, "disk full");
      assertEquals(session.status, "interrupted", label);
      const { events } = session.state;
      assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index), label);
      const state = JSON.parse(JSON.stringify(session.state));
      assertEquals(new Agent(options as AgentOptions).createSession({ state }).state, state, label);
      const turn = await session.resume();
      assertEquals([turn.status, session.status], ["ended", "ended"], label);
      assertSound(session.state.events, label);
    }
  }
});

Deno.test("commit: an input whose commit failed was not said, and can be said again", async () => {
  const diary: Diary = [];
  const session = sessionOf(optionsOf(diary, SCRIPT), failingSeam(0, true, diary));
  await assertRejects(() => session.next("Hi"), StoreError);
  assertEquals([session.state.events, diary], [[], []]);
  await session.next("Hi");
  assertEquals(diary, ORDER);
});

Deno.test("commit: a decision whose commit failed has no effect", async () => {
  const diary: Diary = [];
  const session = sessionOf(optionsOf(diary, SCRIPT), failingSeam(1, true, diary));
  await assertRejects(() => session.next("Hi"), StoreError);
  assertEquals(diary, ["commit user", "model"]);
});

Deno.test("commit: a seam that fails for good leaves the log as it was", async () => {
  for (let nth = 0; nth < 9; nth++) {
    const diary: Diary = [];
    let count = 0;
    const committed: SessionEvent[] = [];
    const options = { ...optionsOf(diary, []), llm: readingModel() };
    const session = sessionOf(options, (events) => {
      if (count++ >= nth) return Promise.reject(new StoreError("gone"));
      committed.push(...events);
      return undefined;
    });
    await assertRejects(() => session.next("Hi"), StoreError, "gone");
    assertEquals([session.state.events, session.status], [committed, "interrupted"]);
    await assertRejects(() => session.resume(), StoreError, "gone");
    assertEquals([session.state.events, session.status], [committed, "interrupted"]);
  }
});

Deno.test("commit: killed between any two commits, a session completes and repeats no finished tool", async () => {
  const batches: (readonly SessionEvent[])[] = [];
  await sessionOf(optionsOf([], SCRIPT), (events) => void batches.push(events)).next("Hi");
  for (let kept = 1; kept < batches.length; kept++) {
    const diary: Diary = [];
    const events: SessionEvent[] = JSON.parse(JSON.stringify(batches.slice(0, kept).flat()));
    const llm = readingModel();
    const session = sessionOf({ ...optionsOf(diary, []), llm }, () => {}, events);
    const known = events.filter(({ type }) => type === "tool_finished").length;
    const turn = await session.resume();
    assertEquals(turn.status, "ended", `${kept} commits`);
    assertEquals(diary.filter((entry) => entry.startsWith("run")).length, 3 - known);
    assertSound(session.state.events, `${kept} commits`);
  }
});

/** The model of the script, whatever has already happened: it looks at what it is told. */
function readingModel(): LLM {
  return {
    name: "reading",
    decide: (request) => {
      const results =
        request.messages.filter(({ role, content }) =>
          role === "tool" && !content.startsWith("The last output")
        ).length;
      const isRefused = request.messages.some(({ content }) =>
        content.startsWith("The last output")
      );
      const { reasoning, ...decision } = request.step === "next"
        ? results < 3 ? decide.call("broken") : decide.end("Bye")
        : results < 2
        ? two
        : decide.move("next");
      const output = results === 2 && !isRefused ? "no decision" : { reasoning, decision };
      return Promise.resolve({ output });
    },
  };
}

function assertSound(events: readonly SessionEvent[], label: string): void {
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index), label);
  const started = events.flatMap((event) => event.type === "tool_started" ? [event.callKey] : []);
  const finished = events.flatMap((event) => event.type === "tool_finished" ? [event.callKey] : []);
  assertEquals(finished.toSorted(), started.toSorted(), label);
}
