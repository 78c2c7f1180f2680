import { assert, assertEquals, assertNotEquals, assertNotStrictEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { fingerprint, identity, isDeclarative, snapshot } from "../../src/schema/fingerprint.ts";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { seeded } from "./fixture.ts";

/** The same text for a schema that was made anew. */
function assertShared(make: () => object): void {
  assertEquals(fingerprint(make()), fingerprint(make()));
  const [one, other] = [WireSchema.of(make(), "a test"), WireSchema.of(make(), "a test")];
  assert(one === other, fingerprint(make()));
}

/** Another text for each of these, which are alike but not the same. */
function assertApart(...schemas: object[]): void {
  const texts = schemas.map(fingerprint);
  assertEquals(new Set(texts).size, schemas.length, texts.join("\n"));
}

Deno.test("fingerprint is the same for declarative schemas that are made anew", () => {
  const makers: (() => object)[] = [
    () => v.string(),
    () => v.string("Text, please"),
    () => v.object({ a: v.number(), b: v.optional(v.boolean(), true) }),
    () => v.strictObject({ a: v.nullable(v.null_()) }),
    () => v.picklist(["a", "b"]),
    () => v.enum_({ A: "a", B: "b" }),
    () => v.array(v.tuple([v.literal(1), v.nullish(v.string(), "d")])),
    () => v.union([v.string(), v.exactOptional(v.number())]),
    () => v.variant("k", [v.object({ k: v.literal("a") }), v.object({ k: v.literal("b") })]),
    () => v.pipe(v.string(), v.minLength(1), v.email("Mail"), v.description("A mail")),
    () => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9), v.multipleOf(3)),
    () => v.pipe(v.string(), v.regex(/^a$/i), v.title("T"), v.metadata({ a: 1, b: "c" })),
    () => v.pipe(v.array(v.string()), v.nonEmpty(), v.maxLength(3)),
    () => v.pick(v.object({ a: v.string(), c: v.string() }), ["c"]),
    () => v.partial(v.object({ a: v.string() })),
    () => v.object({ ...v.object({ d: v.string() }).entries, e: v.string() }),
    () => v.optional(v.pipe(v.string(), v.minLength(2)), "dd"),
  ];
  for (const make of makers) assertShared(make);
  assertApart(...makers.map((make) => make()));
});

Deno.test("fingerprint never takes code of the author for the same, but in the same object", () => {
  const text = v.string();
  const makers: (() => v.GenericSchema)[] = [
    () => v.pipe(text, v.check(() => true)),
    () => v.pipe(text, v.rawCheck(() => {})),
    () => v.pipe(text, v.transform((x) => x)),
    () => v.pipe(text, v.rawTransform(({ dataset }) => dataset.value)),
    () => v.pipe(v.object({ a: text }), v.forward(v.check(() => true), ["a"])),
    () => v.pipe(text, v.url()),
    () => v.pipe(text, v.trim()),
    () => v.pipe(text, v.brand("B")),
    () => v.lazy(() => text),
    () => v.custom(() => true),
    () => v.optional(text, () => "d"),
    () => v.nullable(text, () => "d"),
    () => v.string(() => "Message"),
    () => v.pipe(text, v.minLength(1, () => "Message")),
    () => v.fallback(text, "f"),
    () => v.config(text, { abortEarly: true }),
    () => v.cache(text),
    () => v.message(text, "Message"),
    () => v.record(text, text),
    () => v.optional(v.object({}), {}),
    () => v.pipe(text, v.metadata({ list: [] })),
    () => v.pipe(text, v.regex(/a/g)),
    () => v.pipe(text, v.regex(/a/y)),
    () => v.literal(Symbol.iterator),
  ];
  for (const make of makers) {
    const [one, other] = [make(), make()];
    assertNotEquals(fingerprint(one), fingerprint(other), fingerprint(one));
    assertEquals(fingerprint(one), fingerprint(one));
    assertNotEquals(fingerprint(v.object({ a: one })), fingerprint(v.object({ a: other })));
    assertNotEquals(fingerprint(v.array(one)), fingerprint(v.array(other)));
    assertEquals(fingerprint(v.array(one)), fingerprint(v.array(one)));
  }
});

Deno.test("fingerprint never takes a part that was made by hand for a genuine one", () => {
  const text = v.string();
  const object = v.object({ a: text });
  const piped = v.pipe(text, v.minLength(3));
  const hands: [made: object, genuine: object][] = [
    [{ ...text, "~run": (dataset: object) => ({ ...dataset, typed: true }) }, text],
    [{ ...text, type: "number" }, v.number()],
    [{ ...text, expects: "a name" }, text],
    [{ ...text, fallback: "f" }, text],
    [{ ...piped, "~run": (dataset: object) => ({ ...dataset, typed: true }) }, piped],
    [{ ...object, "~run": text["~run"] }, object],
    [{ ...v.minLength(3), "~run": (dataset: object) => dataset }, v.minLength(3)],
    [{ ...v.minLength(3), type: "max_length" }, v.maxLength(3)],
    [{ ...v.minLength(3), expects: "more" }, v.minLength(3)],
    [{ ...v.literal("a"), expects: '"b"' }, v.literal("a")],
    [{ ...v.optional(text), type: "nullish" }, v.nullish(text)],
    [{ ...text, kind: "metadata" }, text],
    [{ ...v.integer(), async: true }, v.integer()],
  ];
  const shared = hands.filter(([made, genuine]) => fingerprint(made) === fingerprint(genuine));
  assertEquals(shared.map(([made]) => JSON.stringify(made)), []);
});

