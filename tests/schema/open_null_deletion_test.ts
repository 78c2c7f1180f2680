import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { deleteNulls } from "../../src/schema/null_deletion.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";

/** Deletes the nulls of a model's value, and asserts that the schema accepts the result. */
function read(schema: v.GenericSchema, value: unknown): unknown {
  const authored = deleteNulls(value, WireSchema.of(schema, "t"));
  assert(v.safeParse(schema, authored).success, JSON.stringify(authored));
  return authored;
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

Deno.test("Branches that disagree about a null are told apart, also in open objects and tuples", () => {
  const [absent, kept] = [{}, none];
  const cases: [schema: v.GenericSchema, value: unknown, authored: unknown][] = [
    [v.union([optional, v.record(v.string(), v.nullable(v.string()))]), none, kept],
    [v.union([v.looseObject({ y: v.string() }), optional]), none, absent],
    [v.union([v.looseObject({ y: v.string() }), optional]), { x: null, y: "" }, { x: null, y: "" }],
    [v.union([optional, v.unknown()]), none, kept],
    [v.union([v.record(v.string(), optional), v.object({ a: nullable })]), { b: none }, { b: {} }],
    [v.union([v.tuple([v.string(), optional]), v.array(nullable)]), ["", none], ["", absent]],
    [v.union([v.tuple([v.string(), optional]), v.array(nullable)]), [none, none], [kept, kept]],
  ];
  for (const [u, value, authored] of cases) {
    assertEquals(read(v.object({ u }), { u: value }), { u: authored });
  }
});

Deno.test("Open branches without optional properties are accepted", () => {
  const schema = v.object({
    u: v.union([v.record(v.string(), v.nullable(v.string())), v.looseObject({ x: v.string() })]),
    tuple: v.union([v.tuple([optional]), v.tuple([v.string(), nullable])]),
  });
  assertEquals(read(schema, { u: { y: null }, tuple: [none] }), { u: { y: null }, tuple: [{}] });
});
