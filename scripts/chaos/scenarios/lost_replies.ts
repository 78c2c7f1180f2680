/**
 * Loses the reply of each write of a session in turn, once or for all attempts, whether the write
 * took effect or not: the session must never lock itself out, and play all its turns.
 *
 * @module
 */
import { type Append, type Store, StoreError } from "@nomos/agent/store";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { interceptStore } from "../intercept_store.ts";
import type { PlayOptions } from "../player.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

const TURNS = 4;
/** Writes during turns. */
const WRITES = ["claim", "renew", "release", "append"] as const;
/** Losses: of one reply, or of those of all attempts, of writes that take effect or do not. */
const LOSSES: readonly Loss[] = [
  { replies: 1, isDone: true },
  { replies: 4, isDone: true },
  { replies: 4, isDone: false },
];
/** Factor by which timers fire sooner, while leases last as long as ever. */
const HASTE = 200;
/** Duration of a tool call, in milliseconds, so that the lease is renewed meanwhile. */
const TOOL_TIME = 40;

/** Loss of replies one after another. */
interface Loss {
  readonly replies: number;
  /** True if the writes take effect. */
  readonly isDone: boolean;
}

const QUICK_CLOCK: Clock = {
  now: () => systemClock.now(),
  setTimer: (milliseconds, callback) => systemClock.setTimer(milliseconds / HASTE, callback),
};

/** Loses replies. */
export const lostReplies: Scenario = { name: "lost replies", run };

async function run(environment: Environment, { seed, stride }: Effort): Promise<Findings> {
  const { store } = environment;
  using trial = new Trial(environment, "replies");
  const found = WRITES.flatMap((write) =>
    LOSSES.map(async (loss, index) => {
      for (let faults = 0, at = 1 + seed % stride;; faults++, at += stride) {
        const id = `replies/${write}/${index}/${at}`;
        trial.sessions.set(id, TURNS);
        const lossy = loseReplies(store, write, at, loss);
        using journal = trial.journal(id);
        const options: PlayOptions = {
          clock: QUICK_CLOCK,
          truth: store,
          // Every other policy would hide that the session is locked.
          whenBusy: "refuse",
          keepsSessions: true,
          ...(write === "renew" && { toolTime: TOOL_TIME }),
        };
        try {
          // A single request is sent again, so that no turn fails.
          await trial.player(options, lossy.store, journal)
            .play(id, TURNS, loss.replies === 1 ? "stop" : "retry");
        } catch (error) {
          trial.problems.push(`${id}: threw ${error}`);
          return { write, faults };
        }
        if (!lossy.hasFailed()) return { write, faults };
      }
    })
  );
  const done = await Promise.all(found);
  const counts = WRITES.map((write) =>
    done.filter((one) => one.write === write).reduce((sum, { faults }) => sum + faults, 0)
  );
  return await trial.examine(counts.reduce((sum, count) => sum + count), [
    WRITES.map((write, index) => `${counts[index]} of ${write}`).join(", "),
  ]);
}

/** Makes a store that loses some replies to writes of a kind, from that of this number on. */
function loseReplies(store: Store, write: string, at: number, { replies, isDone }: Loss) {
  let calls = 0;
  return {
    hasFailed: () => calls >= at,
    store: interceptStore(store, async (method, call, [, argument]) => {
      const releases = method === "append" && (argument as Append).release;
      const number = (releases ? "release" : method) === write ? ++calls : 0;
      if (number < at || number >= at + replies) return await call();
      if (isDone) await call();
      throw new StoreError(`the reply of a ${write} is lost`, {
        isUnknown: true,
        isRetryable: true,
      });
    }),
  };
}
