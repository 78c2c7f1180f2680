/**
 * The two pages that show the figures: `bench/RESULTS.md`, and a part of the README.
 *
 * @module
 */
import { formatBytes, formatFloor, formatValue } from "./format.ts";
import type { Results } from "./results.ts";
import type { Setting } from "./setting.ts";
import { toMarkdown } from "./table.ts";
import { benchesTable, figuresTable, peersTable } from "./tables.ts";

/** The whole report. `plot` is the address of the picture, from where the page is. */
export function resultsPage(results: Results, plot: string): string {
  const { setting, figures, benches, peers } = results;
  const parts = [
    "# Results",
    `Written by \`${setting.commands.at(-1)}\`; do not edit. Measured ${describe(setting)}.`,
    `Versions: ${listVersions(setting.versions)}.`,
    `Commands: ${setting.commands.map((command) => `\`${command}\``).join(", ")}.`,
    "## Budgets",
    "The least and the median of the rounds; a figure and its floor take turns. What is compared " +
    "with the budget is the least.",
    toMarkdown(figuresTable(figures)),
    "## Benchmarks",
    "`deno bench`, each group with a floor: the same work without the framework.",
    toMarkdown(benchesTable(benches)),
  ];
  if (peers !== undefined) {
    parts.push(
      "## Other frameworks",
      "The same scenario in each: the model answers; calls a tool and answers; moves on and " +
        "answers. Five model calls on top of a history, each framework used the way its " +
        "documents show, telemetry off, the model a mock that takes no time. A framework runs in " +
        "a process of its own; all take turns in every round. Time is per model call, the least " +
        "of the rounds, and how many times ours it is; the heap is that of a conversation of 20 " +
        "messages, its text included, the median; importing is a whole process over an empty one, the least of the rounds; installed " +
        "are the packages behind the imports with all that they need.",
      toMarkdown(peersTable(peers)),
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

/** Returns the part of the README: a line for each of its figures that was measured. */
export function readmePart({ setting, figures }: Results): string {
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
 * Puts the figures into the README, between the two comments that mark their place.
 *
 * @throws {Error} if the README has no such place.
 */
export function withFigures(readme: string, part: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`Cannot put the figures into the README: expected ${BEGIN} and ${END}`);
  }
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${readme.slice(end)}`;
}

function describe({ date, processor, cores, memory, system }: Setting): string {
  return `on ${date}: ${processor}, ${cores} cores, ${formatBytes(memory)} of memory, ${system}`;
}

function listVersions(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
}
