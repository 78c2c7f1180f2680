import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { ConfigError, type StandardSchema, type ToolCallDecision } from "@nomos/agent";
import { findAmbiguousNull } from "../../src/schema/ambiguous_null.ts";
import {
  buildPlan,
  createPlan,
  deleteNulls,
  type NullPlan,
  type PropertyPlan,
} from "../../src/schema/null_plan.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { decisionSchema, lowerArgs, readArgs } from "./fixture.ts";
import { seededRandom } from "../../src/random.ts";
import { readOutput } from "../../src/decision/read_output.ts";

type State = "drop" | "keep" | "plain";

/** Creates a plan with one property. */
function property(name: string, state: State, value: NullPlan = createPlan()): NullPlan {
  const plan: PropertyPlan = { drop: state === "drop", keep: state === "keep", value };
  return { ...createPlan(), properties: new Map([[name, plan]]) };
}

function list(items: NullPlan): NullPlan {
  return { ...createPlan(), items: [items] };
}

function union(...branches: NullPlan[]): NullPlan {
  return { ...createPlan(), branches };
}

Deno.test("buildPlan returns no plan if no null can be deleted, also for recursive schemas", () => {
  const text = { type: "string" };
  const object = (properties: object, ...required: string[]) => ({
    type: "object",
    properties,
    required,
  });
  const nullable = { anyOf: [text, { type: "null" }] };
  const none = [
    text,
    object({ a: text }, "a"),
    object({ a: nullable }),
    object({ a: { anyOf: [{ type: "number" }, nullable] } }),
    object({ next: { $ref: "#" } }, "next"),
    { ...object({ a: { $ref: "#/$defs/b" } }), $defs: { b: { $ref: "#/$defs/c" }, c: nullable } },
  ];
  for (const schema of none) {
    assertEquals(buildPlan(schema).nulls, undefined, JSON.stringify(schema));
  }
  const some = [
    object({ a: text }),
    object({ a: { type: "array", items: { anyOf: [text, object({ b: text })] } } }, "a"),
    object({ next: { $ref: "#" } }),
    object({ a: text, next: { $ref: "#" } }, "next"),
    { allOf: [object({}), object({ a: text })] },
  ];
  for (const schema of some) assert(buildPlan(schema).nulls !== undefined, JSON.stringify(schema));
});

Deno.test("deleteNulls deletes only the nulls that the plan deletes", () => {
  const plan = union(property("a", "drop"), property("b", "keep"), property("c", "plain"));
  const value = { a: null, b: null, c: null, d: null };
  assertEquals(deleteNulls(value, plan), { b: null, c: null, d: null });
  assertEquals(deleteNulls({ a: undefined, b: 0 }, plan), { a: undefined, b: 0 });
  assertEquals(deleteNulls([value], list(plan)), [{ b: null, c: null, d: null }]);
  assertEquals(deleteNulls([null, "text", 1], list(plan)), [null, "text", 1]);
  assertEquals(deleteNulls("a", plan), "a");
  assertEquals(deleteNulls(null, plan), null);
  assertEquals(deleteNulls({ list: [] }, property("list", "plain", plan)), { list: [] });
});

Deno.test("deleteNulls does not change its input, and keeps the order and inherited names", () => {
  const plan = property("x", "drop");
  const value = JSON.parse('{"b":1,"x":null,"__proto__":{"admin":true},"a":null}');
  const before = JSON.stringify(value);
  const result = deleteNulls(value, plan) as object;
  assertEquals(JSON.stringify(value), before);
  assertEquals(JSON.stringify(result), '{"b":1,"__proto__":{"admin":true},"a":null}');
  assertEquals(Object.getPrototypeOf(result), Object.prototype);
  assertEquals((result as { admin?: boolean }).admin, undefined);
});

/** Returns the path of an ambiguous null in a union. */
function ambiguousPath(...branches: NullPlan[]): string | undefined {
  return findAmbiguousNull(union(...branches))?.path;
}

