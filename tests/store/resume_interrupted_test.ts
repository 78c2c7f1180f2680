import { Agent, ConfigError, decide, LLMError, MockLLM, Tool } from "@nomos/agent";
import { memoryStore, resumeInterrupted, type Store, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { dyingAtWrite } from "../fixtures/dying_store.ts";

/** Time after which every lease of the tests has expired, in milliseconds. */
const LEASE_TIME = 15_000;

/** Creates an agent whose model calls the tool `work` once in each turn. */
function makeAgent(
  work: (db: string) => string | Promise<string> = () => "worked",
  name = "worker",
) {
  const tool = new Tool({
    name: "work",
    description: "Work",
    args: v.object({}),
    run: (_, { context }: { context: { readonly db: string } }) => work(context.db),
  });
  const llm = new MockLLM([({ messages }) => {
    const hasWorked = messages.some(({ role }) => role === "tool");
    return hasWorked ? decide.respond("Done") : decide.call("work", {});
  }], { whenDone: "repeat" });
  return new Agent({ name, llm, start: "s", steps: { s: { description: "Work", tools: [tool] } } });
}

const context = { db: "main" };

/** A store whose clock is advanced by hand, in which processes die. */
function makeWorld() {
  let now = 1_000;
  const store = memoryStore({ clock: () => now });
  return {
    store,
    /** Lets every lease expire. */
    expire: () => void (now += LEASE_TIME),
    /** Starts a turn in a process that dies at the nth write. */
    async crash(id: string, agent = makeAgent(), at = 3): Promise<void> {
      const dying = dyingAtWrite(store, at, false, ["claim", "append", "release"]);
      const session = await agent.openSession(id, { store: dying, context });
      await assertRejects(() => session.next("Hi"), StoreError, "died");
    },
  };
}

Deno.test("resumeInterrupted() finishes the turns of processes that died, with the context of each", async () => {
  const { store, expire, crash } = makeWorld();
  for (const id of ["a", "b", "c"]) await crash(id);
  assertEquals((await resumeInterrupted(store, makeAgent(), { context })).resumed, []);
  expire();
  const dbs: string[] = [];
  const agent = makeAgent((db) => (dbs.push(db), "worked"));
  const report = await resumeInterrupted(store, agent, {
    context: (id) => ({ db: `db of ${id}` }),
  });
  assertEquals(report, {
    resumed: ["a", "b", "c"].map((id) => ({ id, status: "waiting" as const })),
    failed: [],
    skipped: [],
  });
  assertEquals(dbs.sort(), ["db of a", "db of b", "db of c"]);
  const { sessions } = await store.list({ status: "waiting" });
  assertEquals(
    sessions.map(({ id, lease }) => [id, lease]),
    ["a", "b", "c"].map((id) => [id, undefined]),
  );
});

Deno.test("resumeInterrupted() leaves sessions alone that did not crash, or belong to another agent", async () => {
  const { store, expire, crash } = makeWorld();
  const stopped = await makeAgent().openSession("stopped", { store, context });
  await stopped.next("Hi", { signal: AbortSignal.abort() });
  const failing = new Agent({
    name: "worker",
    llm: new MockLLM([new LLMError("down")]),
    start: "s",
    steps: { s: { description: "Work" } },
  });
  const failed = await failing.openSession("failed", { store });
  await assertRejects(() => failed.next("Hi"), LLMError);
  await crash("other", makeAgent(undefined, "other"));
  await crash("unnamed");
  await forgetAgent(store, "unnamed");
  expire();
  await crash("running");
  assertEquals((await store.list({ status: "interrupted" })).sessions.map(({ id }) => id), [
    "failed",
    "other",
    "stopped",
    "unnamed",
  ]);
  const report = await resumeInterrupted(store, makeAgent(), { context });
  assertEquals(report, { resumed: [], failed: [], skipped: [] });
});

/** Copies a session under the metadata of an older release, which named no agent. */
async function forgetAgent(store: Store, id: string): Promise<void> {
  const { meta, hash } = (await store.read(id))!;
  const entries = await store.entries(id, { from: 0, limit: 100 });
  await store.delete(id);
  const { agent: _, ...rest } = JSON.parse(meta);
  await store.create(id, { meta: JSON.stringify(rest), hash });
  const lease = (await store.claim(id, { owner: "gone", ttl: LEASE_TIME }))!;
  await store.append(lease, { head: 0, entries, status: "interrupted" });
}

Deno.test("resumeInterrupted() skips a session that crashed in each of its attempts, until another turn", async () => {
  const { store, expire, crash } = makeWorld();
  await crash("poison");
  const attempt = async (maxAttempts?: number) => {
    expire();
    const dying = dyingAtWrite(store, 2, false, ["claim", "append", "release"]);
    const limit = maxAttempts === undefined ? {} : { maxAttempts };
    const { failed, skipped } = await resumeInterrupted(dying, makeAgent(), { context, ...limit });
    return failed.length > 0 ? "died" : skipped[0]?.reason;
  };
  assertEquals(await attempt(1), "died");
  assertEquals(await attempt(1), "attempts");
  assertEquals([await attempt(), await attempt()], ["died", "died"]);
  assertEquals([await attempt(), await attempt()], ["attempts", "attempts"]);
  const session = await makeAgent().openSession("poison", { store, context });
  assertEquals((await session.resume()).response, "Done");
  await crash("poison", makeAgent(), 2);
  assertEquals(await attempt(), "died");
});

Deno.test("resumeInterrupted() reports failures, and goes on with the other sessions", async () => {
  const { store, expire, crash } = makeWorld();
  for (const id of ["a", "b", "c"]) await crash(id);
  expire();
  const report = await resumeInterrupted(store, makeAgent(), {
    context: (id) => {
      if (id === "b") throw new RangeError("no database");
      return context;
    },
  });
  assertEquals(report.resumed.map(({ id }) => id), ["a", "c"]);
  assertEquals(report.failed.map(({ id, error }) => [id, String(error)]), [
    ["b", "RangeError: no database"],
  ]);
});

Deno.test("resumeInterrupted() resumes 4 sessions at once by default, and reports those that are taken", async () => {
  const { store, expire, crash } = makeWorld();
  for (const id of "abcdefgh") await crash(id);
  expire();
  let running = 0;
  let most = 0;
  const agent = makeAgent(async () => {
    most = Math.max(most, ++running);
    // Another process takes a session that is not resumed yet.
    if (most === 1) await store.claim("h", { owner: "other", ttl: LEASE_TIME });
    for (let tick = 0; tick < 50; tick++) await null;
    running--;
    return "worked";
  });
  const report = await resumeInterrupted(store, agent, { context });
  assertEquals(report.resumed.length, 7);
  assertEquals(report.skipped, [{ id: "h", reason: "busy" }]);
  assert(most > 1 && most <= 4, `${most} at once`);
});

Deno.test("resumeInterrupted() refuses invalid options", async () => {
  const { store } = makeWorld();
  for (const options of [{ concurrency: 0 }, { maxAttempts: 1.5 }]) {
    const resume = () => resumeInterrupted(store, makeAgent(), { context, ...options });
    await assertRejects(resume, ConfigError, "expected a whole number from 1");
  }
  for (const [options, expected] of [[null, "an object"], [{ concurency: 1 }, "did you mean"]]) {
    const resume = () => resumeInterrupted(store, makeAgent(), options as never);
    await assertRejects(resume, ConfigError, expected as string);
  }
  const report = await resumeInterrupted(store, makeAgent(), { context, concurrency: 2 ** 53 - 1 });
  assertEquals(report, { resumed: [], failed: [], skipped: [] });
  await assertRejects(
    () => resumeInterrupted(store, {} as never),
    ConfigError,
    "expected an Agent",
  );
});

Deno.test("resumeInterrupted() finishes a limited turn that was resumed when its process died", async () => {
  const { store, expire } = makeWorld();
  const limits = { turn: { toolCalls: 0 } };
  const open = (from: Store, rest = {}) =>
    makeAgent().openSession("limited", { store: from, context, ...rest });
  assertEquals((await (await open(store, { limits })).next("Hi")).status, "limited");
  const dying = dyingAtWrite(store, 3, false, ["claim", "append", "release"]);
  const session = await open(dying);
  await assertRejects(() => session.resume(), StoreError, "died");
  expire();
  assertEquals((await store.list()).sessions.map(({ status }) => status), ["interrupted"]);
  const { resumed } = await resumeInterrupted(store, makeAgent(), { context });
  assertEquals(resumed, [{ id: "limited", status: "waiting" }]);
});
