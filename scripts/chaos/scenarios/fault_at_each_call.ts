/**
 * Lets each call to the store fail, one after the other, in every way in which a
 * call can fail, and finishes the session with the store as it should be.
 *
 * @module
 */
import { type Store, StoreError } from "@nomos/agent/store";
import { interceptedStore } from "../intercepted_store.ts";
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { IMPATIENT, Trial } from "../trial.ts";

const TURNS = 3;

/** A way to fail. */
interface Fault {
  readonly name: string;
  /** True if the call was done all the same. */
  readonly isDone?: boolean;
  readonly isRetryable?: boolean;
  readonly isUnknown?: boolean;
  /** True if every call after it fails too. */
  readonly isLasting?: boolean;
}

const FAULTS: readonly Fault[] = [
  { name: "fails for good" },
  { name: "fails for now", isRetryable: true },
  { name: "is done, and the answer lost", isDone: true, isUnknown: true, isRetryable: true },
  { name: "is not done, and the answer lost", isUnknown: true, isRetryable: true },
  { name: "fails, and all after it", isRetryable: true, isLasting: true },
  { name: "is done, and nothing after it", isDone: true, isUnknown: true, isLasting: true },
];

/** The scenario. */
export const faultAtEachCall: Scenario = { name: "fault at each storage call", run };

async function run(arena: Arena): Promise<Findings> {
  const { store, effort } = arena;
  using trial = new Trial(arena, "faults");
  let faults = 0;
  let survived = 0;
  for (const fault of FAULTS) {
    for (let at = 1 + effort.seed % effort.stride;; at += effort.stride) {
      const id = `faults/${fault.name}/${at}`;
      trial.sessions.set(id, TURNS);
      const faulty = faultyStore(store, at, fault);
      using journal = trial.journal(id);
      try {
        await trial.player({ clock: IMPATIENT, truth: store }, faulty.store, journal)
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
  const findings = await trial.examine(faults);
  const unnoticed = survived - FAULTS.length;
  return { ...findings, notes: [`${unnoticed} of ${faults} faults were not even noticed`] };
}

/** A store whose call of this number fails. */
function faultyStore(store: Store, at: number, fault: Fault) {
  let calls = 0;
  return {
    hasFailed: () => calls >= at,
    store: interceptedStore(store, async (_, call) => {
      const number = ++calls;
      if (number === at && fault.isDone) await call();
      if (number === at || number > at && fault.isLasting) {
        throw new StoreError(`the call ${fault.name}`, fault);
      }
      return await call();
    }),
  };
}
