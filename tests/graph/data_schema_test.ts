/** Schemas of data that an agent or its tools cannot work with are refused when the agent is built. */
import { Agent, ConfigError, GraphError, MockLLM, type StandardSchema, Tool } from "@nomos/agent";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";

function build(data: unknown, ...tools: readonly unknown[]) {
  return new Agent({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A", tools: tools.map(toolOf) } },
    ...(data !== undefined && { data: data as StandardSchema }),
  } as never);
}

function toolOf(data: unknown, index: number) {
  return new Tool({
    name: `tool_${index}`,
    description: "T",
    args: v.object({}),
    data: data as StandardSchema,
    run: () => "",
  });
}

const list = () => v.optional(v.array(v.string()), []);
const Cart = v.object({ cart: list() });

Deno.test("Agent, a data schema that does not accept or keep its own output is a ConfigError", () => {
  const cases: [schema: unknown, message: string][] = [
    [
      v.object({ n: v.optional(v.pipe(v.string(), v.transform(Number)), "5") }),
      'the data schema of agent "test" does not accept its own output: data.n does not satisfy',
    ],
    [
      v.object({ s: v.optional(v.pipe(v.string(), v.transform((s) => `${s}!`)), "a") }),
      'the data schema of agent "test" changes or adds data.s',
    ],
    [v.object({ at: v.optional(v.date(), () => new Date(0)) }), "other data than JSON"],
    [v.object({ f: v.optional(v.custom(() => true), () => () => 1) }), "other data than JSON"],
    [v.object({ n: v.optional(v.number(), Infinity) }), "other data than JSON"],
    [v.pipe(v.object({}), v.transform(() => 5)), "returned 5: expected an object"],
    [v.pipe(v.object({}), v.transform(() => [])), "returned a list: expected an object"],
    [v.objectAsync({}), "is asynchronous: expected a synchronous schema"],
    [
      v.pipe(
        v.object({}),
        v.check(() => {
          throw new Error("broken");
        }),
      ),
      'the data schema of agent "test" threw: broken',
    ],
    [5, "data is 5: expected a Standard Schema"],
  ];
  for (const [schema, message] of cases) {
    const error = assertThrows(() => build(schema), ConfigError);
    assertStringIncludes(error.message, 'Cannot build agent "test": ');
    assertStringIncludes(error.message, message);
  }
});

Deno.test("Agent, schemas without defaults, and transformations that keep their output, are accepted", () => {
  build(v.object({ user: v.string() }));
  build(v.object({ name: v.optional(v.pipe(v.string(), v.trim(), v.toLowerCase()), " Ann ") }));
  build(
    z.object({ n: z.coerce.number().default(5), nested: z.object({ a: z.string() }).optional() }),
  );
  build(v.object({ note: v.optional(v.string(), undefined) }));
  build(Cart, Cart, v.object({}), v.object({ cart: v.array(v.string()) }));
  build(
    v.object({
      user: v.object({ name: v.optional(v.string(), "Ann"), id: v.optional(v.number(), 1) }),
      cart: list(),
    }),
    Cart,
  );
});

Deno.test("Agent, tools that need other data than the agent has are a GraphError", () => {
  const cases: [agent: unknown, tool: unknown, path: string, message: string][] = [
    [undefined, Cart, "data", 'tool "tool_0" needs data: expected a schema of the agent\'s data'],
    [v.object({}), Cart, "data.cart", 'the data schema of tool "tool_0" changes or adds data.cart'],
    [v.object({ other: list() }), v.object({ cart: v.array(v.string()) }), "data.cart", "does not"],
    [v.object({ cart: v.optional(v.string(), "") }), Cart, "data.cart", "does not satisfy"],
    [
      v.object({ user: v.optional(v.object({ a: v.optional(v.number(), 1) }), {}) }),
      v.object({ user: v.object({ a: v.number(), b: v.optional(v.number(), 2) }) }),
      "data.user.b",
      "changes or adds data.user.b",
    ],
    [
      v.object({ at: v.optional(v.string(), "2026-01-01") }),
      v.object({ at: v.pipe(v.string(), v.transform((at) => new Date(at))) }),
      "data.at",
      "changes or adds data.at",
    ],
  ];
  for (const [agent, tool, path, message] of cases) {
    const error = assertThrows(() => build(agent, tool), GraphError);
    assertEquals(error.problems.map(({ path }) => path), [path]);
    assertStringIncludes(error.problems[0]!.message, message);
  }
});

Deno.test("Agent, tools that need other data are a ConfigError of the session if there are no defaults", () => {
  const agent = build(v.object({ user: v.string() }), Cart);
  assertThrows(
    () => agent.createSession({ data: { user: "ann" } as never }),
    ConfigError,
    'the data schema of tool "tool_0" changes or adds data.cart',
  );
});
