import { assertEquals } from "@std/assert";
import { findCycles } from "../../scripts/check/cycles.ts";

function cyclesOf(sources: Record<string, string>): string[] {
  return findCycles(new Map(Object.entries(sources)));
}

Deno.test("findCycles() finds nothing where arrows go one way", () => {
  assertEquals(
    cyclesOf({
      "mod.ts": 'export * from "./src/a.ts"; export * from "./src/b.ts";',
      "src/a.ts": 'import { b } from "./b.ts"; import * as v from "valibot";',
      "src/b.ts": "export const b = 1;",
    }),
    [],
  );
});

Deno.test("findCycles() names the whole cycle, once", () => {
  assertEquals(
    cyclesOf({
      "mod.ts": 'export * from "./src/a.ts";',
      "src/a.ts": 'import { b } from "./deep/b.ts";',
      "src/deep/b.ts": 'import { c } from "../c.ts";',
      "src/c.ts": 'export { a } from "./a.ts";',
    }),
    ["src/a.ts: cycle of value imports: src/a.ts → src/deep/b.ts → src/c.ts → src/a.ts"],
  );
});

Deno.test("findCycles() allows a cycle that types alone close", () => {
  assertEquals(
    cyclesOf({
      "src/a.ts": 'import { b } from "./b.ts";',
      "src/b.ts": 'import type { A } from "./a.ts"; export type { A } from "./a.ts";',
    }),
    [],
  );
});

Deno.test("findCycles() counts dynamic imports and a module that imports itself", () => {
  assertEquals(
    cyclesOf({
      "src/a.ts": 'const { b } = await import("./b.ts");',
      "src/b.ts": 'import "./a.ts";',
      "src/c.ts": 'import { c } from "./c.ts";',
    }),
    [
      "src/a.ts: cycle of value imports: src/a.ts → src/b.ts → src/a.ts",
      "src/c.ts: cycle of value imports: src/c.ts → src/c.ts",
    ],
  );
});
