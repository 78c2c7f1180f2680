/**
 * Fails each call to the store in turn, in every way in which a call can fail, and finishes
 * the session with an intact store.
 *
 * @module
 */
import { type Store, StoreError } from "@nomos/agent/store";
import { interceptStore } from "../intercept_store.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { FAST_CLOCK, Trial } from "../trial.ts";

const TURNS = 3;

/** Way in which a call fails. */
interface Fault {
  readonly name: string;
  /** True if the call takes effect nevertheless. */
  readonly isDone?: boolean;
  readonly isRetryable?: boolean;
  readonly isUnknown?: boolean;
  /** True if every later call fails too. */
  readonly isLasting?: boolean;
}

const FAULTS: readonly Fault[] = [
  { name: "fails permanently" },
  { name: "fails temporarily", isRetryable: true },
  { name: "takes effect, and the reply is lost", isDone: true, isUnknown: true, isRetryable: true },
  { name: "takes no effect, and the reply is lost", isUnknown: true, isRetryable: true },
  { name: "fails, and all later ones", isRetryable: true, isLasting: true },
  { name: "takes effect, and all later ones fail", isDone: true, isUnknown: true, isLasting: true },
];

/** Fails each call to the store. */
export const faultAtEachCall: Scenario = { name: "fault at each storage call", run };

async function run(environment: Environment, { seed, stride }: Effort): Promise<Findings> {
  const { store } = environment;
  using trial = new Trial(environment, "faults");
  let faults = 0;
  let survived = 0;
  for (const fault of FAULTS) {
    for (let at = 1 + seed % stride;; at += stride) {
      const id = `faults/${fault.name}/${at}`;
      trial.sessions.set(id, TURNS);
      const faulty = makeFaultyStore(store, at, fault);
      using journal = trial.journal(id);
      try {
        await trial.player({ clock: FAST_CLOCK, truth: store }, faulty.store, journal)
          .play(id, TURNS);
        survived++;
      } catch (error) {
        if (!(error instanceof StoreError)) trial.problems.push(`${id}: threw ${error}`);
      }
      using rescue = trial.journal(`${id}/rescuer`);
      await trial.player({}, store, rescue).play(id, TURNS);
      if (!faulty.hasFailed()) break;
      faults++;
    }
  }
  const harmless = survived - FAULTS.length;
  return await trial.examine(faults, [
    `${harmless} of ${faults} faults were survived without a failed turn`,
  ]);
}

/** Makes a store whose call of this number fails. */
function makeFaultyStore(store: Store, at: number, fault: Fault) {
  let calls = 0;
  return {
    hasFailed: () => calls >= at,
    store: interceptStore(store, async (_, call) => {
      const number = ++calls;
      if (number === at && fault.isDone) await call();
      if (number === at || number > at && fault.isLasting) {
        throw new StoreError(`the call ${fault.name}`, fault);
      }
      return await call();
    }),
  };
}
