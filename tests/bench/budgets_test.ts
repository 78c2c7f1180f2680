import { assertEquals } from "@std/assert";
import { BUDGETS, withBudget } from "../../bench/budgets.ts";
import { MEASURES } from "../../bench/process/measures.ts";
import { TIMED } from "../../bench/timings.ts";

Deno.test("BUDGETS contains only measured figures", () => {
  const measured = [...TIMED, ...MEASURES.map(({ name }) => name)];
  assertEquals(Object.keys(BUDGETS).filter((name) => !measured.includes(name)), []);
});

Deno.test("withBudget() adds the budget of a figure that has one", () => {
  const figure = { name: "importing mod.ts", unit: "ms", minimum: 1, median: 2 } as const;
  assertEquals(withBudget(figure).budget, { kind: "over the floor", limit: 15 });
  assertEquals(withBudget({ ...figure, name: "anything" }).budget, undefined);
});
