import { openaiStrict } from "@nomos/agent/llm";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { ConfigError, Tool } from "@nomos/agent";
import { WireSchema } from "../../src/schema/wire_schema.ts";
import { argsProblem, decisionSchema, lowerArgs, lowerProperty, readArgs } from "./fixture.ts";
import { readOutput } from "../../src/decision/read_output.ts";

const text = { type: "string" };
const none = { type: "null" };
const maybeText = { type: ["string", "null"] };

/** Returns the lowered form of one argument. */
function form(x: unknown): unknown {
  return lowerProperty(v.object({ x } as v.ObjectEntries));
}

/** Returns the message for an argument that the strict subset does not support. */
function refusal(x: unknown): string {
  const owner = 'tool "t"';
  const schema = v.object({ x } as v.ObjectEntries);
  return assertThrows(() => WireSchema.of(schema, owner).lower(openaiStrict, owner), ConfigError)
    .message;
}

Deno.test("WireSchema lowers valibot's optional, nullable and default", () => {
  const either = { anyOf: [text, none] };
  assertEquals(form(v.optional(v.string())), maybeText);
  assertEquals(form(v.exactOptional(v.string())), maybeText);
  assertEquals(form(v.nullable(v.string())), either);
  assertEquals(form(v.nullish(v.string())), either);
  assertEquals(form(v.optional(v.nullable(v.string()))), either);
  assertEquals(form(v.undefinedable(v.string())), text);
  assertEquals(form(v.optional(v.string(), "d")), { ...maybeText, description: 'default "d"' });
  assertEquals(form(v.nullish(v.string(), "d")), { ...either, description: 'default "d"' });
});

Deno.test("WireSchema deletes the null of a property that is optional and not nullable", () => {
  const schema = v.object({
    optional: v.optional(v.string()),
    exact: v.exactOptional(v.string()),
    nullable: v.nullable(v.string()),
    nullish: v.nullish(v.string()),
    both: v.optional(v.nullable(v.string())),
    given: v.optional(v.string(), "d"),
    made: v.optional(v.string(), () => "m"),
    inner: v.optional(v.object({ deep: v.optional(v.number()) })),
    list: v.array(v.object({ item: v.optional(v.number()) })),
    tuple: v.tuple([v.object({ first: v.optional(v.boolean()) })]),
  });
  const wire = {
    optional: null,
    exact: null,
    nullable: null,
    nullish: null,
    both: null,
    given: null,
    made: null,
    inner: { deep: null },
    list: [{ item: null }, { item: 1 }],
    tuple: [{ first: null }],
  };
  assertEquals(readArgs(schema, wire), {
    nullable: null,
    nullish: null,
    both: null,
    given: "d",
    made: "m",
    inner: {},
    list: [{}, { item: 1 }],
    tuple: [{}],
  });
  const { inner: _, ...rest } = readArgs(schema, { ...wire, inner: null }) as { inner?: unknown };
  assertEquals(_, undefined);
  assertEquals(Object.keys(rest).includes("optional"), false);
});

Deno.test("WireSchema calls a default function only for a missing value", () => {
  let calls = 0;
  const x = v.optional(v.string(), () => `made ${++calls}`);
  assertEquals(form(x), maybeText);
  assertEquals(calls, 0);
  form(
    v.optional(v.string(), () => {
      throw new Error("Not now");
    }),
  );
});

Deno.test("WireSchema refuses constructs outside of the strict subset, with the keyword and the path", () => {
  const object = v.object({ a: v.string() });
  const cases: [schema: unknown, part: string][] = [
    [v.record(v.string(), v.number()), '"additionalProperties"'],
    [v.looseObject({ a: v.string() }), '"additionalProperties"'],
    [v.objectWithRest({}, v.string()), '"additionalProperties"'],
    [v.unknown(), "unknown or any"],
    [v.any(), "unknown or any"],
    [v.never(), '"not"'],
    [v.intersect([object, v.object({ a: v.literal("b") })]), '"allOf"'],
    [v.tupleWithRest([v.string()], v.number()), '"prefixItems"'],
    [v.tuple([]), "empty tuple"],
    [v.date(), '"date"'],
    [v.bigint(), '"bigint"'],
    [v.map(v.string(), v.string()), '"map"'],
    [v.literal(1n), '"literal"'],
    [v.literal(Number.NaN), '"literal"'],
    [v.nonOptional(v.optional(v.string())), '"non_optional"'],
    [v.pipe(v.unknown(), v.transform(String)), "unknown or any"],
  ];
  for (const [schema, part] of cases) {
    assertStringIncludes(refusal(schema), 'Cannot use the schema of tool "t": ');
    assertStringIncludes(refusal(schema), part);
    assertStringIncludes(refusal(v.array(v.object({ deep: schema as never }))), part);
  }
  assertStringIncludes(refusal(v.object({ deep: v.unknown() })), 'at "x.deep"');
  assertStringIncludes(refusal(v.array(v.any())), 'at "x[]"');
});

