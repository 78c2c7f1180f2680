import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { ConfigError } from "@nomos/agent";
import { WireSchema } from "../../src/schema/wire_schema.ts";

/** Deletes the nulls of a model's value, and asserts that the schema accepts the result. */
function read(schema: v.GenericSchema, value: unknown): unknown {
  const authored = WireSchema.of(schema, "t").deleteNulls(value);
  assert(v.safeParse(schema, authored).success, JSON.stringify(authored));
  return authored;
}

function refusal(schema: v.GenericSchema): string {
  return assertThrows(() => WireSchema.of(schema, "t"), ConfigError).message;
}

const optional = v.object({ x: v.optional(v.string()) });
const nullable = v.object({ x: v.nullable(v.string()) });
const none = { x: null };

Deno.test("A null in a record's values is deleted, and a null that is a value is kept", () => {
  assertEquals(read(v.record(v.string(), optional), { a: none, b: { x: "y" } }), {
    a: {},
    b: { x: "y" },
  });
  const schema = v.object({ map: v.record(v.string(), v.nullable(optional)) });
  assertEquals(read(schema, { map: { a: null, x: none } }), { map: { a: null, x: {} } });
});

Deno.test("A null of a listed property is deleted beside nullable unlisted ones", () => {
  const schema = v.objectWithRest({ x: v.optional(v.string()) }, v.nullable(optional));
  assertEquals(read(schema, { x: null, y: null, z: none }), { y: null, z: {} });
  const loose = v.looseObject({ x: v.optional(v.string()) });
  assertEquals(read(loose, { x: null, y: none }), { y: none });
});

Deno.test("Nulls of a tuple's items are deleted by index", () => {
  assertEquals(read(v.tuple([optional, nullable]), [none, none]), [{}, none]);
  const rest = v.tupleWithRest([nullable], optional);
  assertEquals(read(rest, [none, none, none]), [none, {}, {}]);
  const anything = v.looseTuple([optional]);
  assertEquals(read(v.object({ t: anything }), { t: [none, none] }), { t: [{}, none] });
});

Deno.test("Nulls in a value of any type are kept", () => {
  const schema = v.object({ any: v.unknown(), x: v.optional(v.string()) });
  const any = { x: null, list: [null, none] };
  assertEquals(read(schema, { any, x: null }), { any });
});

Deno.test("A null is deleted if one part of an intersection makes its property optional", () => {
  const parts = v.intersect([optional, v.object({ y: v.nullable(v.string()) })]);
  assertEquals(read(parts, { x: null, y: null }), { y: null });
  const open = v.intersect([optional, v.record(v.string(), v.nullable(v.string()))]);
  assertEquals(read(open, { x: null, y: null }), { y: null });
  const nested = v.lazy(() => v.intersect([v.intersect([optional]), v.looseObject({})]));
  assertEquals(read(v.object({ nested }), { nested: none }), { nested: {} });
});

Deno.test("A schema with an ambiguous null is refused, also in open objects and tuples", () => {
  const ambiguous: [schema: v.GenericSchema, path: string][] = [
    [v.union([optional, v.record(v.string(), v.nullable(v.string()))]), "u.x"],
    [v.union([v.looseObject({ y: v.string() }), optional]), "u.x"],
    [v.union([optional, v.unknown()]), "u.x"],
    [v.union([v.record(v.string(), optional), v.record(v.string(), nullable)]), "u{}.x"],
    [v.union([v.record(v.string(), optional), v.object({ a: nullable })]), "u.a.x"],
    [v.union([v.tuple([v.string(), optional]), v.array(nullable)]), "u[1].x"],
    [v.union([v.tuple([optional]), v.looseTuple([])]), "u[0].x"],
  ];
  for (const [u, path] of ambiguous) {
    assertEquals(
      refusal(v.object({ u })),
      "Cannot use the schema of t: a property that is optional in one branch of a union and " +
        `nullable in another branch or part at "${path}" is not supported by the schema profile of any model: expected the same in every branch`,
    );
  }
  const choice = v.intersect([
    v.variant("k", [
      v.object({ k: v.literal("a"), x: v.optional(v.string()) }),
      v.object({ k: v.literal("b") }),
    ]),
    nullable,
  ]);
  assert(refusal(v.object({ u: choice })).includes('another branch or part at "u.x"'));
});

Deno.test("Open branches without optional properties are accepted", () => {
  const schema = v.object({
    u: v.union([v.record(v.string(), v.nullable(v.string())), v.looseObject({ x: v.string() })]),
    tuple: v.union([v.tuple([optional]), v.tuple([v.string(), nullable])]),
  });
  assertEquals(read(schema, { u: { y: null }, tuple: [none] }), { u: { y: null }, tuple: [{}] });
});
