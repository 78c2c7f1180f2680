/** Lists show of every session what it says itself when it is opened. */
import {
  AgentError,
  ConfigError,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
} from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import { type ListedSession, memoryStore, type SessionList, type Store } from "@nomos/agent/store";
import { assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { makeDesk } from "../../scripts/sessions/desk.ts";
import { dyingAtWrite } from "../fixtures/dying_store.ts";

const RESTING = ["waiting", "interrupted", "limited", "needs_approval", "ended"] as const;
const LEASE_TIME = 1_000;

const look = decide.call("look", { n: 1 });
const pay = { tool: "pay", args: { to: "ann", cents: 900 } };
const DECISIONS: readonly ScriptEntry[] = [
  look,
  decide.calls([pay]),
  decide.calls([pay, { tool: "send", args: { to: "bob" } }, { tool: "look", args: { n: 2 } }]),
  decide.call("clerk", { input: "Pay" }),
  decide.call("manager", { input: "Pay" }),
  decide.call("fail", {}),
  decide.end("Goodbye"),
  decide.respond("Done"),
];

/** Stores by name, with the number of runs. */
const STORES: readonly [string, Open, number][] = [
  ["memoryStore()", (clock) => memoryStore({ clock }), 150],
  ["sqliteStore()", (clock) => sqliteStore(":memory:", { clock }), 60],
];

type Open = (clock: () => number) => Store | Promise<Store>;

/** Sessions of one store, and random operations on them. */
class World {
  readonly #clock = { now: () => this.#time.now, setTimer: () => () => {} };
  readonly #time: { now: number };
  readonly #ids = ["a", "b"];
  readonly #plan: ScriptEntry[] = [];

  private constructor(readonly store: Store, time: { now: number }) {
    this.#time = time;
  }

  static async create(open: Open): Promise<World> {
    const time = { now: 1_000_000 };
    return new World(await open(() => time.now), time);
  }

  async apply([kind, which, pick]: readonly [number, number, number]): Promise<void> {
    const id = this.#ids[which % this.#ids.length]!;
    const dies = kind % 4 === 3;
    const store = dies
      ? dyingAtWrite(this.store, 1 + pick % 6, pick % 2 === 0, ["claim", "append", "release"])
      : this.store;
    const decision = DECISIONS[pick % DECISIONS.length]!;
    this.#plan.splice(0, Infinity, ...new Array(pick % 4 === 0 ? 9 : 1).fill(decision));
    try {
      const labels = pick % 3 === 0 ? [`l${pick % 4}`, "all"] : undefined;
      const session = await this.open(id, store, labels);
      await this.#play(session, kind, pick);
    } catch (error) {
      // Refused commands, and the stores of dying processes.
      if (!(error instanceof AgentError)) throw error;
    }
    this.#time.now += pick % 5 === 0 ? LEASE_TIME : 1;
  }

  async #play(session: Session, kind: number, pick: number): Promise<void> {
    const { status, approvals: [asked] } = session;
    if (kind === 0 && this.#ids.length < 5) {
      const id = `fork ${this.#ids.length}`;
      await session.fork({ id });
      this.#ids.push(id);
    } else if (asked !== undefined && kind !== 1) {
      const { callKey, hash } = asked;
      if (pick % 3 === 0) await session.deny(callKey, "no", { hash });
      else if (pick % 3 === 1) await session.settle(callKey, "done", { hash });
      else await session.approve(callKey, { hash });
    } else if (status === "interrupted" || status === "limited") {
      await session.resume();
    } else {
      const signal = kind === 2 ? AbortSignal.abort() : undefined;
      await session.next("Hi", {
        ...(signal && { signal }),
        ...(pick % 7 === 0 && { stopAfter: "tool" }),
      });
    }
  }

  async open(id: string, store = this.store, labels?: readonly string[]): Promise<Session> {
    const answer = () => this.#plan.shift() ?? decide.respond("Done");
    const clerk = [decide.calls([pay]), decide.respond("Paid")];
    const clerkLLM = new MockLLM(clerk, { whenDone: "repeat", validate: false });
    const agent = makeDesk(new MockLLM([answer], { whenDone: "repeat" }), {}, clerkLLM);
    const options = { store, clock: this.#clock, leaseTime: LEASE_TIME };
    return await agent.openSession(id, { ...options, ...(labels && { labels }) });
  }

  /** Asserts that lists show every session as it shows itself. */
  async check(): Promise<void> {
    const sessions: ListedSession[] = [];
    for (let after: string | undefined = ""; after !== undefined;) {
      const page: SessionList = await this.store.list({ after, limit: 2 });
      sessions.push(...page.sessions);
      after = page.next;
    }
    for (const { id, status, approvals, agent } of sessions) {
      const session = await this.open(id);
      assertEquals([id, status, approvals], [id, session.status, session.approvals]);
      assertEquals(agent, "desk");
    }
    for (const status of [...RESTING, "running"] as const) {
      const expected = sessions.filter((session) => session.status === status);
      assertEquals((await this.store.list({ status })).sessions, expected, status);
    }
    for (const label of ["l1", "all"]) {
      const expected = sessions.filter(({ labels }) => labels?.includes(label));
      assertEquals((await this.store.list({ label })).sessions, expected, label);
    }
  }
}

const anySteps = fc.array(fc.tuple(fc.nat(3), fc.nat(4), fc.nat(1_000)), { maxLength: 12 });

for (const [name, open, numRuns] of STORES) {
  Deno.test(`${name}: lists say what each session says, after any operations and crashes`, async () => {
    const property = fc.asyncProperty(anySteps, async (steps) => {
      const world = await World.create(open);
      try {
        for (const step of steps) await world.apply(step);
        await world.check();
      } finally {
        await world.store.close();
      }
    });
    await fc.assert(property, { seed: 4711, numRuns });
  });
}

Deno.test("openSession() sets labels, replaces those of a session that exists, or keeps them", async () => {
  const store = memoryStore();
  const agent = makeDesk(new MockLLM([]));
  const labelsOf = async (id: string) => (await store.read(id))?.labels;
  const open = (labels?: readonly string[]) =>
    agent.openSession("s", { store, ...(labels && { labels }) });
  await open(["web", "tenant-7", "web"]);
  assertEquals(await labelsOf("s"), ["tenant-7", "web"]);
  const session = await open();
  assertEquals(await labelsOf("s"), ["tenant-7", "web"]);
  await session.fork({ id: "fork" });
  assertEquals(await labelsOf("fork"), ["tenant-7", "web"]);
  await open(["tenant-8"]);
  assertEquals([await labelsOf("s"), await labelsOf("fork")], [["tenant-8"], ["tenant-7", "web"]]);
  await open([]);
  assertEquals(await labelsOf("s"), undefined);
  const many = Array.from({ length: 17 }, (_, label) => `${label}`);
  for (const labels of [[""], ["x".repeat(101)], many, [1], "web", null]) {
    const opening = () => agent.openSession("s", { store, labels: labels as string[] });
    await assertRejects(opening, ConfigError, 'Cannot open session "s"');
  }
});
