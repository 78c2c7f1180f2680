/**
 * Many clients that play, fork and delete one session and its child sessions at once: no
 * statement may be ended by a deadlock, and whatever is left must be whole.
 *
 * @module
 */
import { Agent, type AgentError, decide, type LLM, Tool } from "@nomos/agent";
import { postgresStore } from "@nomos/agent/postgres";
import type { Store } from "@nomos/agent/store";
import * as v from "valibot";
import { pick, type Random, seededRandom } from "../../../src/random.ts";
import {
  type Effort,
  type Environment,
  type Findings,
  NO_FINDINGS,
  type Scenario,
} from "../scenario.ts";

const ID = "family";
/** Maximum time until the first turn and the first fork with a child session, in milliseconds. */
const MAX_DELAY = 30_000;

/** Codes of the errors of clients that lose a race. */
const EXPECTED = ["CONFLICT", "LEASE_LOST", "SESSION_BUSY", "SESSION_DAMAGED"];

/** Plays, forks and deletes one family. */
export const oneFamily: Scenario = { name: "clients of one family", run };

async function run({ kind, url, store }: Environment, effort: Effort): Promise<Findings> {
  const shared = kind === "postgres"
    ? await postgresStore(url, { maxConnections: effort.clients, retries: 0 })
    : store;
  const problems: string[] = [];
  const done = { play: 0, fork: 0, familyFork: 0, delete: 0, lost: 0 };
  const random = seededRandom(effort.seed);
  const end = performance.now() + effort.kills * 50;
  const isOver = () => {
    const late = performance.now() - end;
    return late > MAX_DELAY || late > 0 && done.play > 0 && done.familyFork > 0;
  };
  const client = async (number: number) => {
    for (let round = 0; !isOver(); round++) {
      try {
        done[await act(shared, `${ID}/${number}/${round}`, random)]++;
      } catch (error) {
        if (EXPECTED.includes((error as AgentError).code)) done.lost++;
        else problems.push(String(error));
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: effort.clients }, (_, number) => client(number)));
    problems.push(...await findDamage(shared));
  } finally {
    if (shared !== store) await shared.close();
  }
  const { play, fork, familyFork, delete: deleted, lost } = done;
  if (play === 0 || familyFork === 0) problems.push("no child session was played and forked");
  return {
    ...NO_FINDINGS,
    faults: deleted + lost,
    problems,
    notes: [
      `${play} turns, ${familyFork} forks with a child, ${fork} without, ${deleted} deletions`,
    ],
  };
}

/** Plays a turn of the family, forks it, or deletes it. */
async function act(store: Store, forkId: string, random: Random) {
  // Deletions and takeovers are rare, so that turns reach their child session.
  const isRare = random() < 0.04;
  const action = isRare && random() < 0.5 ? "delete" : pick(["play", "fork"] as const, random)!;
  if (action === "delete") {
    await store.delete(ID);
    return action;
  }
  const whenBusy = isRare ? "interrupt" : "refuse";
  const session = await family().openSession(ID, { store, whenBusy });
  if (action === "play") {
    await session.next("Pay");
    return action;
  }
  const fork = await session.fork({ id: forkId });
  const [asked] = fork.approvals;
  if (asked !== undefined) await fork.deny(asked.callKey, "no");
  await store.delete(forkId);
  return asked === undefined ? "fork" : "familyFork";
}

/** Opens what is left, which verifies it, and plays it to its end. */
async function findDamage(store: Store): Promise<readonly string[]> {
  const { sessions } = await store.list({ prefix: ID });
  const found = sessions.map(async ({ id }) => {
    const session = await family().openSession(id, { store, whenBusy: "interrupt" });
    await session.next("Pay");
    const { status } = await session.deny(session.approvals[0]!.callKey, "no");
    await store.delete(id);
    return status === "waiting" ? [] : [`session ${id} is ${status} at the end`];
  });
  return (await Promise.all(found)).flat();
}

/** Creates an agent whose child agent waits for a person. */
function family(): Agent<Record<"work", unknown>> {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: true,
    run: () => "paid",
  });
  const work = (tool: Tool<never>) => ({ work: { description: "Work", tools: [tool] } });
  const child = new Agent({
    name: "child",
    llm: callOnce("pay", {}),
    start: "work",
    steps: work(pay as Tool<never>),
  });
  const help = child.asTool({ name: "child", description: "Pay" });
  return new Agent<Record<"work", unknown>>({
    name: "parent",
    llm: callOnce("child", { input: "Pay" }),
    start: "work",
    steps: work(help as unknown as Tool<never>),
  });
}

/** Creates a model that calls a tool once per input. */
function callOnce(tool: string, args: Record<string, string>): LLM {
  return {
    name: "family",
    decide: ({ messages }) => {
      const isAsked = messages.findLast(({ role }) => role !== "system")?.role === "user";
      const { reasoning, ...decision } = isAsked ? decide.call(tool, args) : decide.respond("done");
      return Promise.resolve({ output: { reasoning, decision } });
    },
  };
}
