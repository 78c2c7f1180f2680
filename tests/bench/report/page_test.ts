import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import {
  README_FIGURES,
  readmePart,
  resultsPage,
  withFigures,
} from "../../../bench/report/page.ts";
import type { Results } from "../../../bench/report/results.ts";
import { formatMarkdown } from "./deno_fmt.ts";
import { sampleFigure, sampleReport, sampleResults } from "./fixture.ts";

const BEGIN = "<!-- figures: written by deno task bench --report -->";
const END = "<!-- end of figures -->";

/** A README whose parts outside the marks no formatter would leave as they are. */
const README = `# Agent\r\n\n*  tea \t\n${BEGIN}\nold figures\n${END}\nthe end $& $1 \n\n`;

/** The rows of all tables of a page. */
function tableLines(page: string): string[] {
  return page.split("\n").filter((line) => line.startsWith("|"));
}

/** A page whose paragraphs and list items are one line each. */
function joinLines(page: string): string {
  return page.replaceAll(/([^\n|]) *\n *(?![\n|#-])/g, "$1 ");
}

function pageOf(results: Results): string {
  return resultsPage(results, "plot.svg");
}

function readmeOf(results: Results): string {
  return withFigures(`# Agent\n\n${BEGIN}\n${END}\n`, readmePart(results));
}

Deno.test("resultsPage() says where, when, by what and with what was measured", () => {
  const page = resultsPage(sampleResults(), "plot.svg");
  assert(page.startsWith("# Results\n\nWritten by `deno task bench --report`; do not edit."));
  for (const said of ["2026-01-31", "Abacus 9 @ 1.00GHz", "4 cores", "8.00 GB", "Linux x64"]) {
    assertStringIncludes(page, said);
  }
  assertStringIncludes(page, "Versions: deno 2.9.6, @valibot/to-json-schema 1.8.0.");
});

Deno.test("resultsPage() shows every figure and benchmark", () => {
  const { figures, benches } = sampleResults();
  const subjects = tableLines(resultsPage(sampleResults(), "plot.svg"))
    .map((line) => line.split("|")[1]!.trim());
  for (const { name } of figures) assert(subjects.includes(name), name);
  for (const { group, name } of benches) assert(subjects.includes(`${group}: ${name}`), name);
});

Deno.test("resultsPage() shows the frameworks, their picture and what they cover", () => {
  const page = resultsPage(sampleReport(), "plot.svg");
  assertStringIncludes(page, "](plot.svg)");
  assertStringIncludes(page, "| ai, tools ");
  assertStringIncludes(
    page.replaceAll(/\s+/g, " "),
    "- **ai, tools** (ai 6.0.0). Includes: the mock model, validation of the decision. " +
      "Leaves out: nothing.",
  );
});

Deno.test("resultsPage() is silent on frameworks that were not measured", () => {
  const page = resultsPage(sampleResults(), "plot.svg");
  assertFalse(page.includes("plot.svg"));
  assertFalse(page.includes("framework "), page);
});

Deno.test("resultsPage() ends with one newline, readmePart() with none", () => {
  for (const results of [sampleResults(), sampleReport()]) {
    assert(/[^\n]\n$/.test(resultsPage(results, "plot.svg")));
    assert(/[^\n]$/.test(readmePart(results)));
  }
});

Deno.test("readmePart() shows three figures with their floors, and no table", () => {
  const [decision, idle, importing] = README_FIGURES as [string, string, string];
  const floor = { name: "bare valibot", minimum: 4, median: 4.5 };
  const part = readmePart(sampleReport({
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

Deno.test("readmePart() leaves out figures that were not measured", () => {
  const figures = [sampleFigure({ name: README_FIGURES[0]! })];
  const lines = readmePart(sampleResults({ figures })).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("- ")).length, 1);
});

Deno.test("resultsPage() and readmePart() lay out their tables as deno fmt would", async () => {
  for (const page of [pageOf(sampleReport()), readmeOf(sampleReport())]) {
    assertEquals(tableLines(await formatMarkdown(page)), tableLines(page));
  }
});

Deno.test("resultsPage() and readmePart() leave deno fmt nothing but to break their prose", async () => {
  for (const write of [pageOf, readmeOf]) {
    for (const results of [sampleResults(), sampleReport()]) {
      const page = write(results);
      const formatted = await formatMarkdown(page);
      assertEquals(joinLines(formatted), joinLines(page));
    }
  }
});

Deno.test("withFigures() replaces what is between the marks and keeps the rest", () => {
  assertEquals(
    withFigures(README, "new $& figures"),
    `# Agent\r\n\n*  tea \t\n${BEGIN}\n\nnew $& figures\n\n${END}\nthe end $& $1 \n\n`,
  );
});

Deno.test("withFigures() fills marks with nothing between", () => {
  assertEquals(withFigures(`${BEGIN}${END}`, "part"), `${BEGIN}\n\npart\n\n${END}`);
});

Deno.test("withFigures() gives the same when it is applied again", () => {
  const once = withFigures(README, readmePart(sampleReport()));
  assertEquals(withFigures(once, readmePart(sampleReport())), once);
});

Deno.test("withFigures() refuses a README without the marks, or with them in another order", () => {
  for (const readme of ["", "# Agent\n", BEGIN, END, `${END}\n${BEGIN}`]) {
    assertThrows(
      () => withFigures(readme, "part"),
      Error,
      `Cannot put the figures into the README: expected ${BEGIN} and ${END}`,
    );
  }
});
