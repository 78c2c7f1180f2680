import { assertEquals } from "@std/assert";
import { findImports } from "../../scripts/check/imports.ts";

function valuesOf(source: string): string[] {
  return findImports(source).filter(({ isTypeOnly }) => !isTypeOnly).map((each) => each.specifier);
}

function typesOf(source: string): string[] {
  return findImports(source).filter(({ isTypeOnly }) => isTypeOnly).map((each) => each.specifier);
}

Deno.test("findImports() finds every form of import", () => {
  const source = `
    import "./effect.ts";
    import base from "./default.ts";
    import * as all from './all.ts';
    import { one, two as deux } from "./named.ts";
    import other, { three } from "./both.ts"
    import {
      four,
      five, // with a comment
    } from "./lines.ts";
    import text from "./page.html" with { type: "text" };
  `;
  assertEquals(valuesOf(source), [
    "./effect.ts",
    "./default.ts",
    "./all.ts",
    "./named.ts",
    "./both.ts",
    "./lines.ts",
    "./page.html",
  ]);
  assertEquals(typesOf(source), []);
});

Deno.test("findImports() takes only a whole import type for type-only", () => {
  const source = `
    import type { A } from "./a.ts";
    import type B from "./b.ts";
    import type * as C from "./c.ts";
    import { type D, e } from "./d.ts";
    import { type F } from "./f.ts";
    import type from "./g.ts";
    import type, { h } from "./h.ts";
  `;
  assertEquals(typesOf(source), ["./a.ts", "./b.ts", "./c.ts"]);
  assertEquals(valuesOf(source), ["./d.ts", "./f.ts", "./g.ts", "./h.ts"]);
});

Deno.test("findImports() finds re-exports and tells them from exports", () => {
  const source = `
    export * from "./a.ts";
    export * as b from "./b.ts";
    export { c, type D } from "./c.ts";
    export type { E } from "./e.ts";
    export type * from "./f.ts";
    export { local };
    export type { Local };
    export type From = "./g.ts";
    export const from = "./h.ts";
    export default function () {}
  `;
  assertEquals(valuesOf(source), ["./a.ts", "./b.ts", "./c.ts"]);
  assertEquals(typesOf(source), ["./e.ts", "./f.ts"]);
});

Deno.test("findImports() does not take the export before an import for its re-export", () => {
  assertEquals(valuesOf(`export { a }\nimport { b } from "./b.ts"`), ["./b.ts"]);
  assertEquals(typesOf(`export type { A }\nimport { b } from "./b.ts"`), []);
});

Deno.test("findImports() finds a dynamic import with a literal specifier", () => {
  assertEquals(valuesOf('const { a } = await import("./a.ts");'), ["./a.ts"]);
  assertEquals(valuesOf("const b = await import(path);"), []);
});

Deno.test("findImports() finds nothing in comments, strings and properties", () => {
  const source = `
    // import { a } from "./a.ts";
    /** import { b } from "./b.ts"; */
    const text = 'import { c } from "./c.ts"';
    const template = \`export * from "./d.ts"\`;
    loader.import("./e.ts");
    const here = import.meta.url;
    const keys = { import: "./f.ts", export: "./g.ts" };
  `;
  assertEquals(findImports(source), []);
});
