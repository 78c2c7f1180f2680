/**
 * Tables of the measured figures.
 *
 * @module
 */
import { type Figure, isWithin, judged, timesFloor } from "../figure.ts";
import type { PeerFigures } from "../peers/peer_figures.ts";
import { type Bench, benchName, figureOf } from "./benches.ts";
import { formatBytes, formatFloor, formatJudged, formatRatio, formatValue } from "./format.ts";
import type { Table } from "./table.ts";

/** The figures with their floors and budgets. */
export function figuresTable(figures: readonly Figure[]): Table {
  return {
    head: ["what", "least", "median", "floor", "compared", "budget", ""],
    rows: figures.map((figure) => {
      const { name, unit, minimum, median, budget } = figure;
      const ratio = timesFloor(figure);
      const compared = budget
        ? formatJudged(judged(figure, budget), budget, unit)
        : ratio === undefined
        ? "—"
        : formatRatio(ratio);
      return [
        name,
        formatValue(minimum, unit),
        formatValue(median, unit),
        formatFloor(figure),
        compared,
        budget ? formatJudged(budget.limit, budget, unit) : "—",
        isWithin(figure) === undefined ? "" : isWithin(figure) ? "kept" : "over",
      ];
    }),
  };
}

/** The benchmarks, each with how many times its floor it is. */
export function benchesTable(benches: readonly Bench[]): Table {
  return {
    head: ["benchmark", "least", "mean", "99 %", "times floor"],
    rows: benches.map((bench) => {
      const ratio = timesFloor(figureOf(bench, benches));
      return [
        benchName(bench),
        formatValue(bench.minimum, "ns"),
        formatValue(bench.average, "ns"),
        formatValue(bench.p99, "ns"),
        bench.isFloor ? "floor" : ratio === undefined ? "—" : formatRatio(ratio),
      ];
    }),
  };
}

/** The frameworks: time per model call and how many times the first one's it is, and what each weighs. */
export function peersTable(peers: readonly PeerFigures[]): Table {
  const [first] = peers;
  const histories = first?.calls.map(({ messages }) => messages) ?? [];
  return {
    head: [
      "framework",
      ...histories.map((messages) => `at ${messages.toLocaleString("en-US")} messages`),
      "idle session",
      "import",
      "installed",
    ],
    rows: peers.map(({ title, calls, idle, importing, bytes, packages }) => [
      title,
      ...calls.map(({ minimum }, index) => {
        const ratio = minimum / first!.calls[index]!.minimum;
        return `${formatValue(minimum, "µs")} (${formatRatio(ratio)})`;
      }),
      formatBytes(idle.median),
      formatValue(importing.minimum, "ms"),
      `${formatBytes(bytes)} in ${packages}`,
    ]),
  };
}