Deno.test("findAmbiguousNull finds a property that is absent in one branch and null in another", () => {
  const [drop, keep, plain] = (["drop", "keep", "plain"] as const).map((s) => property("x", s));
  assertEquals(ambiguousPath(drop!, keep!), "x");
  assertEquals(ambiguousPath(keep!, plain!, drop!), "x");
  assertEquals(ambiguousPath(drop!, plain!), undefined);
  assertEquals(ambiguousPath(keep!, plain!, keep!), undefined);
  assertEquals(ambiguousPath(drop!, property("y", "keep")), undefined);
  const deep = (state: State) => property("a", "plain", list(union(property("x", state))));
  assertEquals(ambiguousPath(deep("drop"), deep("keep")), "a[].x");
  assertEquals(ambiguousPath(union(drop!), list(keep!)), undefined);
  const node = createPlan();
  node.properties.set("next", { drop: true, keep: false, value: node });
  assertEquals(ambiguousPath(node, property("next", "drop", node)), undefined);
});

Deno.test("findAmbiguousNull accepts parts of an intersection, unless one has a union", () => {
  const [drop, keep] = (["drop", "keep"] as const).map((s) => property("x", s));
  const both = (...parts: NullPlan[]): NullPlan => ({ ...createPlan(), parts });
  assertEquals(findAmbiguousNull(both(drop!, keep!)), undefined);
  assertEquals(findAmbiguousNull(both(both(drop!), both(keep!, createPlan()))), undefined);
  assertEquals(findAmbiguousNull(both(union(drop!, createPlan()), keep!))?.path, "x");
  assertEquals(ambiguousPath(both(drop!, property("y", "plain")), keep!), "x");
});

Deno.test("findAmbiguousNull gives up on recursive unions with exponentially many combinations", () => {
  const plans = Array.from({ length: 24 }, createPlan);
  for (const [index, plan] of plans.entries()) {
    const next = plans[index + 1] ?? createPlan();
    const values = index === 0 ? [union(plan, next), plan] : [next, next];
    for (const [place, name] of ["a", "b"].entries()) {
      plan.properties.set(name, { drop: false, keep: false, value: values[place]! });
    }
  }
  assertStringIncludes(findAmbiguousNull(plans[0]!)!.construct, "more than 10000 combinations");
});

const a = v.literal("a");
const b = v.literal("b");

Deno.test("WireSchema refuses a union with an ambiguous null", () => {
  const optional = v.object({ k: a, x: v.optional(v.string()) });
  const nullable = v.object({ k: b, x: v.nullable(v.string()) });
  const nullish = v.object({ k: b, x: v.nullish(v.string()) });
  const deep = (x: v.GenericSchema, k: v.GenericSchema) =>
    v.object({ k, list: v.array(v.object({ inner: v.object({ x }) })) });
  const unions: [schema: v.GenericSchema, path: string][] = [
    [v.union([optional, nullable]), "x"],
    [v.union([nullish, optional]), "x"],
    [v.variant("k", [optional, nullable]), "x"],
    [v.union([v.string(), v.union([v.number(), optional]), v.array(nullable)]), ""],
    [v.union([v.union([v.string(), optional]), nullable]), "x"],
    [v.nullable(v.union([optional, nullable])), "x"],
    [
      v.union([deep(v.optional(v.string()), a), deep(v.nullable(v.string()), b)]),
      "list[].inner.x",
    ],
    [v.union([v.array(optional), v.array(nullable)]), "u[].x"],
  ];
  for (const [schema, path] of unions) {
    const make = () => WireSchema.of(v.object({ u: schema }), 'tool "t"');
    if (path === "") {
      make();
      continue;
    }
    const { message } = assertThrows(make, ConfigError);
    assertStringIncludes(message, `${path}" is not supported by the schema profile of any model`);
    assertStringIncludes(message, "optional in one branch of a union and nullable in another");
  }
});

