/**
 * Runs all scenarios on a store.
 *
 * @module
 */
import { restartedServer, terminatedBackends } from "./scenarios/broken_connections.ts";
import { diskFull } from "./scenarios/disk_full.ts";
import { faultAtEachCall } from "./scenarios/fault_at_each_call.ts";
import { flippedBits, flippedWalBits } from "./scenarios/flipped_bits.ts";
import { flippedRows } from "./scenarios/flipped_rows.ts";
import { killAtCommits } from "./scenarios/kill_at_commits.ts";
import { killAtRandom } from "./scenarios/kill_at_random.ts";
import { parallelPosts } from "./scenarios/parallel_posts.ts";
import { stopBeyondLease } from "./scenarios/stop_beyond_lease.ts";
import type { Arena, Findings, Scenario } from "./scenario.ts";

const EVERYWHERE: readonly Scenario[] = [
  killAtCommits,
  killAtRandom,
  stopBeyondLease,
  faultAtEachCall,
  parallelPosts,
];

/** The scenarios of each kind of store. */
export const SCENARIOS: Readonly<Record<"sqlite" | "postgres", readonly Scenario[]>> = {
  sqlite: [...EVERYWHERE, diskFull, flippedBits, flippedWalBits],
  postgres: [...EVERYWHERE, terminatedBackends, restartedServer, flippedRows],
};

/** Result of one scenario. */
export interface Outcome extends Findings {
  /** The scenario and the store. */
  readonly name: string;
}

/** Runs the scenarios one after the other; `onOutcome` is told after each. */
export async function runChaos(
  arena: Arena,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const { kind } = arena.place;
  for (const scenario of SCENARIOS[kind]) {
    const name = `${kind}: ${scenario.name}`;
    const outcome = { name, ...await scenario.run(arena) };
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  return outcomes;
}
