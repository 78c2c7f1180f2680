import { Agent, MockLLM, type StepOptions, Tool } from "@nomos/agent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

function warningsOf(start: string, steps: Record<string, StepOptions>): readonly string[] {
  return new Agent({ name: "test", llm: new MockLLM(), start, steps }).warnings;
}

const idle = new Tool({ name: "idle", description: "Idle", args: v.object({}), run: () => "" });

Deno.test("Agent.warnings, is empty if every step can be reached, and leads to a step that ends a turn", () => {
  const steps = {
    a: { description: "A", routes: { b: "go" } },
    b: { description: "B", auto: true, end: false, routes: { a: "back" } },
  };
  assertEquals(warningsOf("a", steps), []);
});

Deno.test("Agent.warnings, names each step that cannot be reached from the start", () => {
  const steps = {
    a: { description: "A", routes: { b: "go" } },
    b: { description: "B" },
    c: { description: "C", routes: { a: "go", d: "go" } },
    d: { description: "D" },
  };
  const warnings = warningsOf("a", steps);
  assertEquals(warnings.length, 2);
  assertStringIncludes(warnings[0]!, '"c"');
  assertStringIncludes(warnings[1]!, '"d"');
});

Deno.test("Agent.warnings, a step that only itself leads to cannot be reached", () => {
  const steps = { a: { description: "A" }, b: { description: "B", routes: { b: "again" } } };
  assertEquals(warningsOf("a", steps).length, 1);
});

Deno.test("Agent.warnings, names each step from which neither RESPOND nor END can be reached", () => {
  const silent = { auto: true, end: false };
  const steps = {
    a: { description: "A", routes: { b: "go", d: "go" } },
    b: { ...silent, description: "B", routes: { c: "go" } },
    c: { ...silent, description: "C", routes: { b: "back" }, tools: [idle] },
    d: { ...silent, description: "D", routes: { c: "go", e: "go" } },
    e: { description: "E", auto: true },
  };
  const warnings = warningsOf("a", steps);
  assertEquals(warnings.length, 2);
  for (const [index, id] of ["b", "c"].entries()) assertStringIncludes(warnings[index]!, `"${id}"`);
});

Deno.test("Agent.warnings, a step with tools alone is a trap; END on a condition is a way out", () => {
  const trap = { description: "A", auto: true, end: false, tools: [idle] };
  assertEquals(warningsOf("a", { a: trap }).length, 1);
  assertEquals(warningsOf("a", { a: { ...trap, end: "when it is done" } }), []);
  assertEquals(warningsOf("a", { a: { ...trap, auto: false } }), []);
});

Deno.test("Agent.warnings, a step may be both unreachable and a trap", () => {
  const b = { description: "B", auto: true, end: false, routes: { b: "again" } };
  assertEquals(warningsOf("a", { a: { description: "A" }, b }).length, 2);
});

Deno.test("Agent.warnings, long chains do not overflow the stack", () => {
  const ids = Array.from({ length: 5000 }, (_, index) => `${index}`);
  const steps = Object.fromEntries(ids.map((id, index) => {
    const next = ids.slice(index + 1, index + 2).map((to) => [to, ""]);
    return [id, { description: id, routes: Object.fromEntries(next) }];
  }));
  assertEquals(warningsOf("0", steps), []);
  assert(warningsOf("4999", steps).length === 4999);
});
