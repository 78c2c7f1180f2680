/**
 * A process that plays sessions, to be killed: it is told its task as JSON on its
 * standard input, and says on its output `ready`, `effect` for each effect, and
 * `stopping` before it stops.
 *
 * @module
 */
import { LeaseLostError } from "@nomos/agent/store";
import { Death, type DeathPoint } from "./death.ts";
import { Journal } from "./journal.ts";
import { openPlace, type Place } from "./place.ts";
import { atOnce, Player, type PlayOptions } from "./player.ts";

/** Task of a worker. */
export interface WorkerTask extends Pick<PlayOptions, "whenBusy" | "leaseTime" | "toolTime"> {
  /** Its name, new for each worker. */
  readonly worker: string;
  /** The store. */
  readonly place: Place;
  /** The file of the journal. */
  readonly journal: string;
  /** The sessions that it plays, a few at once. */
  readonly sessions: readonly string[];
  /** Number of turns of each session, or an input for each post to each of them. */
  readonly turns: number | readonly string[];
  /** Point at which it dies. Default: none. */
  readonly death?: DeathPoint;
  /** True to continue after failures of the storage. Default: false. */
  readonly isPatient?: boolean;
}

/** Number of sessions that are played concurrently. */
const SESSIONS_AT_ONCE = 4;

/** The exit code of a worker that lost a session to another. */
export const LOST_CODE = 3;

if (import.meta.main) {
  const task = await new Response(Deno.stdin.readable).json();
  Deno.exit(await work(task));
}

async function work(task: WorkerTask): Promise<number> {
  const { worker, sessions, turns, death, isPatient = false } = task;
  using journal = new Journal(task.journal, worker);
  const store = await openPlace(task.place);
  const player = new Player(store, journal, {
    ...task,
    death: new Death(death, () => say("stopping")),
    onEffect: () => say("effect"),
  });
  say("ready");
  try {
    await atOnce(SESSIONS_AT_ONCE, sessions, async (id) => {
      if (typeof turns === "number") await player.play(id, turns, isPatient ? "retry" : "stop");
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

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}
