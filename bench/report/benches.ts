/**
 * Results of `deno bench`.
 *
 * @module
 */
import { tryDeno } from "../../scripts/child.ts";
import type { Figure } from "../figure.ts";

/** One benchmark. Times are in nanoseconds. */
export interface Bench {
  /** Group within which it is compared. */
  readonly group: string;
  /** Name of the benchmark. */
  readonly name: string;
  /** True for the baseline of its group. */
  readonly isFloor: boolean;
  /** The least time of one iteration. */
  readonly minimum: number;
  /** The mean of all iterations. */
  readonly average: number;
  /** Only a hundredth of the iterations took longer. */
  readonly p99: number;
}

/** Output of `deno bench --json`, as far as it is used here. */
interface BenchOutput {
  readonly benches: readonly {
    readonly group: string | null;
    readonly name: string;
    readonly baseline: boolean;
    readonly results: readonly {
      readonly ok?: { readonly min: number; readonly avg: number; readonly p99: number };
      readonly failed?: { readonly message: string };
    }[];
  }[];
}

/**
 * Runs the benchmarks of a folder.
 *
 * @param folder The folder.
 * @throws {Error} if one of them fails.
 */
export async function runBenches(folder: URL): Promise<Bench[]> {
  const args = ["bench", "--no-prompt", "--no-check", "--quiet", "--json", "."];
  const { success, stdout, stderr } = await tryDeno(args, folder);
  // A benchmark that fails is told by its name in the output; a file that does not load is not.
  const benches = stdout.trim() === "" ? [] : readBenches(JSON.parse(stdout));
  if (success) return benches;
  throw new Error(`Cannot run deno bench: the process said\n${stderr}`);
}

/**
 * Reads what `deno bench --json` printed.
 *
 * @throws {Error} if a benchmark failed.
 */
export function readBenches({ benches }: BenchOutput): Bench[] {
  return benches.map(({ group, name, baseline, results }) => {
    const { ok, failed } = results[0] ?? {};
    if (ok === undefined) {
      throw new Error(`Cannot run the benchmark "${name}": ${failed?.message ?? "no result"}`);
    }
    return {
      group: group ?? "",
      name,
      isFloor: baseline,
      minimum: ok.min,
      average: ok.avg,
      p99: ok.p99,
    };
  });
}

/** The name of a benchmark among those of all groups. */
export function benchName({ group, name }: Bench): string {
  return group === "" ? name : `${group}: ${name}`;
}

/** Nanoseconds that a benchmark's clock does not tell apart from chance. */
const RESOLUTION = 20;

/** A benchmark as a figure, with the floor of its group unless it is that floor. */
export function figureOf(bench: Bench, benches: readonly Bench[]): Figure {
  const spreadOf = ({ minimum, average }: Bench) => ({ minimum, median: average });
  const floor = benches.find(({ group, isFloor }) => isFloor && group === bench.group);
  return {
    name: benchName(bench),
    unit: "ns",
    ...spreadOf(bench),
    ...(floor && !bench.isFloor && { floor: { name: floor.name, ...spreadOf(floor) } }),
    resolution: RESOLUTION,
  };
}
