/**
 * Worker process, which plays sessions until it is killed. Reads its task as JSON from
 * standard input, and prints `ready`, then `effect` for each effect and `stopping` before it
 * is suspended.
 *
 * @module
 */
import { LeaseLostError, openStore } from "@nomos/agent/store";
import { CrashInjector, type CrashPoint } from "./crash_injector.ts";
import { Journal } from "./journal.ts";
import { Player, type PlayOptions, runConcurrently } from "./player.ts";

/** Task of a worker. */
export interface WorkerTask extends Pick<PlayOptions, "whenBusy" | "leaseTime" | "toolTime"> {
  /** Unique name of the worker. */
  readonly worker: string;
  /** URL of the store. */
  readonly url: string;
  /** Path of the journal. */
  readonly journal: string;
  /** Ids of the sessions to play. */
  readonly sessions: readonly string[];
  /** Number of turns of each session, or the inputs to post to each at once. */
  readonly turns: number | readonly string[];
  /** Point at which the worker crashes. Default: none. */
  readonly crashPoint?: CrashPoint;
  /** Reaction to a failed turn. Default: `"stop"`. */
  readonly onFailure?: "stop" | "retry";
}

/** Number of sessions that are played concurrently. */
const CONCURRENCY = 4;

/** Exit code of a worker that lost a session to another. */
export const LOST_CODE = 3;

if (import.meta.main) {
  const task = await new Response(Deno.stdin.readable).json();
  Deno.exit(await work(task));
}

async function work(task: WorkerTask): Promise<number> {
  const { worker, sessions, turns, crashPoint, onFailure } = task;
  using journal = new Journal(task.journal, worker);
  const store = await openStore(task.url);
  const player = new Player(store, journal, {
    ...task,
    crash: new CrashInjector(crashPoint, () => report("stopping")),
    onEffect: () => report("effect"),
  });
  report("ready");
  try {
    await runConcurrently(CONCURRENCY, sessions, async (id) => {
      if (typeof turns === "number") await player.play(id, turns, onFailure);
      else await Promise.all(turns.map((input) => player.post(id, input)));
    });
    return 0;
  } catch (error) {
    if (error instanceof LeaseLostError) return LOST_CODE;
    throw error;
  } finally {
    await store.close();
  }
}

function report(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}
