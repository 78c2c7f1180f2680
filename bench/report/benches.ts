/**
 * Results of `deno bench`.
 *
 * @module
 */
import { tryDeno } from "../../scripts/child.ts";
import type { Figure } from "../figure.ts";

/** Result of a benchmark. Times are in nanoseconds. */
export interface Bench {
  /** Group of the benchmark; empty if it has none. */
  readonly group: string;
  /** Name of the benchmark. */
  readonly name: string;
  /** True for the floor of its group. */
  readonly isFloor: boolean;
  /** Minimum time of an iteration. */
  readonly minimum: number;
  /** Mean time of an iteration. */
  readonly average: number;
  /** 99th percentile of the times. */
  readonly p99: number;
}

/** Output of `deno bench --json`, as far as it is used. */
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
 * @throws {Error} if one of them fails.
 */
export async function runBenches(folder: URL): Promise<Bench[]> {
  const args = ["bench", "--no-prompt", "--no-check", "--quiet", "--json", "."];
  const { success, stdout, stderr } = await tryDeno(args, folder);
  // The output names a benchmark that fails, but not a file that does not load.
  const benches = stdout.trim() === "" ? [] : readBenches(JSON.parse(stdout));
  if (success) return benches;
  throw new Error(`Cannot run deno bench: the process failed: ${stderr}`);
}

/**
 * Converts the output of `deno bench --json`.
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

/** Formats the name of a benchmark with its group. */
export function formatBenchName({ group, name }: Bench): string {
  return group === "" ? name : `${group}: ${name}`;
}

/** Resolution of the clock of benchmarks, in nanoseconds. */
const RESOLUTION = 20;

/** Converts a benchmark to a figure, with the floor of its group unless it is that floor. */
export function toFigure(bench: Bench, benches: readonly Bench[]): Figure {
  const spreadOf = ({ minimum, average }: Bench) => ({ minimum, median: average });
  const floor = benches.find(({ group, isFloor }) => isFloor && group === bench.group);
  return {
    name: formatBenchName(bench),
    unit: "ns",
    ...spreadOf(bench),
    ...(floor && !bench.isFloor && { floor: { name: floor.name, ...spreadOf(floor) } }),
    resolution: RESOLUTION,
  };
}
