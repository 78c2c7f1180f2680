import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import type { StandardSchema, ToolCallDecision } from "@nomos/agent";
import { deleteNulls } from "../../src/schema/null_deletion.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { decisionSchema, lowerArgs, readArgs } from "./fixture.ts";
import { seededRandom } from "../../src/random.ts";
import { readOutput } from "../../src/decision/read_output.ts";

/** Creates a schema of an unknown library with a JSON Schema. */
function foreign(json: Record<string, unknown>): StandardSchema {
  const validate = (value: unknown) => ({ value });
  return {
    "~standard": { version: 1, vendor: "mine", validate, jsonSchema: { input: () => json } },
  };
}

function read(schema: StandardSchema, value: unknown): unknown {
  return deleteNulls(value, WireSchema.of(schema, "t"));
}

Deno.test("A value is returned as it is if no null can mean absent, also for recursive schemas", () => {
  const text = { type: "string" };
  const object = (properties: object, ...required: string[]) => ({
    type: "object",
    properties,
    required,
  });
  const nullable = { anyOf: [text, { type: "null" }] };
  const none = [
    object({ a: text }, "a"),
    object({ a: nullable }),
    object({ a: { anyOf: [{ type: "number" }, nullable] } }),
    object({ next: { $ref: "#" } }, "next"),
    { ...object({ a: { $ref: "#/$defs/b" } }), $defs: { b: { $ref: "#/$defs/c" }, c: nullable } },
  ];
  for (const schema of none) {
    const value = { a: null, b: null };
    assertStrictEquals(read(foreign(schema), value), value, JSON.stringify(schema));
  }
  const some = [
    object({ a: text }),
    object({ next: { $ref: "#" }, a: text }, "next"),
    { allOf: [object({}), object({ a: text })] },
  ];
  for (const schema of some) assertEquals(read(foreign(schema), { a: null, b: null }), { b: null });
});

Deno.test("Deleting nulls does not change the value, and keeps the order and inherited names", () => {
  const value = JSON.parse('{"b":1,"x":null,"__proto__":{"admin":true},"a":null}');
  const before = JSON.stringify(value);
  const result = read(v.looseObject({ x: v.optional(v.string()) }), value) as object;
  assertEquals(JSON.stringify(value), before);
  assertEquals(JSON.stringify(result), '{"b":1,"__proto__":{"admin":true},"a":null}');
  assertEquals(Object.getPrototypeOf(result), Object.prototype);
  assertEquals((result as { admin?: boolean }).admin, undefined);
});

const a = v.literal("a");
const b = v.literal("b");

Deno.test("A null that is absent in one branch and a value in another is read by the branch that fits", () => {
  const optional = v.object({ k: a, x: v.optional(v.string()) });
  const nullable = v.object({ k: b, x: v.nullable(v.string()) });
  const nullish = v.object({ k: b, x: v.nullish(v.string()) });
  const unions: v.GenericSchema[] = [
    v.union([optional, nullable]),
    v.union([nullish, optional]),
    v.variant("k", [optional, nullable]),
    v.union([v.string(), v.union([v.number(), optional]), v.array(nullable), nullable]),
    v.nullable(v.union([optional, nullable])),
    v.union([v.lazy(() => nullable), v.lazy(() => optional)]),
  ];
  for (const u of unions) {
    const schema = v.object({ u });
    assertEquals(readArgs(schema, { u: { k: "a", x: null } }), { u: { k: "a" } });
    assertEquals(readArgs(schema, { u: { k: "b", x: null } }), { u: { k: "b", x: null } });
  }
});

Deno.test("A null inside a branch is read by the branch that fits the rest of the value", () => {
  const deep = (x: v.GenericSchema, k: v.GenericSchema) =>
    v.object({ k, list: v.array(v.object({ inner: v.object({ x }) })) });
  const u = v.union([deep(v.optional(v.string()), a), deep(v.nullable(v.string()), b)]);
  const list = [{ inner: { x: null } }];
  assertEquals(readArgs(v.object({ u }), { u: { k: "a", list } }), {
    u: { k: "a", list: [{ inner: {} }] },
  });
  assertEquals(readArgs(v.object({ u }), { u: { k: "b", list } }), { u: { k: "b", list } });
  const lists = v.union([
    v.array(v.object({ x: v.optional(v.string()), n: v.number() })),
    v.array(v.object({ x: v.nullable(v.string()), s: v.string() })),
  ]);
  const schema = v.object({ lists });
  assertEquals(readArgs(schema, { lists: [{ x: null, n: 1 }] }), { lists: [{ n: 1 }] });
  assertEquals(readArgs(schema, { lists: [{ x: null, s: "" }] }), { lists: [{ x: null, s: "" }] });
});

