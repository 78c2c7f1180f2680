/**
 * Pages with the figures: `bench/RESULTS.md` and a part of the README.
 *
 * @module
 */
import { formatBytes, formatFloor, formatValue } from "./format.ts";
import type { Results } from "./results.ts";
import type { Setting } from "./setting.ts";
import { toMarkdown } from "./table.ts";
import { makeBenchesTable, makeFiguresTable, makePeersTable } from "./tables.ts";

/** Writes the report. `plot` is the path of the plot, relative to the page. */
export function writeResultsPage(results: Results, plot: string): string {
  const { setting, figures, benches, peers } = results;
  const parts = [
    "# Results",
    `Written by \`${setting.commands.at(-1)}\`; do not edit. Measured ${describe(setting)}.`,
    `Versions: ${listVersions(setting.versions)}.`,
    `Commands: ${setting.commands.map((command) => `\`${command}\``).join(", ")}.`,
    "## Budgets",
    "Minimum and median of all rounds. A figure and its floor are measured in turns. The budget limits " +
    'the minimum, its ratio to the floor, or its difference from the floor: the column "compared".',
    toMarkdown(makeFiguresTable(figures)),
    "## Benchmarks",
    "Results of `deno bench`. Each group has a floor: the same work without the framework.",
    toMarkdown(makeBenchesTable(benches)),
  ];
  if (peers !== undefined) {
    parts.push(
      "## Other frameworks",
      "Each framework plays the same scenario on top of a history: the model answers; calls a tool " +
        "and answers; moves on and answers. These are five model calls. Each framework is used as its " +
        "documentation shows, without telemetry, with a mock model that takes no time. Each runs in a " +
        "process of its own, and they take turns in every round.",
      [
        "- Time: a model call, the minimum of all rounds, and its ratio to that of @nomos/agent.",
        "- Idle session: heap of a conversation of 20 messages, with its text, the median.",
        "- Import: time of a process that imports it, beyond that of an empty one, the minimum.",
        "- Installed: size and number of the packages, with all their dependencies.",
      ].join("\n"),
      toMarkdown(makePeersTable(peers)),
      `![Cost of a model call against the length of the history](${plot})`,
      "Work that the figures include and leave out:",
      peers.map(({ title, versions, includes, leavesOut }) =>
        `- **${title}** (${
          listVersions(versions)
        }). Includes: ${includes}. Leaves out: ${leavesOut}.`
      ).join("\n"),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

/** Figures that the README shows, by name. */
export const README_FIGURES: readonly string[] = [
  "a decision of the profile scenario",
  "an idle session of 20 messages",
  "importing mod.ts",
];

/** Writes the part of the README: a line for each of its figures that was measured. */
export function writeReadmePart({ setting, figures }: Results): string {
  const lines = README_FIGURES.flatMap((name) =>
    figures.filter((figure) => figure.name === name).map((figure) => {
      const value = formatValue(figure.minimum, figure.unit);
      return `- ${name}: ${value}${figure.floor ? `; floor: ${formatFloor(figure)}` : ""}`;
    })
  );
  return [`Measured ${describe(setting)}:`, lines.join("\n")].join("\n\n");
}

const BEGIN = "<!-- figures: written by deno task bench --report -->";
const END = "<!-- end of figures -->";

/**
 * Replaces the figures in the README, between two comments.
 *
 * @throws {Error} if the README lacks the comments.
 */
export function replaceFigures(readme: string, part: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`Cannot write the figures into the README: expected ${BEGIN} and ${END}`);
  }
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${readme.slice(end)}`;
}

function describe({ date, processor, cores, memory, system }: Setting): string {
  return `on ${date}: ${processor}, ${cores} cores, ${formatBytes(memory)} of memory, ${system}`;
}

function listVersions(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
}