Deno.test("WireSchema.of refuses constructs that no profile supports", () => {
  const of = (x: unknown) => () => WireSchema.of(v.object({ x } as v.ObjectEntries), 'tool "t"');
  assertEquals(
    assertThrows(of(v.never()), ConfigError).message,
    'Cannot use the schema of tool "t": "not" without a type at "x" is not supported by the schema profile of any model: ' +
      "expected a schema with a type",
  );
  assertStringIncludes(assertThrows(of(v.date()), ConfigError).message, '"date"');
  for (const x of [v.unknown(), v.record(v.string(), v.string())]) of(x)();
});

Deno.test("WireSchema.isObject is true for an object in any profile", () => {
  const object = v.object({ a: v.string() });
  const objects = [
    v.record(v.string(), v.number()),
    v.looseObject({}),
    v.intersect([object, v.object({ b: v.unknown() })]),
    v.lazy(() => v.record(v.string(), v.number())),
  ];
  for (const schema of objects) assert(WireSchema.of(schema, "x").isObject);
  for (const schema of [v.array(v.unknown()), v.unknown(), v.union([object, v.any()])]) {
    assertEquals(WireSchema.of(schema, "x").isObject, false);
  }
});

Deno.test("WireSchema refuses a tuple with further items", () => {
  assertStringIncludes(refusal(v.looseTuple([v.string()])), "tuple with rest");
});

Deno.test("WireSchema lowers tuples with optional last items, or refuses them", () => {
  const schema = v.object({ x: v.tuple([v.string(), v.optional(v.number())]) });
  let form: { minItems?: number; items?: { anyOf?: { type: string }[] } };
  try {
    form = lowerProperty(schema);
  } catch (error) {
    return assert(error instanceof ConfigError);
  }
  const takesNull = form.items?.anyOf?.some(({ type }) => type === "null");
  assert(form.minItems === 1 || takesNull, "Neither can the item be left out, nor be null");
});

Deno.test("WireSchema lowers arrays, unions and constants", () => {
  const forms: [schema: unknown, expected: unknown][] = [
    [v.picklist(["a", "b"]), { type: "string", enum: ["a", "b"] }],
    [v.picklist([1, "b"]), { type: ["number", "string"], enum: [1, "b"] }],
    [v.enum_({ A: "a", B: 1 }), { type: ["string", "number"], enum: ["a", 1] }],
    [v.literal("a"), { type: "string", const: "a" }],
    [v.literal(false), { type: "boolean", const: false }],
    [v.null_(), none],
    [v.union([v.null_(), v.string()]), { anyOf: [none, text] }],
    [v.union([v.string(), v.union([v.boolean(), v.nullable(v.number())])]), {
      anyOf: [text, { type: "boolean" }, { type: "number" }, none],
    }],
    [v.pipe(v.array(v.string()), v.nonEmpty(), v.maxLength(2)), {
      type: "array",
      items: text,
      minItems: 1,
      maxItems: 2,
    }],
    [v.optional(v.picklist(["a"])), { anyOf: [{ type: "string", const: "a" }, none] }],
    [v.pipe(v.number(), v.value(1)), { type: "number", const: 1 }],
  ];
  for (const [schema, expected] of forms) assertEquals(form(schema), expected);
});

Deno.test("WireSchema puts the discriminator of a variant first, also if nested or an enum", () => {
  const leaf = <Kind extends string>(kind: Kind) => v.object({ n: v.number(), k: v.literal(kind) });
  const keys = (schema: unknown) =>
    (form(schema) as { anyOf: { properties: object }[] }).anyOf.map(({ properties }) =>
      Object.keys(properties)[0]
    );
  const inner = v.variant("k", [leaf("b"), leaf("c")]);
  assertEquals(keys(v.variant("k", [leaf("a"), inner])), ["k", "k", "k"]);
  const listed = v.object({ n: v.number(), k: v.picklist(["d", "e"]) });
  assertEquals(keys(v.variant("k", [leaf("a"), listed])), ["k", "k"]);
});

