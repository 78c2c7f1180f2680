import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import {
  README_FIGURES,
  replaceFigures,
  writeReadmePart,
  writeResultsPage,
} from "../../../bench/report/page.ts";
import type { Results } from "../../../bench/report/results.ts";
import { formatMarkdown } from "./deno_fmt.ts";
import { sampleFigure, sampleReport, sampleResults } from "./fixture.ts";

const BEGIN = "<!-- figures: written by deno task bench --report -->";
const END = "<!-- end of figures -->";

/** README whose text outside the markers is not formatted. */
const README = `# Agent\r\n\n*  tea \t\n${BEGIN}\nold figures\n${END}\nthe end $& $1 \n\n`;

/** Returns the rows of all tables of a page. */
function tableLines(page: string): string[] {
  return page.split("\n").filter((line) => line.startsWith("|"));
}

/** Joins the lines of each paragraph and list item of a page. */
function joinLines(page: string): string {
  return page.replaceAll(/([^\n|]) *\n *(?![\n|#-])/g, "$1 ");
}

function pageOf(results: Results): string {
  return writeResultsPage(results, "plot.svg");
}

function readmeOf(results: Results): string {
  return replaceFigures(`# Agent\n\n${BEGIN}\n${END}\n`, writeReadmePart(results));
}

Deno.test("writeResultsPage() names the machine, the date, the command and the versions", () => {
  const page = writeResultsPage(sampleResults(), "plot.svg");
  assert(page.startsWith("# Results\n\nWritten by `deno task bench --report`; do not edit."));
  for (const said of ["2026-01-31", "Abacus 9 @ 1.00GHz", "4 cores", "8.00 GB", "Linux x64"]) {
    assertStringIncludes(page, said);
  }
  assertStringIncludes(page, "Versions: deno 2.9.6, @valibot/to-json-schema 1.8.0.");
});

Deno.test("writeResultsPage() shows every figure and benchmark", () => {
  const { figures, benches } = sampleResults();
  const subjects = tableLines(writeResultsPage(sampleResults(), "plot.svg"))
    .map((line) => line.split("|")[1]!.trim());
  for (const { name } of figures) assert(subjects.includes(name), name);
  for (const { group, name } of benches) assert(subjects.includes(`${group}: ${name}`), name);
});

Deno.test("writeResultsPage() shows the frameworks, the plot and the work that the figures cover", () => {
  const page = writeResultsPage(sampleReport(), "plot.svg");
  assertStringIncludes(page, "](plot.svg)");
  assertStringIncludes(page, "| ai, tools ");
  assertStringIncludes(
    page.replaceAll(/\s+/g, " "),
    "- **ai, tools** (ai 6.0.0). Includes: the mock model, validation of the decision. " +
      "Leaves out: nothing.",
  );
});

Deno.test("writeResultsPage() omits frameworks that were not measured", () => {
  const page = writeResultsPage(sampleResults(), "plot.svg");
  assertFalse(page.includes("plot.svg"));
  assertFalse(page.includes("framework "), page);
});

Deno.test("writeResultsPage() ends with one newline, writeReadmePart() with none", () => {
  for (const results of [sampleResults(), sampleReport()]) {
    assert(/[^\n]\n$/.test(writeResultsPage(results, "plot.svg")));
    assert(/[^\n]$/.test(writeReadmePart(results)));
  }
});

Deno.test("writeReadmePart() shows three figures with their floors, and no table", () => {
  const [decision, idle, importing] = README_FIGURES as [string, string, string];
  const floor = { name: "bare valibot", minimum: 4, median: 4.5 };
  const part = writeReadmePart(sampleReport({
    figures: [
      sampleFigure({ name: importing, unit: "ms", minimum: 35 }),
      sampleFigure({ name: "a cached look-up" }),
      sampleFigure({ name: decision, minimum: 12, floor }),
      sampleFigure({ name: idle, unit: "bytes", minimum: 9_000 }),
    ],
  }));
  assertEquals(tableLines(part), []);
  assertEquals(part.split("\n").filter((line) => line.startsWith("- ")), [
    "- a decision of the profile scenario: 12.0 µs; floor: 4.00 µs (bare valibot)",
    "- an idle session of 20 messages: 9.00 kB",
    "- importing mod.ts: 35.0 ms",
  ]);
});

Deno.test("writeReadmePart() omits figures that were not measured", () => {
  const figures = [sampleFigure({ name: README_FIGURES[0]! })];
  const lines = writeReadmePart(sampleResults({ figures })).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("- ")).length, 1);
});

Deno.test("writeResultsPage() and writeReadmePart() format tables as deno fmt does", async () => {
  for (const page of [pageOf(sampleReport()), readmeOf(sampleReport())]) {
    assertEquals(tableLines(await formatMarkdown(page)), tableLines(page));
  }
});

Deno.test("deno fmt only breaks lines in the pages of writeResultsPage() and writeReadmePart()", async () => {
  for (const write of [pageOf, readmeOf]) {
    for (const results of [sampleResults(), sampleReport()]) {
      const page = write(results);
      const formatted = await formatMarkdown(page);
      assertEquals(joinLines(formatted), joinLines(page));
    }
  }
});

Deno.test("replaceFigures() replaces the text between the markers and keeps the rest", () => {
  assertEquals(
    replaceFigures(README, "new $& figures"),
    `# Agent\r\n\n*  tea \t\n${BEGIN}\n\nnew $& figures\n\n${END}\nthe end $& $1 \n\n`,
  );
});

Deno.test("replaceFigures() accepts adjacent markers", () => {
  assertEquals(replaceFigures(`${BEGIN}${END}`, "part"), `${BEGIN}\n\npart\n\n${END}`);
});

Deno.test("replaceFigures() is idempotent", () => {
  const once = replaceFigures(README, writeReadmePart(sampleReport()));
  assertEquals(replaceFigures(once, writeReadmePart(sampleReport())), once);
});

Deno.test("replaceFigures() rejects a README without the markers, or with them in another order", () => {
  for (const readme of ["", "# Agent\n", BEGIN, END, `${END}\n${BEGIN}`]) {
    assertThrows(
      () => replaceFigures(readme, "part"),
      Error,
      `Cannot write the figures into the README: expected ${BEGIN} and ${END}`,
    );
  }
});