Deno.test("Nulls of a tuple's items are deleted by index, although it is lowered to an array", () => {
  const u = v.tuple([v.object({ x: v.optional(a) }), v.object({ x: v.nullable(a) })]);
  const nulls = [{ x: null }, { x: null }];
  assertEquals(readArgs(v.object({ u }), { u: nulls }), { u: [{}, { x: null }] });
});

Deno.test("WireSchema accepts a union without ambiguous nulls, and each branch keeps its nulls", () => {
  const both = v.object({
    u: v.union([
      v.object({ k: a, x: v.optional(v.string()), y: v.nullable(v.string()) }),
      v.object({ k: b, x: v.optional(v.number()), z: v.nullish(v.string()) }),
    ]),
  });
  assertEquals(readArgs(both, { u: { k: "a", x: null, y: null } }), { u: { k: "a", y: null } });
  assertEquals(readArgs(both, { u: { k: "b", x: null, z: null } }), { u: { k: "b", z: null } });
});

Deno.test("WireSchema refuses an ambiguous null behind a recursive reference", () => {
  interface Tree {
    x?: string | undefined;
    self?: unknown;
  }
  const tree: v.GenericSchema<Tree> = v.object({
    x: v.optional(v.string()),
    self: v.optional(v.union([
      v.object({ k: a, next: v.lazy(() => tree) }),
      v.object({ k: b, next: v.object({ x: v.nullable(v.string()) }) }),
    ])),
  });
  for (const schema of [tree, v.object({ root: v.lazy(() => tree) })]) {
    const { message } = assertThrows(() => WireSchema.of(schema, 'tool "t"'), ConfigError);
    assertStringIncludes(message, "optional in one branch of a union and nullable in another");
  }
});

Deno.test("A null that the author accepts by reference is kept", () => {
  const maybe = v.lazy(() => v.nullable(v.string()));
  const alias = v.lazy(() => maybe);
  for (const x of [maybe, alias, v.union([v.number(), maybe])]) {
    assertEquals(readArgs(v.object({ x: v.optional(x) }), { x: null }), { x: null });
  }
});

interface Sample {
  readonly schema: v.GenericSchema;
  readonly zod: z.ZodType;
  /** True if the schema accepts null. */
  readonly isNullable: boolean;
  /** Creates a value that the author's schema accepts, and the same value as the model writes it. */
  readonly make: () => readonly [authored: unknown, wire: unknown];
}

/** Creates random schemas with values that they accept. */
class Samples {
  #kinds = 0;

  constructor(readonly random: () => number) {}

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  any(depth: number): Sample {
    const kind = this.below(depth > 3 ? 4 : 9);
    if (kind < 4) return this.primitive(kind);
    if (kind === 4) return this.list(this.any(depth + 1));
    if (kind === 5) return this.nullable(this.any(depth + 1));
    if (kind === 6) return this.variant(depth);
    return this.object(depth);
  }

  primitive(kind: number): Sample {
    const values: unknown[] = [
      ["", "null", "é\u2028"],
      [0, -1, 0.5],
      [true, false],
      ["p", "q"],
    ][kind]!;
    const schemas = [v.string(), v.number(), v.boolean(), v.picklist(["p", "q"])];
    const zods = [z.string(), z.number(), z.boolean(), z.enum(["p", "q"])];
    const make = () => {
      const value = values[this.below(values.length)];
      return [value, value] as const;
    };
    return { schema: schemas[kind]!, zod: zods[kind]!, isNullable: false, make };
  }

  list(item: Sample): Sample {
    const make = () => {
      const items = Array.from({ length: this.below(4) }, () => item.make());
      return [items.map(([authored]) => authored), items.map(([, wire]) => wire)] as const;
    };
    return { schema: v.array(item.schema), zod: z.array(item.zod), isNullable: false, make };
  }

