/**
 * Lets each call to the store fail, one after the other, in every way in which a
 * call can fail, and finishes the session with the store as it should be.
 *
 * @module
 */
import { type Store, StoreError } from "@nomos/agent/store";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { IMPATIENT } from "../impatient.ts";
import { type Intercept, InterceptedStore } from "../intercepted_store.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";

const TURNS = 3;

/** How a call fails. */
interface Fault {
  readonly name: string;
  /** Whether it was done all the same. */
  readonly isDone?: boolean;
  readonly isRetryable?: boolean;
  readonly isUnknown?: boolean;
  /** Whether every call after it fails too. */
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

async function run({ store, folder, effort }: Arena): Promise<Findings> {
  const path = `${folder}/faults.jsonl`;
  const sessions = new Map<string, number>();
  const problems: string[] = [];
  let faults = 0;
  let survived = 0;
  for (const fault of FAULTS) {
    for (let at = 1 + effort.seed % effort.stride;; at += effort.stride) {
      const id = `faults/${fault.name}/${at}`;
      sessions.set(id, TURNS);
      const faulty = new FaultyStore(store, at, fault);
      using journal = new Journal(path, id);
      const player = new Player(faulty, journal, { clock: IMPATIENT, truth: store });
      try {
        await player.play(id, TURNS);
        survived++;
      } catch (error) {
        if (!(error instanceof StoreError)) problems.push(`${id}: threw ${error}`);
      }
      using rescue = new Journal(path, `${id}/rescuer`);
      await new Player(store, rescue).play(id, TURNS);
      if (!faulty.hasFailed) break;
      faults++;
    }
  }
  const notes = await readJournal(path);
  const findings = await examine({ store, sessions, notes, killed: new Set() });
  return {
    ...findings,
    blows: faults,
    problems: [...problems, ...findings.problems],
    notes: [`${survived - FAULTS.length} of ${faults} faults were not even noticed`],
  };
}

class FaultyStore extends InterceptedStore {
  #calls = 0;
  readonly #at: number;

  constructor(store: Store, at: number, fault: Fault) {
    const fail = () => new StoreError(`the call ${fault.name}`, fault);
    const intercept: Intercept = async (_, call) => {
      const number = ++this.#calls;
      if (number === at && fault.isDone) await call();
      if (number === at || number > at && fault.isLasting) throw fail();
      return await call();
    };
    super(store, (method, call) => intercept(method, call));
    this.#at = at;
  }

  get hasFailed(): boolean {
    return this.#calls >= this.#at;
  }
}