Deno.test("A null that two branches could have is kept, because the author's schema accepts it", () => {
  const u = v.union([
    v.object({ x: v.optional(v.string()) }),
    v.object({ x: v.nullable(v.string()) }),
  ]);
  assertEquals(readArgs(v.object({ u }), { u: { x: null } }), { u: { x: null } });
});

Deno.test("A null in an intersection is read by the branch that fits, whatever the other parts list", () => {
  const u = v.intersect([
    v.union([
      v.object({ p: v.nullable(v.string()) }),
      v.object({ a: v.optional(v.number()), k: v.literal("b"), q: v.number() }),
    ]),
    v.object({ a: v.nullable(v.string()), k: v.literal("b") }),
  ]);
  const value = { p: null, a: null, k: "b" };
  assertEquals(read(v.object({ u }), { u: value }), { u: value });
});

Deno.test("A null is read by the branch of its constant, although another part is wrong", () => {
  const u = v.variant("k", [
    v.object({ k: b, x: v.nullable(v.string()), n: v.string() }),
    v.object({ k: a, x: v.optional(v.string()), n: v.number() }),
  ]);
  assertEquals(read(v.object({ u }), { u: { k: "a", x: null, n: "1" } }), {
    u: { k: "a", n: "1" },
  });
});

Deno.test("Nulls are read in linear time behind exponentially many paths through unions", () => {
  const definition = (index: number) =>
    index < 60
      ? { anyOf: [1, 2].map(() => ({ $ref: `#/$defs/d${index + 1}` })) }
      : { type: "object", properties: { x: { type: "string" } } };
  const $defs = Object.fromEntries(
    Array.from({ length: 61 }, (_, at) => [`d${at}`, definition(at)]),
  );
  const schema = { type: "object", properties: { a: { $ref: "#/$defs/d0" } }, $defs };
  assertEquals(read(foreign(schema), { a: { x: null } }), { a: {} });
});

Deno.test("Nulls of a tuple's items are deleted by index, although it is lowered to an array", () => {
  const u = v.tuple([v.object({ x: v.optional(a) }), v.object({ x: v.nullable(a) })]);
  const nulls = [{ x: null }, { x: null }];
  assertEquals(readArgs(v.object({ u }), { u: nulls }), { u: [{}, { x: null }] });
});

Deno.test("Each branch of a union keeps its nulls", () => {
  const both = v.object({
    u: v.union([
      v.object({ k: a, x: v.optional(v.string()), y: v.nullable(v.string()) }),
      v.object({ k: b, x: v.optional(v.number()), z: v.nullish(v.string()) }),
    ]),
  });
  assertEquals(readArgs(both, { u: { k: "a", x: null, y: null } }), { u: { k: "a", y: null } });
  assertEquals(readArgs(both, { u: { k: "b", x: null, z: null } }), { u: { k: "b", z: null } });
});

Deno.test("A null behind a recursive reference is read by the branch that fits", () => {
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
  const next = { x: null };
  for (const self of [{ k: "a", next }, { k: "b", next }]) {
    const expected = self.k === "a" ? { k: "a", next: {} } : self;
    assertEquals(read(tree, { x: null, self: { k: "a", next: { self } } }), {
      self: { k: "a", next: { self: expected } },
    });
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

Deno.test("Nulls of a recursive schema are deleted to the end of a value", () => {
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const nested = (levels: number): unknown => levels === 0 ? null : { next: nested(levels - 1) };
  const authored = '{"next":'.repeat(79) + "{}" + "}".repeat(79);
  assertEquals(JSON.stringify(readArgs(node, nested(80))), authored);
});
