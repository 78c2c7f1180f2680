/**
 * Suspends a worker in the middle of a turn, and then kills it: its lease, which lasts for an
 * hour, must be refused to others while it lives, and be theirs as soon as it is dead.
 *
 * @module
 */
import { SessionBusyError } from "@nomos/agent";
import type { Store } from "@nomos/agent/store";
import { interceptStore } from "../intercept_store.ts";
import { type Player, runConcurrently } from "../player.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { scriptedAgent } from "../scripted_agent.ts";
import { NO_WORLD } from "../session_check.ts";
import { Trial } from "../trial.ts";
import { chooseStop } from "./stop_beyond_lease.ts";

const TURNS = 3;
/** Duration of a lease, in milliseconds. */
const LEASE_TIME = 3_600_000;
/** Maximum time from the death of an owner to the next claim, in milliseconds. */
const MAX_DELAY = 5_000;

/** Kills owners of leases. */
export const deadOwners: Scenario = { name: "takeover of dead owners", run };

async function run(environment: Environment, effort: Effort): Promise<Findings> {
  const { store } = environment;
  using trial = new Trial(environment, "owners");
  const { problems } = trial;
  const delays: number[] = [];

  const rounds = Math.max(2, Math.ceil(effort.kills / 10));
  await runConcurrently(2, Array.from({ length: rounds }, (_, round) => round), async (round) => {
    const id = `owners/${round}`;
    trial.sessions.set(id, TURNS);
    const worker = trial.start({
      worker: id,
      sessions: [id],
      turns: TURNS,
      whenBusy: "refuse",
      leaseTime: LEASE_TIME,
      crashPoint: chooseStop(round + effort.seed),
    });
    if (!await worker.waitFor("stopping")) problems.push(`${id}: was never suspended`);
    problems.push(...await findTakeover(store, id));
    worker.signal("SIGKILL");
    const killedAt = performance.now();
    const { code, errors } = await worker.end;
    if (code === 137) trial.killed.add(id);
    else problems.push(`${id}: the worker ended with ${code}: ${errors}`);

    let delay = Infinity;
    const watched = interceptStore(store, async (method, call) => {
      const result = await call();
      const isClaimed = method === "claim" && result !== undefined;
      if (isClaimed) delay = Math.min(delay, performance.now() - killedAt);
      return result;
    });
    const successor = trial.player({ whenBusy: "refuse", leaseTime: LEASE_TIME }, watched);
    await playWhenFree(successor, id, killedAt + MAX_DELAY).catch((error) => {
      problems.push(`${id}: threw ${error}`);
    });
    delays.push(delay);
  });

  const longest = Math.ceil(Math.max(...delays));
  return await trial.examine(rounds, [
    `claimed at most ${longest} ms after the death of the owner`,
  ]);
}

/** Plays a session as soon as its owner is known to be dead, which PostgreSQL notices a little later. */
async function playWhenFree(player: Player, id: string, until: number): Promise<void> {
  for (;;) {
    try {
      return await player.play(id, TURNS);
    } catch (error) {
      if (!(error instanceof SessionBusyError) || performance.now() > until) throw error;
    }
  }
}

/** Tries to take a session over from a suspended owner. Returns a problem if that succeeds. */
async function findTakeover(store: Store, id: string): Promise<readonly string[]> {
  const session = await scriptedAgent().openSession(id, { store, context: NO_WORLD });
  try {
    await session.resume();
    return [`${id}: was taken over from an owner that was only suspended`];
  } catch (error) {
    return error instanceof SessionBusyError ? [] : [`${id}: threw ${error}`];
  }
}
