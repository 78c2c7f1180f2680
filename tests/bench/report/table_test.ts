import { assertEquals } from "@std/assert";
import { type Table, toMarkdown, toText } from "../../../bench/report/table.ts";
import { formatMarkdown } from "./deno_fmt.ts";

const TABLE: Table = {
  head: ["what", "least", ""],
  rows: [["a turn", "12.3 µs", "kept"], ["a | b", "—", ""]],
};

Deno.test("toText() puts the subjects last and aligns the figures", () => {
  assertEquals(toText(TABLE).split("\n"), [
    "  least        what",
    "12.3 µs  kept  a turn",
    "      —        a | b",
  ]);
});

Deno.test("toMarkdown() keeps the subjects first and aligns the figures", () => {
  assertEquals(toMarkdown(TABLE).split("\n"), [
    "| what   |   least |      |",
    "| ------ | ------: | ---: |",
    "| a turn | 12.3 µs | kept |",
    "| a \\| b |       — |      |",
  ]);
});

Deno.test("toMarkdown() formats a table as deno fmt does", async () => {
  const head = ["framework", "at 1,000 messages", "installed"];
  const rows = [["@nomos/agent", "10.0 µs (1.00 ×)", "+ 5.00 kB"], ["a|b", "—", "x".repeat(99)]];
  for (const table of [TABLE, { head, rows }, { head, rows: [] }]) {
    const page = `${toMarkdown(table)}\n`;
    assertEquals(await formatMarkdown(page), page);
  }
});

Deno.test("toMarkdown() formats narrow columns as deno fmt does", async () => {
  const page = `${toMarkdown({ head: ["a", ""], rows: [["b", ""], ["c", "—"]] })}\n`;
  assertEquals(await formatMarkdown(page), page);
});

Deno.test("toText() and toMarkdown() show a table without rows", () => {
  const empty = { head: TABLE.head, rows: [] };
  assertEquals(toText(empty), "least    what");
  assertEquals(toMarkdown(empty), "| what | least |    |\n| ---- | ----: | -: |");
});
