/**
 * Loses the reply of each write of a session in turn, once or for all attempts, whether the write
 * took effect or not: the session must never lock itself out, and play all its turns.
 *
 * @module
 */
import { type Store, StoreError } from "@nomos/agent/store";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { interceptStore } from "../intercept_store.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

const TURNS = 4;
/** Writes that change who holds a session. An append may do so too, at the borders of a turn. */
const METHODS = ["claim", "renew", "release", "append"] as const;
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
  const found = METHODS.flatMap((method) =>
    LOSSES.map(async (loss, index) => {
      for (let faults = 0, at = 1 + seed % stride;; faults++, at += stride) {
        const id = `replies/${method}/${index}/${at}`;
        trial.sessions.set(id, TURNS);
        const lossy = loseReplies(store, method, at, loss);
        using journal = trial.journal(id);
        const player = trial.player({
          clock: QUICK_CLOCK,
          truth: store,
          // Every other policy would hide that the session is locked.
          whenBusy: "refuse",
          keepsSessions: true,
          ...(method === "renew" && { toolTime: TOOL_TIME }),
        }, lossy.store, journal);
        try {
          // A single request is sent again, so that no turn fails.
          await player.play(id, TURNS, loss.replies === 1 ? "stop" : "retry");
        } catch (error) {
          trial.problems.push(`${id}: threw ${error}`);
          return { method, faults };
        }
        if (!lossy.hasFailed()) return { method, faults };
      }
    })
  );
  const done = await Promise.all(found);
  const counts = METHODS.map((method) =>
    done.filter((one) => one.method === method).reduce((sum, { faults }) => sum + faults, 0)
  );
  return await trial.examine(counts.reduce((sum, count) => sum + count), [
    METHODS.map((method, index) => `${counts[index]} of ${method}`).join(", "),
  ]);
}

/** Makes a store that loses some replies of a method, from the call of this number on. */
function loseReplies(store: Store, method: string, at: number, { replies, isDone }: Loss) {
  let calls = 0;
  return {
    hasFailed: () => calls >= at,
    store: interceptStore(store, async (called, call) => {
      const number = called === method ? ++calls : 0;
      if (number < at || number >= at + replies) return await call();
      if (isDone) await call();
      throw new StoreError(`the reply of ${method}() is lost`, {
        isUnknown: true,
        isRetryable: true,
      });
    }),
  };
}
