import { openaiStrict } from "@nomos/agent/llm";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { Agent, GraphError, MockLLM, type StandardSchema, Tool } from "@nomos/agent";
import { findExcess } from "../../src/schema/schema_limits.ts";
import { decisionSchema } from "./fixture.ts";
import { findStrictProblems } from "./strict_checker.ts";

function excess(args: StandardSchema): string | undefined {
  const { json } = decisionSchema({ tools: { t: args } });
  const found = findExcess(json, openaiStrict);
  const problems = findStrictProblems(json);
  assertEquals(found === undefined, problems.length === 0, `${found} but ${problems.join("; ")}`);
  return found;
}

function names(count: number, length = 1): string[] {
  return Array.from({ length: count }, (_, n) => `${n}`.padStart(length, "x"));
}

function wide(count: number): v.GenericSchema {
  return v.object(Object.fromEntries(names(count).map((name) => [`p${name}`, v.string()])));
}

function deep(levels: number): v.GenericSchema {
  return levels === 0 ? v.string() : v.object({ a: deep(levels - 1) });
}

Deno.test("findExcess finds nothing in a schema within the limits", () => {
  for (const args of [v.object({}), wide(100), deep(7)]) assertEquals(excess(args), undefined);
});

Deno.test("findExcess counts levels of nested objects, including those of the decision", () => {
  assertStringIncludes(excess(deep(8))!, "it has 11 levels of nested objects: expected at most 10");
});

Deno.test("findExcess counts object properties, also in unions and definitions", () => {
  // Besides the arguments: decision, action, calls, tool and args.
  assertEquals(excess(wide(4995)), undefined);
  assertStringIncludes(excess(wide(4996))!, "5001 object properties: expected at most 5000");
  const half = v.object({ a: v.lazy(() => wide(2500)), b: v.union([wide(2500), v.string()]) });
  assertStringIncludes(excess(half)!, "object properties");
});

Deno.test("findExcess counts enum values and characters of names and values", () => {
  const picks = (count: number) => v.object({ a: v.picklist(names(count)) });
  assertEquals(excess(picks(1000)), undefined);
  assertStringIncludes(excess(picks(1001))!, "1001 enum values");
  const long = (length: number) => v.object({ a: v.literal("x".repeat(length)) });
  assertEquals(excess(long(119_900)), undefined);
  assertStringIncludes(excess(long(120_000))!, "characters in names and values");
});

Deno.test("findExcess has a separate limit for a long enum of text", () => {
  const picks = (count: number, length: number) =>
    v.object({ a: v.picklist(names(count, length)) });
  assertEquals(excess(picks(250, 100)), undefined);
  assertEquals(excess(picks(300, 50)), undefined);
  assert(excess(picks(300, 51)) !== undefined);
});

Deno.test("findExcess respects the profile", () => {
  const { json } = decisionSchema({ tools: { t: wide(10) } });
  assertEquals(findExcess(json, { ...openaiStrict, maxProperties: 15 }), undefined);
  assertEquals(
    findExcess(json, { ...openaiStrict, maxProperties: 14 }),
    "it has 15 object properties: expected at most 14",
  );
});

Deno.test("An agent is refused if the schema of a step is too large", () => {
  const args = wide(4996) as v.GenericSchema<Record<string, string>>;
  const tool = new Tool({ name: "wide", description: "", args, run: () => "" });
  const error = assertThrows(
    () =>
      new Agent({
        name: "a",
        llm: new MockLLM(),
        start: "one",
        steps: { one: { description: "", tools: [tool] } },
      }),
    GraphError,
  );
  assertEquals(error.problems.map(({ path }) => path), ["steps.one"]);
  assertStringIncludes(error.message, "object properties: expected at most 5000");
});