Deno.test("Code that only reads like valibot's changes nothing for the schemas of others", () => {
  const source = String(v.string()["~run"]);
  const bind = new Function("_addIssue", `return ({ ${source} })["~run"]`);
  // The same text as the genuine one, but bound to a function that lets everything pass.
  const run = bind((_: unknown, __: unknown, dataset: { typed: boolean }) => dataset.typed = true);
  const message = "Known to this test alone";
  const lax = { ...v.string(message), "~run": run } as v.GenericSchema;
  assertEquals([String(run), v.safeParse(lax, 1).success], [source, true]);
  const held = WireSchema.of(v.object({ a: lax }), "a test");
  const genuine = WireSchema.of(v.object({ a: v.string(message) }), "a test");
  const result = genuine.validate({ a: 1 }) as { issues?: readonly unknown[] };
  assertEquals(result.issues?.length, 1, `Shared: ${held === genuine}`);
});

Deno.test("fingerprint tells apart what differs in one thing only", () => {
  const text = v.string();
  assertApart(v.literal(1), v.literal("1"), v.literal(1n), v.literal(true), v.literal("true"));
  assertApart(v.literal(0), v.literal(-0), v.literal("0"), v.literal("-0"));
  assertApart(v.optional(text), v.optional(text, "undefined"), v.optional(text, ""));
  assertApart(v.optional(text), v.exactOptional(text), v.undefinedable(text), v.nullish(text));
  assertApart(v.nullable(text), v.nullable(text, null), v.nullable(text, "null"));
  assertApart(v.object({}), v.strictObject({}), v.looseObject({}));
  assertApart(v.tuple([text]), v.strictTuple([text]), v.array(text), v.union([text]));
  assertApart(v.object({ a: text, b: text }), v.object({ b: text, a: text }));
  assertApart(v.object({ a: text }), v.object({ A: text }), v.object({ "a ": text }));
  assertApart(v.string(), v.string(""), v.string("Text"), v.number());
  assertApart(v.picklist(["a", "b"]), v.picklist(["b", "a"]), v.picklist(["a,b"]));
  assertApart(v.picklist(["1"]), v.picklist([1]), v.picklist([]), v.enum_({ a: "1" }));
  assertApart(v.enum_({ a: "1" }), v.enum_({ b: "1" }));
  const regex = (expression: RegExp) => v.pipe(text, v.regex(expression));
  assertApart(regex(/a/), regex(/a/i), regex(/a/u), regex(/a/s), regex(/b/), regex(/a\//));
  assertApart(
    v.pipe(text, v.minLength(1)),
    v.pipe(text, v.maxLength(1)),
    v.pipe(text, v.length(1)),
  );
  assertApart(v.pipe(text, v.minLength(1)), v.pipe(text, v.minLength(1, "Short")));
  assertApart(v.pipe(text, v.startsWith("a")), v.pipe(text, v.endsWith("a")));
  assertApart(v.pipe(text, v.title("a")), v.pipe(text, v.description("a")), text);
  assertApart(v.pipe(text), text, v.pipe(v.pipe(text)));
  assertApart(
    v.pipe(text, v.metadata({ a: 1 })),
    v.pipe(text, v.metadata({ a: "1" })),
    v.pipe(text, v.metadata({ a: 1, b: undefined })),
  );
  const variant = (key: string) => v.variant(key as "a", [v.object({ a: v.literal(1) })]);
  assertApart(variant("a"), variant("b"), v.union([v.object({ a: v.literal(1) })]));
});

Deno.test("fingerprint cannot be forged by what texts say", () => {
  const text = v.string();
  assertApart(v.picklist(['a","b']), v.picklist(["a", "b"]), v.picklist(['"a"', '"b"']));
  assertApart(
    v.string('"),string("'),
    v.string("),string("),
    v.tuple([text, text]),
    v.tuple([v.string('",),string("')]),
  );
  assertApart(
    v.object({ 'a":string(),"b': text }),
    v.object({ a: text, b: text }),
    v.object({ "a:string(),b": text }),
  );
  assertApart(v.literal(identity({})), v.literal("#1"), v.literal(`${identity(text)}`));
  const check = v.pipe(text, v.check(() => true));
  assertNotEquals(fingerprint(v.literal(fingerprint(check))), fingerprint(check));
  assertApart(v.pipe(text, v.description("a\u2028b")), v.pipe(text, v.description("a\\u2028b")));
});

type Tree = string | number | readonly Tree[] | { readonly kind: string; readonly parts: Tree[] };

/** A description of a schema, and the schema. */
function sample(random: () => number, depth: number): [tree: Tree, schema: v.GenericSchema] {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const words = ["a", "b", "1", '"', ",", ")", "(", '","', "a:", "#1", "[", "]", "{}", "\\"];
  const word = () => pick(words) + pick(words);
  const kind = pick([
    "string",
    "literal",
    "picklist",
    "number",
    ...(depth < 3 ? ["array", "object", "union", "optional", "pipe"] : []),
  ]);
  const some = () =>
    Array.from({ length: Math.floor(random() * 3) }, () => sample(random, depth + 1));
  switch (kind) {
    case "string": {
      const message = pick([undefined, word()]);
      return [{ kind, parts: message === undefined ? [] : [message] }, v.string(message as string)];
    }
    case "literal": {
      const value = pick([word(), 1, 2]);
      return [{ kind, parts: [value] }, v.literal(value)];
    }
    case "picklist": {
      const options = Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick([word(), 1]));
      return [{ kind, parts: options }, v.picklist(options)];
    }
    case "array": {
      const [tree, schema] = sample(random, depth + 1);
      return [{ kind, parts: [tree] }, v.array(schema)];
    }
    case "optional": {
      const [tree, schema] = sample(random, depth + 1);
      const given = pick([undefined, word()]);
      const parts = given === undefined ? [tree] : [tree, given];
      return [{ kind, parts }, v.optional(schema, given as never)];
    }
    case "union": {
      const parts = some();
      return [{ kind, parts: parts.map(([tree]) => tree) }, v.union(parts.map(([, one]) => one))];
    }
    case "object": {
      const parts = new Map(some().map((part) => [word(), part] as const));
      const entries = [...parts].map(([key, [, schema]]) => [key, schema] as const);
      const tree = Object.entries(Object.fromEntries(parts)).map(([key, [tree]]) => [key, tree]);
      return [{ kind, parts: tree }, v.object(Object.fromEntries(entries))];
    }
    case "pipe": {
      const [at, said] = [Math.floor(random() * 3), word()];
      const schema = v.pipe(v.string(), v.minLength(at), v.description(said));
      return [{ kind, parts: [at, said] }, schema];
    }
    default:
      return [{ kind, parts: [] }, v.number()];
  }
}

Deno.test("fingerprint is equal exactly where schemas are, for random schemas", () => {
  const random = seeded(99);
  const trees = new Map<string, string>();
  let repeated = 0;
  for (let run = 0; run < 30_000; run++) {
    const [tree, schema] = sample(random, 0);
    const [text, meaning] = [JSON.stringify(tree), fingerprint(schema)];
    const known = trees.get(meaning);
    if (known === undefined) trees.set(meaning, text);
    else repeated++;
    assertEquals(known ?? text, text, meaning);
    assertEquals(fingerprint(snapshot(schema)), meaning);
  }
  assertEquals(new Set(trees.values()).size, trees.size);
  assert(repeated > 1000 && trees.size > 1000);
});

Deno.test("identity is one text for an object, and another for every other object", () => {
  const [one, other] = [{}, {}];
  assertEquals(identity(one), identity(one));
  assertNotEquals(identity(one), identity(other));
});

Deno.test("isDeclarative is false wherever code of the author has a part", () => {
  const code = v.lazy(() => v.string());
  assert(isDeclarative(fingerprint(v.object({ a: v.array(v.picklist(["a", "b"])) }))));
  const schemas = [
    code,
    v.array(code),
    v.optional(code),
    v.object({ a: code }),
    v.union([code, v.string()]),
    v.union([v.string(), code]),
    v.tuple([code]),
    v.variant("k", [v.pipe(v.object({ k: v.literal(1) }), v.check(() => true))]),
    v.pipe(v.string(), v.check(() => true)),
    v.optional(v.object({}), {}),
  ];
  for (const schema of schemas) assertEquals(isDeclarative(fingerprint(schema)), false);
});

Deno.test("snapshot behaves as the schema did, and is not changed with it", () => {
  const entries: Record<string, v.GenericSchema> = { a: v.string() };
  const options = ["x"];
  const schema = v.pipe(
    v.strictObject({ inner: v.object(entries), pick: v.picklist(options) }),
    v.description("D"),
  );
  const taken = snapshot(schema);
  assertNotStrictEquals(taken, schema);
  entries.a = v.number();
  entries.b = v.number();
  options[0] = "y";
  assert(v.safeParse(taken, { inner: { a: "" }, pick: "x" }).success);
  assert(!v.safeParse(taken, { inner: { a: 1, b: 1 }, pick: "x" }).success);
  assert(!v.safeParse(taken, { inner: { a: "" }, pick: "y" }).success);
});

Deno.test("WireSchema finds a foreign schema only by its identity", () => {
  const [one, other] = [z.object({ a: z.string() }), z.object({ a: z.string() })];
  assert(WireSchema.of(one, "a test") === WireSchema.of(one, "a test"));
  assert(WireSchema.of(one, "a test") !== WireSchema.of(other, "a test"));
  const slow = v.objectAsync({ a: v.string() });
  assert(
    WireSchema.of(slow, "a test") !== WireSchema.of(v.objectAsync({ a: v.string() }), "a test"),
  );
});