Deno.test("WireSchema keeps formats with equal meaning, and uses patterns for others", () => {
  const piped = (action: unknown) =>
    form(v.pipe(v.string(), action as v.EmailAction<string, ""[0]>));
  assertEquals(piped(v.email()), { ...text, format: "email" });
  assertEquals(piped(v.uuid()), { ...text, format: "uuid" });
  assertEquals(piped(v.isoDate()), { ...text, format: "date" });
  assertEquals(piped(v.isoTimestamp()), { ...text, format: "date-time" });
  assertEquals(piped(v.ipv6()), { ...text, format: "ipv6" });
  assertEquals(piped(v.url()), { ...text, description: "in the format uri" });
  for (const [action, good] of [[v.isoTime(), "12:30"], [v.isoDateTime(), "2026-01-02T12:30"]]) {
    const { format, pattern } = piped(action) as { format?: string; pattern: string };
    assertEquals(format, undefined);
    assert(new RegExp(pattern, "u").test(good as string));
  }
});

Deno.test("WireSchema never has a pattern that is narrower than the author's", () => {
  const piped = (expression: RegExp) => form(v.pipe(v.string(), v.regex(expression)));
  assertEquals(piped(/^a$/), { ...text, pattern: "^a$" });
  assertEquals(piped(/^\p{L}$/u), { ...text, pattern: "^\\p{L}$" });
  for (const flags of ["i", "s", "m", "iu", "v"]) {
    assertEquals("pattern" in (piped(new RegExp("^a.b$", flags)) as object), false, flags);
  }
  assertEquals(piped(/^(?=a)b/), {
    ...text,
    description: "matching the regular expression ^(?=a)b",
  });
  assertEquals(form(v.pipe(v.string(), v.regex(/a/), v.regex(/b/))), { ...text, pattern: "a" });
  assertEquals(form(v.pipe(v.string(), v.startsWith("a."))), { ...text, pattern: "^a\\." });
});

Deno.test("WireSchema describes a pattern with flags in words", () => {
  const { description } = form(v.pipe(v.string(), v.regex(/^yes$/i))) as { description?: string };
  assertStringIncludes(description ?? "", "^yes$");
});

Deno.test("WireSchema omits restrictions of a transformation's output", () => {
  const cases: [schema: unknown, expected: unknown][] = [
    [v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(3)), text],
    [v.pipe(v.string(), v.trim(), v.nonEmpty(), v.email(), v.regex(/^a/)), text],
    [v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z]+$/)), text],
    [v.pipe(v.string(), v.regex(/^ *a/), v.trim(), v.startsWith("a")), {
      ...text,
      pattern: "^ *a",
    }],
    [v.pipe(v.number(), v.toMinValue(1), v.minValue(1)), { type: "number" }],
    [v.pipe(v.array(v.string()), v.filterItems(Boolean), v.minLength(3)), {
      type: "array",
      items: text,
    }],
    [v.pipe(v.string(), v.parseJson(), v.object({ a: v.string() })), text],
    [v.pipe(v.pipe(v.string(), v.trim()), v.pipe(v.string(), v.email())), text],
    [v.optional(v.pipe(v.string(), v.trim(), v.uuid())), maybeText],
  ];
  for (const [schema, expected] of cases) assertEquals(form(schema), expected);
});

Deno.test("WireSchema keeps a description in any position of a pipe", () => {
  const described = { ...text, description: "A name" };
  assertEquals(form(v.pipe(v.string(), v.description("A name"), v.trim())), described);
  assertEquals(
    form(v.pipe(v.string(), v.trim(), v.nonEmpty(), v.description("A name"))),
    described,
  );
  assertEquals(form(v.pipe(v.string(), v.transform(Number), v.description("A name"))), described);
  const lazy = v.pipe(v.object({ a: v.string() }), v.check(() => true), v.description("A name"));
  assertEquals((form(lazy) as { description?: string }).description, "A name");
});

