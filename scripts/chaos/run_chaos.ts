/**
 * Scenarios of each store, and running them.
 *
 * @module
 */
import type { Effort, Environment, Findings, Scenario } from "./scenario.ts";
import { restartedServer, terminatedBackends } from "./scenarios/broken_connections.ts";
import { deadOwners } from "./scenarios/dead_owners.ts";
import { diskFull } from "./scenarios/disk_full.ts";
import { faultAtEachCall } from "./scenarios/fault_at_each_call.ts";
import { flippedBits, flippedWalBits } from "./scenarios/flipped_bits.ts";
import { flippedRows } from "./scenarios/flipped_rows.ts";
import { killAtCommits } from "./scenarios/kill_at_commits.ts";
import { killAtRandom } from "./scenarios/kill_at_random.ts";
import { lostReplies } from "./scenarios/lost_replies.ts";
import { missingLog } from "./scenarios/missing_log.ts";
import { oneFamily } from "./scenarios/one_family.ts";
import { parallelPosts } from "./scenarios/parallel_posts.ts";
import { stopBeyondLease } from "./scenarios/stop_beyond_lease.ts";

const SHARED: readonly Scenario[] = [
  killAtCommits,
  killAtRandom,
  stopBeyondLease,
  deadOwners,
  faultAtEachCall,
  lostReplies,
  parallelPosts,
  oneFamily,
];

/** Scenarios by kind of store. */
export const SCENARIOS: Readonly<Record<Environment["kind"], readonly Scenario[]>> = {
  sqlite: [...SHARED, diskFull, flippedBits, flippedWalBits, missingLog],
  postgres: [...SHARED, terminatedBackends, restartedServer, flippedRows],
};

/** Result of one scenario. */
export interface Outcome extends Findings {
  /** Kind of store and name of the scenario. */
  readonly name: string;
}

/** Runs all scenarios one after another. `onOutcome` is called after each. */
export async function runChaos(
  environment: Environment,
  effort: Effort,
  onOutcome: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of SCENARIOS[environment.kind]) {
    const outcome = { name: `${environment.kind}: ${name}`, ...await run(environment, effort) };
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  return outcomes;
}
