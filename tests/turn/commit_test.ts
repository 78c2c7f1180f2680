import { assert, assertEquals, assertRejects } from "@std/assert";
import { Agent, decide, MockLLM, raw, type ScriptEntry, Tool } from "@nomos/agent";
import type { LLM, Message, Session, SessionEvent, State } from "@nomos/agent";
import { memoryStore, StoreError } from "@nomos/agent/store";
import * as v from "valibot";
import { type Appended, interceptAppends } from "../fixtures/appending_store.ts";

/** Model calls, tool runs and commits, in order. */
type Diary = string[];

/** Waits for one macrotask, because hashes are not computed while only microtasks run. */
const macrotask = () => new Promise((resolve) => setTimeout(resolve));

/** A model that records its calls. */
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

function agentOf(diary: Diary, llm: LLM): Agent {
  const slow = noted(diary, "slow", () => Promise.resolve("done"));
  const broken = noted(diary, "broken", () => {
    throw new Error("lost");
  });
  return new Agent({
    name: "tested",
    llm,
    start: "start",
    steps: {
      start: { description: "a", tools: [noted(diary, "quick"), slow], routes: { next: "go" } },
      next: { description: "b", tools: [broken] },
    },
    clock: () => 0,
  });
}

/** Called with the events of a commit before they are stored. */
type Commit = (events: readonly SessionEvent[]) => Promise<void> | void;

/** A stored session; `commit` is called before each of its commits. */
async function sessionOf(agent: Agent, commit: Commit): Promise<Session> {
  const store = interceptAppends(memoryStore(), async (appended, write) => {
    await commit(eventsIn(appended));
    return await write();
  });
  return await agent.openSession("s", { store });
}

function eventsIn({ entries }: Appended): SessionEvent[] {
  return entries.map(({ body }) => JSON.parse(body)[1]);
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

Deno.test("commit: no effect takes place before the commit that announces it", async () => {
  const diary: Diary = [];
  const committed: SessionEvent[] = [];
  const session = await sessionOf(agentOf(diary, noting(diary, SCRIPT)), (events) => {
    assertEquals(events[0]!.seq, committed.length);
    committed.push(...events);
    diary.push(line(events));
  });
  await session.next("Hi");
  assertEquals(diary, ORDER);
  assertEquals(session.state.events, committed);
});

Deno.test("commit: no effect takes place before an asynchronous commit has ended either", async () => {
  const diary: Diary = [];
  let committed = 0;
  const session: Session = await sessionOf(
    agentOf(diary, noting(diary, SCRIPT)),
    async (events) => {
      await macrotask();
      assertEquals(session.state.events.length, committed);
      await macrotask();
      committed += events.length;
      diary.push(line(events));
    },
  );
  for await (const part of session.stream("Hi")) assert("seq" in part && part.seq < committed);
  assertEquals(diary, ORDER);
});

Deno.test("commit: while a commit is pending, the model and the tools wait", async () => {
  const diary: Diary = [];
  let gate = Promise.withResolvers<void>();
  const session = await sessionOf(agentOf(diary, noting(diary, SCRIPT)), (events) => {
    diary.push(line(events));
    return gate.promise;
  });
  const turn = session.next("Hi");
  const seen: Diary[] = [];
  for (const length of [1, 3, 6]) {
    while (diary.length < length) await macrotask();
    for (let i = 0; i < 10; i++) await macrotask();
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

/** A commit function that fails the nth time, at once or later. */
function failingCommit(nth: number, isLate: boolean, diary: Diary): Commit {
  let count = 0;
  return async (events) => {
    const isFailing = count++ === nth;
    if (isLate) await macrotask();
    if (isFailing) throw new StoreError("disk full");
    diary.push(line(events));
  };
}

Deno.test("commit: a commit that fails appends nothing, and leaves the session interrupted", async () => {
  const commits = ORDER.filter((entry) => entry.startsWith("commit")).length;
  for (const isLate of [false, true]) {
    for (let nth = 1; nth < commits; nth++) {
      const label = `${isLate ? "late" : "early"} failure of commit ${nth}`;
      const diary: Diary = [];
      const agent = agentOf(diary, readingModel());
      const session = await sessionOf(agent, failingCommit(nth, isLate, diary));
      await assertRejects(() => session.next("Hi"), StoreError, "disk full");
      assertEquals(session.status, "interrupted", label);
      const { events } = session.state;
      assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index), label);
      const state = JSON.parse(JSON.stringify(session.state));
      assertEquals(agent.createSession({ state }).state, state, label);
      const turn = await session.resume();
      assertEquals([turn.status, session.status], ["ended", "ended"], label);
      assertSound(session.state.events, label);
    }
  }
});

Deno.test("commit: an input whose commit failed is not in the log, and can be sent again", async () => {
  const diary: Diary = [];
  const session = await sessionOf(
    agentOf(diary, noting(diary, SCRIPT)),
    failingCommit(0, true, diary),
  );
  await assertRejects(() => session.next("Hi"), StoreError);
  assertEquals([session.state.events, session.status, diary], [[], "waiting", []]);
  await session.next("Hi");
  assertEquals(diary, ORDER);
});

Deno.test("commit: a decision whose commit failed has no effect", async () => {
  const diary: Diary = [];
  const session = await sessionOf(
    agentOf(diary, noting(diary, SCRIPT)),
    failingCommit(1, true, diary),
  );
  await assertRejects(() => session.next("Hi"), StoreError);
  assertEquals(diary, ["commit user", "model"]);
});

Deno.test("commit: a store that keeps failing leaves the log as it was", async () => {
  for (let nth = 1; nth < 9; nth++) {
    let count = 0;
    const committed: SessionEvent[] = [];
    const session = await sessionOf(agentOf([], readingModel()), (events) => {
      if (count++ >= nth) throw new StoreError("gone");
      committed.push(...events);
    });
    await assertRejects(() => session.next("Hi"), StoreError, "gone");
    assertEquals([session.state.events, session.status], [committed, "interrupted"]);
    await assertRejects(() => session.resume(), StoreError, "gone");
    assertEquals([session.state.events, session.status], [committed, "interrupted"]);
  }
});

Deno.test("commit: a session killed between any two commits completes, and repeats no finished tool", async () => {
  const batches: (readonly SessionEvent[])[] = [];
  const recording = await sessionOf(agentOf([], noting([], SCRIPT)), (events) => {
    batches.push(events);
  });
  await recording.next("Hi");
  for (let kept = 1; kept < batches.length; kept++) {
    const diary: Diary = [];
    const events: SessionEvent[] = JSON.parse(JSON.stringify(batches.slice(0, kept).flat()));
    const step = events.findLast((event) => event.type === "moved")?.to ?? "start";
    const state: State = { version: 4, sessionId: "s", step, status: "interrupted", events };
    const session = agentOf(diary, readingModel()).createSession({ state });
    const known = events.filter(({ type }) => type === "tool_finished").length;
    const turn = await session.resume();
    assertEquals(turn.status, "ended", `${kept} commits`);
    assertEquals(diary.filter((entry) => entry.startsWith("run")).length, 3 - known);
    assertSound(session.state.events, `${kept} commits`);
  }
});

/** A model that follows the script from any point, because it decides by its messages. */
function readingModel(): LLM {
  return {
    name: "reading",
    decide: (request) => {
      const isNotice = ({ content }: Message) => content.startsWith("Refused (");
      const results =
        request.messages.filter((message) => message.role === "tool" && !isNotice(message)).length;
      const isRefused = request.messages.some(isNotice);
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
