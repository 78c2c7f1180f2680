import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { ConfigError } from "@nomos/agent";
import { WireSchema } from "../../src/schema/wire_schema.ts";

/** What a value from the wire is in the author's form; the schema must accept it. */
function read(schema: v.GenericSchema, value: unknown): unknown {
  const authored = WireSchema.of(schema, "t").authored(value);
  assert(v.safeParse(schema, authored).success, JSON.stringify(authored));
  return authored;
}

function refusal(schema: v.GenericSchema): string {
  return assertThrows(() => WireSchema.of(schema, "t"), ConfigError).message;
}

const optional = v.object({ x: v.optional(v.string()) });
const nullable = v.object({ x: v.nullable(v.string()) });
const none = { x: null };

Deno.test("A null is read as absent in a record's values, and kept where it is one of them", () => {
  assertEquals(read(v.record(v.string(), optional), { a: none, b: { x: "y" } }), {
    a: {},
    b: { x: "y" },
  });
  const schema = v.object({ map: v.record(v.string(), v.nullable(optional)) });
  assertEquals(read(schema, { map: { a: null, x: none } }), { map: { a: null, x: {} } });
});

Deno.test("A null of a listed property is read as absent beside others that may be null", () => {
  const schema = v.objectWithRest({ x: v.optional(v.string()) }, v.nullable(optional));
  assertEquals(read(schema, { x: null, y: null, z: none }), { y: null, z: {} });
  const loose = v.looseObject({ x: v.optional(v.string()) });
  assertEquals(read(loose, { x: null, y: none }), { y: none });
});

Deno.test("A null is read by the place of a tuple's item", () => {
  assertEquals(read(v.tuple([optional, nullable]), [none, none]), [{}, none]);
  const rest = v.tupleWithRest([nullable], optional);
  assertEquals(read(rest, [none, none, none]), [none, {}, {}]);
  const anything = v.looseTuple([optional]);
  assertEquals(read(v.object({ t: anything }), { t: [none, none] }), { t: [{}, none] });
});

Deno.test("Nulls in what may be anything are kept", () => {
  const schema = v.object({ any: v.unknown(), x: v.optional(v.string()) });
  const any = { x: null, list: [null, none] };
  assertEquals(read(schema, { any, x: null }), { any });
});

Deno.test("A null is read as absent where a part of an intersection says so, for all have a say", () => {
  const parts = v.intersect([optional, v.object({ y: v.nullable(v.string()) })]);
  assertEquals(read(parts, { x: null, y: null }), { y: null });
  const open = v.intersect([optional, v.record(v.string(), v.nullable(v.string()))]);
  assertEquals(read(open, { x: null, y: null }), { y: null });
  const nested = v.lazy(() => v.intersect([v.intersect([optional]), v.looseObject({})]));
  assertEquals(read(v.object({ nested }), { nested: none }), { nested: {} });
});

Deno.test("A schema is refused where a null may mean absent or null, in whatever is open as well", () => {
  const disputed: [schema: v.GenericSchema, path: string][] = [
    [v.union([optional, v.record(v.string(), v.nullable(v.string()))]), "u.x"],
    [v.union([v.looseObject({ y: v.string() }), optional]), "u.x"],
    [v.union([optional, v.unknown()]), "u.x"],
    [v.union([v.record(v.string(), optional), v.record(v.string(), nullable)]), "u{}.x"],
    [v.union([v.record(v.string(), optional), v.object({ a: nullable })]), "u.a.x"],
    [v.union([v.tuple([v.string(), optional]), v.array(nullable)]), "u[1].x"],
    [v.union([v.tuple([optional]), v.looseTuple([])]), "u[0].x"],
  ];
  for (const [u, path] of disputed) {
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

Deno.test("Branches that are open agree where no property of theirs may be absent", () => {
  const schema = v.object({
    u: v.union([v.record(v.string(), v.nullable(v.string())), v.looseObject({ x: v.string() })]),
    tuple: v.union([v.tuple([optional]), v.tuple([v.string(), nullable])]),
  });
  assertEquals(read(schema, { u: { y: null }, tuple: [none] }), { u: { y: null }, tuple: [{}] });
});