Deno.test("WireSchema lowers recursive schemas to references, and reads them back", () => {
  interface Node {
    name: string;
    next?: Node | undefined;
    kids: Node[];
  }
  const node: v.GenericSchema<Node> = v.object({
    name: v.string(),
    next: v.optional(v.lazy(() => node)),
    kids: v.array(v.lazy(() => node)),
  });
  lowerArgs(node);
  const json = JSON.stringify(decisionSchema({ tools: { t: node } }).json);
  assert(!/"#\/\$defs\/0"/.test(json) && /"#\/\$defs\/tool_t/.test(json));
  const wire = {
    name: "a",
    next: { name: "b", next: null, kids: [{ name: "c", next: null, kids: [] }] },
    kids: [],
  };
  assertEquals(readArgs(node, wire), {
    name: "a",
    next: { name: "b", kids: [{ name: "c", kids: [] }] },
    kids: [],
  });
  assertEquals(argsProblem(node, { ...wire, kids: [{ name: 1 }] }).path.endsWith("0.name"), true);
});

Deno.test("WireSchema accepts a recursive schema whose getter returns a new schema each time", () => {
  const node = (): v.GenericSchema => v.object({ next: v.optional(v.lazy(node)) });
  lowerArgs(node());
  assertEquals(readArgs(node(), { next: { next: null } }), { next: {} });
});

Deno.test("WireSchema separates the definitions of tools with similar names", () => {
  const list = (item: v.GenericSchema) => {
    const node: v.GenericSchema = v.object({
      item,
      next: v.optional(v.lazy(() => node)),
    });
    return node;
  };
  const names = ["get-x", "get_x", "get__x", "-", "_"];
  const tools = Object.fromEntries(names.map((name) => [name, list(v.literal(name))]));
  const { $defs } = decisionSchema({ tools }).json as { $defs: object };
  assertEquals(Object.keys($defs).length, names.length);
  for (const name of names) assertStringIncludes(JSON.stringify($defs), JSON.stringify(name));
});

Deno.test("WireSchema accepts arguments with inherited names", () => {
  const entries = { constructor: v.string(), toString: v.number(), ["__proto__"]: v.boolean() };
  const schema = v.strictObject(entries as v.ObjectEntries);
  assertEquals(Object.keys(lowerArgs(schema).properties as object).length, 3);
  const args = JSON.parse('{"constructor":"a","toString":1,"__proto__":true}');
  assertEquals(readArgs(schema, args), args);
  assertEquals(Object.getPrototypeOf(readArgs(schema, args)), Object.prototype);
});

Deno.test("WireSchema accepts an absent optional argument with an inherited name", () => {
  for (const name of ["x", "constructor", "toString", "__proto__", "hasOwnProperty"]) {
    const schema = v.object({ [name]: v.optional(v.string()) });
    assertEquals(readArgs(schema, JSON.parse(`{"${name}":null}`)), {}, name);
  }
});

Deno.test("WireSchema.validate shares no object between a call's arguments and the decision", () => {
  const given = { ...v.object({ a: v.string() }) };
  // A hand-written schema that returns its input object.
  const same = { ...given, "~run": (dataset: object) => ({ ...dataset, typed: true }) };
  for (const x of [same, v.union([same as never, v.string()]), v.tuple([same as never])]) {
    const wire = v.object({ x } as v.ObjectEntries);
    const value = (x as v.GenericSchema).type === "tuple" ? [{ a: "b" }] : { a: "b" };
    const decision = { action: "TOOL_CALL", calls: [{ tool: "t", args: { x: value } }] };
    const reading = readOutput(
      decisionSchema({ tools: { t: wire } }),
      JSON.stringify({ decision }),
    );
    assert(!(reading instanceof Promise) && reading.success);
    const [result] = reading.args as { x: Record<string, unknown> }[];
    const inner = Array.isArray(result!.x) ? result!.x[0] : result!.x;
    inner.a = "changed";
    assertEquals(JSON.stringify(reading.value).includes("changed"), false, x.type);
  }
});

Deno.test("WireSchema keeps inherited entries of a schema", () => {
  const entries = Object.assign(Object.create({ id: v.string() }), { name: v.string() });
  const schema = v.object(
    entries as { id: v.StringSchema<undefined>; name: v.StringSchema<undefined> },
  );
  assertEquals(readArgs(schema, { id: "1", name: "a" }), { id: "1", name: "a" });
  argsProblem(schema, { id: 1, name: "a" });
});

Deno.test("WireSchema refuses a value that is not a Standard Schema", () => {
  for (const schema of [undefined, null, {}, "string", { "~standard": { version: 2 } }, () => 1]) {
    const error = assertThrows(
      () => new Tool({ name: "t", description: "", args: schema as never, run: () => "" }),
      ConfigError,
    );
    assertStringIncludes(error.message, "expected a Standard Schema");
  }
});
