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
    "Minimum and median of the rounds, which alternate between a figure and its floor. The minimum " +
    "is compared with the budget.",
    toMarkdown(makeFiguresTable(figures)),
    "## Benchmarks",
    "`deno bench`, each group with a floor: the same work without the framework.",
    toMarkdown(makeBenchesTable(benches)),
  ];
  if (peers !== undefined) {
    parts.push(
      "## Other frameworks",
      "The same scenario in each: the model answers, then calls a tool and answers, then moves and " +
        "answers. These are five model calls after a history. Each framework is used as its " +
        "documentation shows, without telemetry, and with a mock model that takes no time. Each " +
        "runs in a process of its own, and the rounds alternate between them. Time is per model " +
        "call, the minimum of the rounds, with its ratio to that of this framework. The idle " +
        "session is a conversation of 20 messages including its text, the median. Import is the " +
        "time of a whole process minus that of an empty one, the minimum. Installed are the " +
        "packages of the imports with their dependencies.",
      toMarkdown(makePeersTable(peers)),
      `![Cost of a model call against the length of the history](${plot})`,
      "What a figure covers:",
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