  nullable(inner: Sample): Sample {
    const make = () => this.below(3) === 0 ? [null, null] as const : inner.make();
    return { schema: v.nullable(inner.schema), zod: inner.zod.nullable(), isNullable: true, make };
  }

  object(depth: number, kind?: string): Sample {
    const entries: [name: string, optional: boolean, sample: Sample][] = [];
    for (let count = this.below(4); count > 0; count--) {
      // Unique names, so that no null is ambiguous.
      const name = ["p", "__proto__", "é"][this.below(3)]! + ++this.#kinds;
      entries.push([name, this.below(2) === 0, this.any(depth + 1)]);
    }
    const make = () => {
      const [authored, wire]: [string, unknown][][] = [[], []];
      for (const [name, optional, sample] of entries) {
        if (optional && this.below(2) === 0) {
          wire!.push([name, null]);
          if (sample.isNullable) authored!.push([name, null]);
          continue;
        }
        const [one, other] = sample.make();
        authored!.push([name, one]);
        wire!.push([name, other]);
      }
      const own: [string, unknown][] = kind === undefined ? [] : [["kind", kind]];
      return [
        Object.fromEntries([...own, ...authored!]),
        Object.fromEntries([...own, ...wire!]),
      ] as const;
    };
    const fields = entries.map(([name, isOptional, { schema }]): [string, v.GenericSchema] => [
      name,
      isOptional ? v.optional(schema) : schema,
    ]);
    const zods = entries.map(([name, isOptional, sample]): [string, z.ZodType] => [
      name,
      isOptional ? sample.zod.optional() : sample.zod,
    ]);
    if (kind !== undefined) {
      fields.unshift(["kind", v.literal(kind)]);
      zods.unshift(["kind", z.literal(kind)]);
    }
    return {
      schema: v.strictObject(Object.fromEntries(fields)),
      zod: z.strictObject(Object.fromEntries(zods)),
      isNullable: false,
      make,
    };
  }

  variant(depth: number): Sample {
    const kinds = Array.from({ length: 1 + this.below(3) }, () => `kind ${++this.#kinds}`);
    const options = kinds.map((kind) => this.object(depth + 1, kind));
    return {
      schema: v.variant("kind", options.map(({ schema }) => schema) as never),
      zod: z.discriminatedUnion("kind", options.map((option) => option.zod) as never),
      isNullable: false,
      make: () => options[this.below(options.length)]!.make(),
    };
  }
}

Deno.test("Values of the model are read as values of the author's schema, for any schema", () => {
  const samples = new Samples(seededRandom(20260801));
  let deleted = 0;
  for (let run = 0; run < 300; run++) {
    const { schema, zod, make } = samples.object(0);
    for (const library of [schema, zod] as StandardSchema[]) {
      lowerArgs(library);
      const decision = decisionSchema({ tools: { t: library } });
      for (let value = 0; value < 5; value++) {
        const [authored, args] = make();
        assert(!(library["~standard"].validate(authored) as { issues?: unknown }).issues);
        const output = { decision: { action: "TOOL_CALL", calls: [{ tool: "t", args }] } };
        const reading = readOutput(decision, JSON.stringify(output));
        assert(!(reading instanceof Promise) && reading.success, JSON.stringify(reading));
        assertEquals(reading.args[0], authored);
        assertEquals((reading.value as ToolCallDecision).calls[0]!.args, authored);
        if (JSON.stringify(args) !== JSON.stringify(authored)) deleted++;
      }
    }
  }
  assert(deleted > 500, "Too few nulls were deleted for the test to mean anything");
});

Deno.test("deleteNulls follows a recursive plan to the end of a value", () => {
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const nested = (levels: number): unknown => levels === 0 ? null : { next: nested(levels - 1) };
  const authored = '{"next":'.repeat(79) + "{}" + "}".repeat(79);
  assertEquals(JSON.stringify(readArgs(node, nested(80))), authored);
});
