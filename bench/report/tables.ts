/**
 * Tables of the measured figures.
 *
 * @module
 */
import { type Figure, isWithin, judged, timesFloor } from "../figure.ts";
import type { PeerFigures } from "../peers/peer_figures.ts";
import { type Bench, formatBenchName, toFigure } from "./benches.ts";
import { formatBytes, formatFloor, formatJudged, formatRatio, formatValue } from "./format.ts";
import type { Table } from "./table.ts";

/** Makes a table of figures with their floors and budgets. */
export function makeFiguresTable(figures: readonly Figure[]): Table {
  return {
    head: ["figure", "minimum", "median", "floor", "compared", "budget", ""],
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

/** Makes a table of benchmarks with their ratios to the floor. */
export function makeBenchesTable(benches: readonly Bench[]): Table {
  return {
    head: ["benchmark", "minimum", "mean", "99 %", "times floor"],
    rows: benches.map((bench) => {
      const ratio = timesFloor(toFigure(bench, benches));
      return [
        formatBenchName(bench),
        formatValue(bench.minimum, "ns"),
        formatValue(bench.average, "ns"),
        formatValue(bench.p99, "ns"),
        bench.isFloor ? "floor" : ratio === undefined ? "—" : formatRatio(ratio),
      ];
    }),
  };
}

/** Makes a table of frameworks: times per model call, with ratios to the first one, and sizes. */
export function makePeersTable(peers: readonly PeerFigures[]): Table {
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
